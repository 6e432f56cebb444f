// SPDX-License-Identifier: BSD-3-Clause

// Package image reads, seals and verifies Quine firmware images as defined by
// spec/image.md.
//
// An image is what a device runs and what an update rebuilds: a boot sector of
// 4096 bytes, then the application with its manifest and its seal. Most callers
// want two functions:
//
//   - [Parse], followed by [Image.Verify], takes a sealed image;
//   - [Read], followed by [Seal], makes one from what a linker wrote.
//
// Seal signs with any [crypto.Signer], or with a signature made elsewhere ([ToSign],
// [Detached]); [Image.VerifySignature] is the receiver's side.
//
// # Errors
//
// Every error about the content of an input is, or wraps, a [quine.Error], whose
// code is the one that a device reports for the same fault. No function panics on
// any input, and none allocates more than a small multiple of the input's size or
// of [MaxSize].
//
// # Determinism
//
// The same input and options give the same bytes, on every operating system. So does
// a private key in memory, an [*crypto/ecdsa.PrivateKey], by RFC 6979. Other signers,
// such as most key services, give other 64 bytes of signature each time, under the
// same head id.
package image
