// SPDX-License-Identifier: BSD-3-Clause
// What the primitives under test take from a configuration: the defaults.
