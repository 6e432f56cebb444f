// SPDX-License-Identifier: BSD-3-Clause

// Package store tests the staging stores of folder device/store.
//
// Each store is compiled for the host, with sanitizers, together with a model of
// its memory and the scenarios of device/test/store. To show that the scenarios
// would find a bug, they are also run on drivers with one line changed for the
// worse; each of these must fail.
//
// The SPI NOR store also runs on the SPI NOR model of QEMU's emcraft-sf2 board,
// in the example of examples/sf2: boot installs from it, and what it holds
// survives resets and processes.
package store
