// SPDX-License-Identifier: BSD-3-Clause

package emu

import "encoding/binary"

// A region is a memory and what is decoded of it.
type region struct {
	base  uint32
	data  []byte // whole words
	insts []inst // one for each halfword

	// Only offsets in [low, high) are decoded.
	low, high uint32
}

func newRegion(base uint32, data []byte) region {
	if n := len(data) % 4; n != 0 {
		data = append(data, make([]byte, 4-n)...)
	}
	return region{base: base, data: data, insts: make([]inst, len(data)/2)}
}

// word returns the word at an offset, 0 where there is none.
func (r *region) word(offset uint32) uint32 {
	if uint64(offset)+4 > uint64(len(r.data)) {
		return 0
	}
	return binary.LittleEndian.Uint32(r.data[offset:])
}

// forget drops what is decoded of n bytes.
func (r *region) forget(offset, n uint32) {
	from, end := max(offset, r.low), min(offset+n, r.high)
	if from >= end {
		return
	}
	from = max(from, 2) - 2 // a wide instruction may begin before
	clear(r.insts[from/2 : (end+1)/2])
}

// decoded notes that n bytes at offset are decoded.
func (r *region) decoded(offset, n uint32) {
	if r.low == r.high {
		r.low, r.high = offset, offset+n
	}
	r.low, r.high = min(r.low, offset), max(r.high, offset+n)
}

// find returns the memory that n bytes at addr lie in, or nil.
func (c *Core) find(addr uint32, n int) *region {
	for _, r := range [...]*region{&c.flash, &c.ram} {
		if o := addr - r.base; uint64(o)+uint64(n) <= uint64(len(r.data)) {
			return r
		}
	}
	return nil
}

// Flash returns the contents of flash, and RAM those of RAM. Who changes them tells
// so by [Core.FlashChanged] or [Core.RAMChanged], or uses [Core.Write].
func (c *Core) Flash() []byte { return c.flash.data }

// RAM returns the contents of RAM.
func (c *Core) RAM() []byte { return c.ram.data }

// RAMChanged says that all of RAM may be something else.
func (c *Core) RAMChanged() { c.ram.forget(0, uint32(len(c.ram.data))) }

// FlashChanged says that n bytes of flash at offset are not what they were.
func (c *Core) FlashChanged(offset, n uint32) { c.flash.forget(offset, n) }

// OnFlashRead has f called before each load of n bytes from flash at offset; nil stops
// that. Instructions are fetched without.
func (c *Core) OnFlashRead(f func(offset uint32, n int)) { c.flashRead = f }

// Read returns the n bytes at addr, for reading before anything changes them, or nil if
// they are not in flash or RAM.
func (c *Core) Read(addr uint32, n int) []byte {
	r := c.find(addr, n)
	if r == nil {
		return nil
	}
	return r.data[addr-r.base:][:n:n]
}

// Write writes data at addr in flash or RAM and reports whether it lies there.
func (c *Core) Write(addr uint32, data []byte) bool {
	r := c.find(addr, len(data))
	if r == nil {
		return false
	}
	copy(r.data[addr-r.base:], data)
	r.forget(addr-r.base, uint32(len(data)))
	return true
}

// fetch returns the halfword at addr.
func (c *Core) fetch(addr uint32) (uint32, bool) {
	r := c.find(addr, 2)
	if r == nil {
		return 0, false
	}
	return uint32(binary.LittleEndian.Uint16(r.data[addr-r.base:])), true
}

func (c *Core) load32(a uint32) uint32 {
	if o := a - c.ram.base; o < uint32(len(c.ram.data)) && o&3 == 0 {
		return binary.LittleEndian.Uint32(c.ram.data[o:])
	}
	if o := a - c.flash.base; o < uint32(len(c.flash.data)) && o&3 == 0 && c.flashRead == nil {
		return binary.LittleEndian.Uint32(c.flash.data[o:])
	}
	return c.loadSlow(a, 4)
}

func (c *Core) load16(a uint32) uint32 {
	if o := a - c.ram.base; o < uint32(len(c.ram.data)) && o&1 == 0 {
		return uint32(binary.LittleEndian.Uint16(c.ram.data[o:]))
	}
	return c.loadSlow(a, 2)
}

func (c *Core) load8(a uint32) uint32 {
	if o := a - c.ram.base; o < uint32(len(c.ram.data)) {
		return uint32(c.ram.data[o])
	}
	if o := a - c.flash.base; o < uint32(len(c.flash.data)) && c.flashRead == nil {
		return uint32(c.flash.data[o])
	}
	return c.loadSlow(a, 1)
}

// loadSlow loads from anywhere.
func (c *Core) loadSlow(a uint32, n int) uint32 {
	if !c.aligned(a, n) {
		return 0
	}
	r := c.find(a, n)
	if r == nil {
		v, ok := c.bus.Load(a, n, c.r[PC])
		if !ok {
			c.fail("load of %d bytes at 0x%08x, where nothing is,", n, a)
		}
		return v
	}
	o := a - r.base
	if r == &c.flash && c.flashRead != nil {
		c.flashRead(o, n)
	}
	var v uint32
	for i := n - 1; i >= 0; i-- {
		v = v<<8 | uint32(r.data[int(o)+i])
	}
	return v
}

// aligned fails and returns false if an access faults for its alignment (A3.2.1).
func (c *Core) aligned(a uint32, n int) bool {
	if a&uint32(n-1) == 0 || c.arch == ARMv7M {
		return true
	}
	c.fail("unaligned access to 0x%08x", a)
	return false
}

// wordAligned fails and returns false if an access that must be to words is not.
func (c *Core) wordAligned(a uint32) bool {
	if a&3 == 0 {
		return true
	}
	c.fail("unaligned access to 0x%08x", a)
	return false
}

func (c *Core) store32(a, v uint32) {
	if o := a - c.ram.base; o < uint32(len(c.ram.data)) && o&3 == 0 {
		binary.LittleEndian.PutUint32(c.ram.data[o:], v)
		if o-c.ram.low < c.ram.high-c.ram.low {
			c.ram.forget(o, 4)
		}
		return
	}
	c.storeSlow(a, v, 4)
}

func (c *Core) store16(a, v uint32) { c.storeSlow(a, v, 2) }

func (c *Core) store8(a, v uint32) {
	if o := a - c.ram.base; o < uint32(len(c.ram.data)) {
		c.ram.data[o] = byte(v)
		if o-c.ram.low < c.ram.high-c.ram.low {
			c.ram.forget(o, 1)
		}
		return
	}
	c.storeSlow(a, v, 1)
}

// storeSlow stores anywhere but to flash, which no store changes.
func (c *Core) storeSlow(a, v uint32, n int) {
	if !c.aligned(a, n) {
		return
	}
	switch r := c.find(a, n); r {
	case &c.ram:
		for i := range n {
			r.data[int(a-r.base)+i] = byte(v >> (8 * i))
		}
		r.forget(a-r.base, uint32(n))
	case &c.flash:
		c.fail("store to flash at 0x%08x", a)
	default:
		switch c.bus.Store(a, v, n) {
		case BusFault:
			c.fail("store of %d bytes at 0x%08x, where nothing is,", n, a)
		case BusReset:
			c.halt(Reset)
		}
	}
}
