// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// noisySet marks the halfwords of an old image that may be or begin a reference.
// Between them a copy just copies, which the encoder can do in bulk.
type noisySet []uint64

func newNoisySet(image []byte, address uint32) noisySet {
	set := make(noisySet, len(image)/128+1)
	for i := 0; i+2 <= len(image); i += 2 {
		h := uint32(binary.LittleEndian.Uint16(image[i:]))
		noisy := h == loadWide || h&0xF800 == 0xF000 || shortKindOf(h) != shortNone
		if i&3 == 0 && i+4 <= len(image) {
			w := binary.LittleEndian.Uint32(image[i:])
			noisy = noisy || isRAM(w) || w-address < uint32(len(image))+pointerSlack
		}
		if noisy {
			set[i>>7] |= 1 << (i >> 1 & 63)
		}
	}
	return set
}

// quiet returns how many bytes from an even place are free of noise, at most limit
// and less than 128.
func (n noisySet) quiet(from, limit uint32) uint32 {
	word := n[from>>7] >> (from >> 1 & 63)
	free := 128 - from&127
	if word != 0 {
		free = uint32(bits.TrailingZeros64(word)) * 2
	}
	return min(free, limit&^1)
}

// takeQuiet carries out the copy of at most limit bytes up to the next noise. It
// returns how many there were, and false if one of them is not as it was.
func (c *codec) takeQuiet(s *current, limit uint32) (uint32, bool) {
	if c.noisy == nil || (c.position|s.from)&1 != 0 || c.tail>>16 == loadWide {
		return 0, true
	}
	p := c.position
	n := c.noisy.quiet(s.from, limit)
	for at := (p + 3) &^ 3; at < p+n; at += 4 {
		if c.inPool(at) {
			n = at - p
		}
	}
	if n == 0 {
		return 0, true
	}
	if !bytes.Equal(c.old[s.from:s.from+n], c.new[p:p+n]) {
		return n, false
	}
	if words := (p+n+3)>>2 - (p+3)>>2; words < uint32(c.pointerRun) {
		c.pointerRun -= uint8(words)
	} else {
		c.pointerRun = 0
	}
	if n >= 4 {
		c.tail = binary.LittleEndian.Uint32(c.new[p+n-4:])
	} else {
		c.tail = c.tail>>16 | uint32(binary.LittleEndian.Uint16(c.new[p:]))<<16
	}
	c.position += n
	c.run += n
	s.from += n
	s.left -= n
	return n, true
}
