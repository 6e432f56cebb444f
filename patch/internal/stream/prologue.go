// SPDX-License-Identifier: BSD-3-Clause

package stream

// prologue is what a stream says before its first operation.
type prologue struct {
	plain   bool   // the images hold no Thumb code
	address uint32 // where they are loaded
}

// prologueUsual is the probability, of 65536, that the address from outside holds
// and Thumb units are used.
const prologueUsual = 61440

// Addresses are sent as pages below the reset vector where that fits.
const (
	pageBits     = 12
	vectorBits   = 8
	addressUnits = 8 // lowest bits of an address that are zero
)

// prologue codes p; a decoder ignores p and takes what it reads.
func (c *codec) prologue(p prologue) {
	unusual := flag(p.plain || p.address != c.address)
	if c.coder.code(prologueUsual, unusual) == 0 {
		return
	}
	if c.raw(uint32(flag(p.plain)), 1) == 1 {
		c.units = false
		return
	}
	reset := c.oldWord(4) >> pageBits
	pages := reset - p.address>>pageBits
	near := p.address&(1<<pageBits-1) == 0 && pages < 1<<vectorBits
	if c.raw(uint32(flag(near)), 1) == 1 {
		c.address = (reset - c.raw(pages, vectorBits)) << pageBits
	} else {
		c.address = c.raw(p.address>>addressUnits, 32-addressUnits) << addressUnits
	}
}

// oldWord is a word of the old image, of zeros outside it.
func (c *codec) oldWord(at uint32) uint32 {
	return c.oldByte(at) | c.oldByte(at+1)<<8 | c.oldByte(at+2)<<16 | c.oldByte(at+3)<<24
}

// oldByte is a byte of the old image, 0 outside it.
func (c *codec) oldByte(at uint32) uint32 {
	if at >= uint32(len(c.old)) {
		return 0
	}
	return uint32(c.old[at])
}
