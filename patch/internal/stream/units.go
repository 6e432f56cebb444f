// SPDX-License-Identifier: BSD-3-Clause

package stream

import "encoding/binary"

// unitKind names what a copy is made of.
type unitKind uint8

const (
	unitByte unitKind = iota
	unitHalf
	unitShort  // halfword with a reference
	unitBranch // BL or B.W
	unitFlash  // pointer into the image
	unitRAM    // pointer to RAM
	unitWord   // other word of a literal pool
	unitKinds
)

// A unit is the next piece of a copy with what it may have become.
type unit struct {
	kind       unitKind
	size       uint32
	candidates [3]uint32 // most likely first
	count      int
	sure       sureness
	class      uint32 // finer kind, for contexts
	target     uint32 // old place that it refers to
}

func (u *unit) add(v uint32) {
	for _, x := range u.candidates[:u.count] {
		if x == v {
			return
		}
	}
	u.candidates[u.count] = v
	u.count++
}

// pointerSlack is how far behind the image's end a pointer may still point.
const pointerSlack = 64

// loadWide is the first halfword of LDR.W Rt, [PC, #imm12].
const loadWide = 0xF8DF

// isRAM tells whether w looks like an address in RAM: code RAM at 0x10000000 or
// one of the usual blocks from 0x20000000 to 0x3FFFFFFF, at most 1 MiB in size.
func isRAM(w uint32) bool {
	return w&0xCBF80000 == 0 && w>>28 != 0
}

// predict finds the unit at the current position of a copy that has left bytes
// to go and reads the old image at from.
func (c *codec) predict(from, left uint32) (u unit) {
	p := c.position
	if !c.units || p&1 != 0 || from&1 != 0 || left < 2 {
		u.kind, u.size, u.count = unitByte, 1, 1
		u.candidates[0] = uint32(c.old[from])
		return
	}
	if left >= 4 {
		w := binary.LittleEndian.Uint32(c.old[from:])
		if p&3 == 0 && from&3 == 0 && c.predictWord(&u, w) {
			return
		}
		if isBranch(w) {
			c.predictBranch(&u, w, from)
			return
		}
	}
	h := uint32(binary.LittleEndian.Uint16(c.old[from:]))
	u.size = 2
	if k := shortKindOf(h); k != shortNone {
		c.predictShort(&u, h, k, from)
		return
	}
	u.kind, u.class = unitHalf, h>>10
	u.add(h)
	return
}

// predictWord tells whether word w, at a multiple of 4 in both images, is taken
// for a pointer or for part of a literal pool.
func (c *codec) predictWord(u *unit, w uint32) bool {
	pool := c.inPool(c.position)
	switch {
	case w-c.address < uint32(len(c.old))+pointerSlack:
		u.kind = unitFlash
	case isRAM(w) && (pool || c.pointerRun > 0):
		u.kind = unitRAM
	case pool:
		u.kind = unitWord
	default:
		return false
	}
	u.size, u.target, u.class = 4, w, uint32(flag(pool))
	if u.kind != unitWord {
		m := &c.flash
		if u.kind == unitRAM {
			m = &c.ram
		}
		first, second, sure := m.lookup(w)
		u.sure = sure
		u.add(w + first)
		u.add(w + second)
	}
	u.add(w)
	return true
}

// inPool tells whether the word at p is known as part of a literal pool.
func (c *codec) inPool(p uint32) bool {
	return c.pools[p/4%poolWindow/32]>>(p/4%32)&1 == 1
}

func (c *codec) predictBranch(u *unit, w, from uint32) {
	u.kind, u.size, u.class = unitBranch, 4, w>>30&1
	u.target = from + c.address + 4 + branchOffset(w)
	first, second, sure := c.flash.lookup(u.target)
	u.sure = sure
	pc := c.position + c.address + 4
	u.add(withOffset(w, u.target+first-pc))
	u.add(withOffset(w, u.target+second-pc))
	u.add(w)
}

func (c *codec) predictShort(u *unit, h uint32, k shortKind, from uint32) {
	u.kind, u.class = unitShort, uint32(k)
	u.target = shortTarget(k, h, from+c.address)
	first, second, sure := c.flash.lookup(u.target)
	u.sure = sure
	pc := c.position + c.address
	if v, ok := withTarget(k, h, pc, u.target+first); ok {
		u.add(v)
	} else {
		u.sure = sureUnknown
		u.add(h)
	}
	if v, ok := withTarget(k, h, pc, u.target+second); ok {
		u.add(v)
	}
	u.add(h)
}

// commit takes v for unit u, teaches the maps and goes on behind it.
func (c *codec) commit(s *current, u *unit, v uint32) {
	hit := v == u.candidates[0]
	if hit {
		c.run += u.size
	} else {
		c.run = 0
	}
	p := c.position
	// What the map was sure of teaches it nothing.
	if !hit || u.sure != sureInside {
		c.learnReference(u, v)
	}
	c.advance(v, u.size)
	s.from += u.size
	s.left -= u.size
	if p&3 == 0 {
		switch {
		case u.kind == unitFlash || u.kind == unitRAM:
			c.pointerRun = 2
		case u.kind == unitWord:
			c.pointerRun = 0
		case c.pointerRun > 0 && u.kind != unitByte:
			c.pointerRun--
		}
	}
}

func (c *codec) learnReference(u *unit, v uint32) {
	pc := c.position + c.address
	switch {
	case u.kind == unitShort && shortKindOf(v) == shortKind(u.class):
		v = shortTarget(shortKind(u.class), v, pc)
	case u.kind == unitBranch && isBranch(v):
		v = pc + 4 + branchOffset(v)
	case u.kind == unitFlash && v-c.address < c.newSize+pointerSlack:
	case u.kind == unitRAM && isRAM(v):
		c.ram.learn(u.target, u.target, v-u.target)
		return
	default:
		return
	}
	c.flash.learn(u.target, u.target, v-u.target)
}

// advance appends the size low bytes of v to the new image and notes literal
// pool words that they refer to.
func (c *codec) advance(v, size uint32) {
	p := c.position
	if size == 4 {
		// A branch or a word: neither loads from a pool.
		c.tail = v
		c.pools[p/4%poolWindow/32] &^= 1 << (p / 4 % 32)
		c.position += 4
		return
	}
	c.tail = c.tail>>(8*size) | v<<(32-8*size)
	c.position += size
	if c.position&1 == 0 {
		c.notePool(c.position - 2)
	}
}

// notePool marks the word that the load which ends with the halfword at p reads.
func (c *codec) notePool(p uint32) {
	h := c.tail >> 16
	var word uint32
	switch {
	case h&0xF800 == 0x4800: // LDR Rt, [PC, #imm8*4]
		word = (p+4)>>2 + h&0xFF
	case c.tail&0xFFFF == loadWide: // LDR.W Rt, [PC, #imm12]
		word = ((p+2)&^3 + h&0xFFF) >> 2
	default:
		return
	}
	if word-p>>2 < poolWindow {
		c.pools[word%poolWindow/32] |= 1 << (word % 32)
	}
}
