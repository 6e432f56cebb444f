// SPDX-License-Identifier: BSD-3-Clause

// Package smp is a client of the Simple Management Protocol, with which mcumgr and
// its kin talk to devices: the part of it that uploads an image, over a serial line.
// Protocol and framing are those of Zephyr's documentation, "SMP Protocol
// Specification" and "SMP over console".
//
// [Open] opens a serial port, [New] makes a client of it, and [Client.Upload] sends
// a patch.
package smp
