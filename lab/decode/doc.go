// SPDX-License-Identifier: BSD-3-Clause

// Command decode counts the instructions that the decoder of the device library
// executes for each byte of the new image.
//
//	decode -corpus DIR [-pairs NAME,...] [-o build/decode.json]
//
// It compiles the decoder with -Os for Cortex-M0 and Cortex-M4, runs it on a board
// of QEMU whose clock advances with each instruction, and reads that clock. The
// code for Cortex-M0 runs on a Cortex-M3, which has all of its instructions: the
// count is the same. A loop of known length is counted in each run, as a check of
// the counting. The image that the board has made is compared with the new one.
//
// What is counted is the decoder fed with pieces of 256 bytes and asked for as many,
// everything included; the store is memory, so it costs nothing.
package main
