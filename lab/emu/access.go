// SPDX-License-Identifier: BSD-3-Clause

package emu

import "math/bits"

// Loads and stores of one register at n + imm, or at n + (m << amount). The narrow
// forms have amount 0.

func ldrImm(c *Core, in *inst)  { c.r[in.d] = c.load32(c.r[in.n] + in.imm) }
func ldrhImm(c *Core, in *inst) { c.r[in.d] = c.load16(c.r[in.n] + in.imm) }
func ldrbImm(c *Core, in *inst) { c.r[in.d] = c.load8(c.r[in.n] + in.imm) }
func ldrshImm(c *Core, in *inst) {
	c.r[in.d] = uint32(int16(c.load16(c.r[in.n] + in.imm)))
}
func ldrsbImm(c *Core, in *inst) {
	c.r[in.d] = uint32(int8(c.load8(c.r[in.n] + in.imm)))
}
func strImm(c *Core, in *inst)  { c.store32(c.r[in.n]+in.imm, c.r[in.d]) }
func strhImm(c *Core, in *inst) { c.store16(c.r[in.n]+in.imm, c.r[in.d]) }
func strbImm(c *Core, in *inst) { c.store8(c.r[in.n]+in.imm, c.r[in.d]) }

func (c *Core) indexed(in *inst) uint32 { return c.r[in.n] + c.r[in.m]<<in.amount }

func ldrReg(c *Core, in *inst)   { c.r[in.d] = c.load32(c.indexed(in)) }
func ldrhReg(c *Core, in *inst)  { c.r[in.d] = c.load16(c.indexed(in)) }
func ldrbReg(c *Core, in *inst)  { c.r[in.d] = c.load8(c.indexed(in)) }
func ldrshReg(c *Core, in *inst) { c.r[in.d] = uint32(int16(c.load16(c.indexed(in)))) }
func ldrsbReg(c *Core, in *inst) { c.r[in.d] = uint32(int8(c.load8(c.indexed(in)))) }
func strReg(c *Core, in *inst)   { c.store32(c.indexed(in), c.r[in.d]) }
func strhReg(c *Core, in *inst)  { c.store16(c.indexed(in), c.r[in.d]) }
func strbReg(c *Core, in *inst)  { c.store8(c.indexed(in), c.r[in.d]) }

func ldrLiteral(c *Core, in *inst) { c.r[in.d] = c.load32(in.imm) }

// transfer is a wide load or store in any other form: a is its kind, op how the address
// is made, and the program counter may be loaded.
func transfer(c *Core, in *inst) {
	base := c.r[in.n]
	offset := base + in.imm
	address := offset
	switch in.op {
	case indexPost:
		address = base
	case indexRegister:
		address = base + c.r[in.m]<<in.amount
	case indexLiteral:
		address = in.imm
	}
	if in.a >= storeByte {
		c.storeKind(in.a, address, c.r[in.d])
	} else if v := c.loadKind(in.a, address); c.stopped {
		return
	} else if in.d == PC {
		defer c.branchExchange(v)
	} else {
		defer c.write(in.d, v)
	}
	if in.op == indexPre || in.op == indexPost {
		c.write(in.n, offset)
	}
}

// Ways to make an address.
const (
	indexOffset = iota
	indexPre
	indexPost
	indexRegister
	indexLiteral
)

// Kinds of transfers.
const (
	loadByte = iota
	loadHalf
	loadWord
	loadSignedByte
	loadSignedHalf
	storeByte
	storeHalf
	storeWord
)

func (c *Core) loadKind(kind uint8, a uint32) uint32 {
	switch kind {
	case loadByte:
		return c.load8(a)
	case loadHalf:
		return c.load16(a)
	case loadSignedByte:
		return uint32(int8(c.load8(a)))
	case loadSignedHalf:
		return uint32(int16(c.load16(a)))
	}
	return c.load32(a)
}

func (c *Core) storeKind(kind uint8, a, v uint32) {
	switch kind {
	case storeByte:
		c.store8(a, v)
	case storeHalf:
		c.store16(a, v)
	default:
		c.store32(a, v)
	}
}

// Multiple transfers: imm is the list, flags asks for write-back. The DB forms have the
// op 1.

func stm(c *Core, in *inst) {
	a := c.r[in.n]
	n := uint32(bits.OnesCount32(in.imm)) * 4
	end := a + n
	if in.op == 1 {
		a -= n
		end = a
	}
	if !c.wordAligned(a) {
		return
	}
	for list := in.imm; list != 0; list &= list - 1 {
		c.store32(a, c.r[bits.TrailingZeros32(list)])
		a += 4
	}
	if in.flags && !c.stopped {
		c.write(in.n, end)
	}
}

func push(c *Core, in *inst) {
	a := c.r[SP] - uint32(bits.OnesCount32(in.imm))*4
	c.setSP(a)
	for list := in.imm; list != 0; list &= list - 1 {
		c.store32(a, c.r[bits.TrailingZeros32(list)])
		a += 4
	}
}

func ldm(c *Core, in *inst) {
	a := c.r[in.n]
	n := uint32(bits.OnesCount32(in.imm)) * 4
	end := a + n
	if in.op == 1 {
		a -= n
		end = a
	}
	if !c.wordAligned(a) {
		return
	}
	for list := in.imm & 0x7FFF; list != 0; list &= list - 1 {
		c.r[bits.TrailingZeros32(list)] = c.load32(a)
		a += 4
	}
	if c.stopped {
		return
	}
	if in.flags {
		c.write(in.n, end)
	}
	if in.imm>>PC&1 == 1 {
		c.branchExchange(c.load32(a))
	}
}

// dual is LDRD and STRD: d and a are the registers, m says which, op is as in transfer.
func dual(c *Core, in *inst) {
	base := c.r[in.n]
	offset := base + in.imm
	address := offset
	if in.op == indexPost {
		address = base
	} else if in.op == indexLiteral {
		address = in.imm
	}
	if !c.wordAligned(address) {
		return
	}
	if in.m == 1 {
		v, w := c.load32(address), c.load32(address+4)
		c.r[in.d], c.r[in.a] = v, w
	} else {
		c.store32(address, c.r[in.d])
		c.store32(address+4, c.r[in.a])
	}
	if (in.op == indexPre || in.op == indexPost) && !c.stopped {
		c.write(in.n, offset)
	}
}

// exclusiveLoad and exclusiveStore are LDREX and STREX of all sizes. With one core and no
// interrupts the store succeeds after any load.
func exclusiveLoad(c *Core, in *inst) {
	c.exclusive = true
	c.r[in.d] = c.loadKind(in.op, c.r[in.n]+in.imm)
}

func exclusiveStore(c *Core, in *inst) {
	if !c.exclusive {
		c.r[in.a] = 1
		return
	}
	c.exclusive = false
	c.storeKind(in.op+storeByte, c.r[in.n]+in.imm, c.r[in.d])
	c.r[in.a] = 0
}

func clearExclusive(c *Core, _ *inst) { c.exclusive = false }
