// SPDX-License-Identifier: BSD-3-Clause

// Package eva shows by static analysis that the boot decision, its ciphers and the
// patch decoder have no run-time errors, whatever they read. There is nothing to import.
//
// Eva, a plug-in of Frama-C, computes for each variable a range or set that holds
// all values that it can have. It raises an alarm where an access might be out of
// bounds or uninitialised, a signed operation overflow, a shift be too wide or a
// division by zero. Each program of testdata gives some files of the device library
// an arbitrary state and arbitrary input; what it needs of the others stands in for
// them and asserts what they must be asked for. An alarm that is not expected fails
// the test; so does a seeded bug that raises none. docs/testing.md says what is
// shown, and what is assumed.
package eva
