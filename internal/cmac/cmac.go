// SPDX-License-Identifier: BSD-3-Clause

// Package cmac is the MAC of NIST SP 800-38B with AES, which RFC 4493 gives for keys of 16
// bytes.
package cmac

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
)

// Size is the size of a block and of a MAC in bytes.
const Size = aes.BlockSize

// A CMAC is a message of whole blocks so far, and its key.
type CMAC struct {
	block      cipher.Block
	whole, cut [Size]byte // subkeys K1 and K2, for last blocks that are whole and that are not
	state      [Size]byte
}

// New returns an empty message under an AES key.
func New(key []byte) (*CMAC, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	c := &CMAC{block: block}
	block.Encrypt(c.whole[:], c.whole[:])
	c.whole = double(c.whole)
	c.cut = double(c.whole)
	return c, nil
}

// double multiplies by x in the field of section 6.1.
func double(b [Size]byte) (d [Size]byte) {
	for i := range Size - 1 {
		d[i] = b[i]<<1 | b[i+1]>>7
	}
	d[Size-1] = b[Size-1]<<1 ^ b[0]>>7*0x87
	return d
}

// Add adds blocks that others follow. A part of a block at their end is left out.
func (c *CMAC) Add(blocks []byte) {
	for ; len(blocks) >= Size; blocks = blocks[Size:] {
		subtle.XORBytes(c.state[:], c.state[:], blocks[:Size])
		c.block.Encrypt(c.state[:], c.state[:])
	}
}

// Sum returns the MAC of the message with one more block, the last one, of up to [Size]
// bytes. It does not add that.
func (c *CMAC) Sum(last []byte) [Size]byte {
	sum, mask := c.state, c.whole
	if len(last) < Size {
		mask = c.cut
		sum[len(last)] ^= 0x80
	}
	subtle.XORBytes(sum[:], sum[:], last)
	subtle.XORBytes(sum[:], sum[:], mask[:])
	c.block.Encrypt(sum[:], sum[:])
	return sum
}
