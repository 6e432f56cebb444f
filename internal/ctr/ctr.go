// SPDX-License-Identifier: BSD-3-Clause

// Package ctr is the encryption of Quine: AES in counter mode, with the counter
// blocks that spec/patch.md section 6 and spec/staging.md section 4 define.
package ctr

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"

	"github.com/quine-fw/quine"
)

// NonceSize is the size of a nonce in bytes.
const NonceSize = 12

// The first counter blocks of what one nonce encrypts.
const (
	BodyBlock  = 0          // the body of a patch
	ImageBlock = 0x80000000 // the image that the patch makes, staged
	MACBlock   = 0xFFFFFFFE // zeros as long as the key, which become the key of the MAC
)

// XOR returns data encrypted, or decrypted, which is the same. Block is the counter
// block of its first byte, one of those above. It fails with
// [quine.CodeEncryption] unless key has 16 or 32 bytes.
func XOR(key []byte, nonce [NonceSize]byte, block uint32, data []byte) ([]byte, error) {
	if n := len(key); n != 16 && n != 32 {
		return nil, quine.Errorf(quine.CodeEncryption, "encryption key has %d bytes instead of 16 or 32", n)
	}
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(data))
	cipher.NewCTR(c, binary.BigEndian.AppendUint32(nonce[:], block)).XORKeyStream(out, data)
	return out, nil
}
