// SPDX-License-Identifier: BSD-3-Clause

// Package crypto runs the cryptographic primitives of the device library: their
// portable build on the host, under sanitizers, and their Thumb builds for each core in
// package emu. The tests compare them with published vectors and with Go's.
package crypto

// A Device computes with the primitives of one build.
type Device interface {
	// SHA256 returns the digest of data, a multiple of 32 bytes and not empty.
	SHA256(data []byte) ([]byte, error)

	// SHA256State returns the state behind data, whole blocks that hold what FIPS 180-4
	// section 5.1.1 pads a message with.
	SHA256State(data []byte) ([]byte, error)

	// Verify returns whether r and s, 32 bytes each, are a signature over hash by the
	// key with the coordinates x and y; all numbers are big-endian.
	Verify(hash, r, s, x, y []byte) (bool, error)

	// AES returns data, whole blocks, encrypted in counter mode from the block with
	// that index on. The build decides on the length of keys.
	AES(key, nonce []byte, index uint32, data []byte) ([]byte, error)

	// CMAC returns the MAC of a message of any size.
	CMAC(key, message []byte) ([]byte, error)
}

// signatureCode is what a device returns for a signature that does not verify.
const signatureCode = -18
