// SPDX-License-Identifier: BSD-3-Clause

package emu

import "math/bits"

// wide decodes the 32-bit instruction with the halfwords h and l (A5.3).
func (c *Core) wide(in *inst, h, l, pc uint32) {
	in.d, in.n, in.m = uint8(l>>8&15), uint8(h&15), uint8(l&15)
	if h&0xF800 == 0xF000 && l>>15 == 1 {
		c.wideBranch(in, h, l, pc)
		return
	}
	if c.arch == ARMv6M {
		return
	}
	switch {
	case h&0xFE40 == 0xE800:
		in.wideMultiple(h, l)
	case h&0xFE40 == 0xE840:
		in.dual(h, l, pc)
	case h&0xFE00 == 0xEA00:
		in.shiftedRegister(h, l)
	case h&0xFA00 == 0xF000:
		in.modifiedImmediate(h, l)
	case h&0xFA00 == 0xF200:
		in.plainImmediate(h, l, pc)
	case h&0xFE00 == 0xF800:
		in.single(h, l, pc)
	case h&0xFF00 == 0xFA00 && l>>12 == 15:
		in.register(h, l)
	case h&0xFF80 == 0xFB00:
		in.multiply(h, l)
	case h&0xFF80 == 0xFB80:
		in.long(h, l)
	}
}

// wideMultiple decodes STM and LDM, PUSH and POP among them (A5.3.5).
func (in *inst) wideMultiple(h, l uint32) {
	in.imm, in.flags = l, h>>5&1 == 1
	switch h >> 7 & 3 {
	case 1:
	case 2:
		in.op = 1
	default:
		return
	}
	in.run = stm
	if h>>4&1 == 1 {
		in.run = ldm
	}
}

// dual decodes LDRD, STRD, exclusive accesses and table branches (A5.3.6).
func (in *inst) dual(h, l, pc uint32) {
	in.d, in.a = uint8(l>>12), uint8(l>>8&15)
	in.imm = l & 0xFF * 4
	switch {
	case h&0xFFF0 == 0xE840:
		in.op, in.run = loadWord, exclusiveStore
	case h&0xFFF0 == 0xE850:
		in.op, in.run = loadWord, exclusiveLoad
	case h&0xFFF0 == 0xE8D0 && l&0xFFE0 == 0xF000:
		in.imm, in.amount, in.run = pc+4, uint8(l>>4&1), tableBranch
	case h&0xFFE0 == 0xE8C0 && l>>5&7 == 2:
		in.imm, in.op, in.a, in.run = 0, uint8(l>>4&1), uint8(l&15), exclusiveStore
		if h>>4&1 == 1 {
			in.run = exclusiveLoad
		}
	case h>>8&1 == 1 || h>>5&1 == 1:
		if h>>7&1 == 0 {
			in.imm = -in.imm
		}
		in.op = indexOffset
		if h>>8&1 == 0 {
			in.op = indexPost
		} else if h>>5&1 == 1 {
			in.op = indexPre
		}
		if in.n == PC {
			in.imm, in.op = (pc+4)&^3+in.imm, indexLiteral
		}
		in.m, in.run = uint8(h>>4&1), dual
	}
}

// operation turns the encoding of an operation with rn into what compute does, and
// reports whether there is one.
func (in *inst) operation(op uint32, set bool) bool {
	in.op, in.flags = uint8(op), set
	switch {
	case in.n == PC && op == opOr:
		in.op = opMove
	case in.n == PC && op == opOrn:
		in.op = opNot
	case in.d == PC && set && (op == opAnd || op == opEor || op == opAdd || op == opSub):
		in.d = none // TST, TEQ, CMN, CMP
	}
	return op <= opEor || op == opAdd || op == opAdc || op == opSbc || op == opSub || op == opRsb
}

// shiftedRegister decodes operations on registers, one of which may be shifted (A5.3.11).
func (in *inst) shiftedRegister(h, l uint32) {
	in.amount, in.shift = uint8(l>>10&0x1C|l>>6&3), uint8(l>>4&3)
	if in.amount == 0 {
		switch in.shift {
		case lsr, asr:
			in.amount = 32
		case ror:
			in.shift, in.amount = rrx, 1
		}
	}
	if h>>5&15 == opPack {
		in.run = pack
		if in.shift == lsr || in.shift > asr || h>>4&1 == 1 {
			in.run = nil
		}
		return
	}
	if !in.operation(h>>5&15, h>>4&1 == 1) {
		return
	}
	in.run = shiftOperand
	if in.amount > 0 || in.flags || in.d == SP {
		return
	}
	switch in.op {
	case opAdd:
		in.run = addReg
	case opSub:
		in.run = subReg
	case opMove:
		in.run = movReg
	}
}

// expand returns the constant that the 12 bits of a modified immediate stand for, and
// 1 plus the carry that it gives, or 0 if it gives none (A5.3.2).
func expand(imm uint32) (value uint32, carry uint8) {
	b := imm & 0xFF
	switch imm >> 8 {
	case 0:
		return b, 0
	case 1:
		return b<<16 | b, 0
	case 2:
		return b<<24 | b<<8, 0
	case 3:
		return b<<24 | b<<16 | b<<8 | b, 0
	}
	value = bits.RotateLeft32(b|0x80, -int(imm>>7))
	return value, 1 + uint8(value>>31)
}

// modifiedImmediate decodes operations on a register and a modified immediate (A5.3.1).
func (in *inst) modifiedImmediate(h, l uint32) {
	in.imm, in.amount = expand(h>>10&1<<11 | l>>12&7<<8 | l&0xFF)
	if h>>5&15 == opPack || !in.operation(h>>5&15, h>>4&1 == 1) {
		return
	}
	in.run = immediate
	if in.d == SP || in.flags {
		return
	}
	switch in.op {
	case opAdd:
		in.run = addImm
	case opSub:
		in.run = subImm
	case opMove:
		in.run = movImm
	}
}

// plainImmediate decodes ADDW, SUBW, MOVW, MOVT and the operations on bit fields
// (A5.3.3).
func (in *inst) plainImmediate(h, l, pc uint32) {
	imm12 := h>>10&1<<11 | l>>12&7<<8 | l&0xFF
	low, width := l>>10&0x1C|l>>6&3, l&31
	in.amount = uint8(low)
	switch op := h >> 4 & 31; op {
	case 0x00, 0x0A:
		in.imm, in.op, in.run = imm12, opAdd, immediate
		if op == 0x0A {
			in.imm = -imm12
		}
		in.amount = 0
		if in.n == PC {
			in.imm, in.run = (pc+4)&^3+in.imm, movImm
		}
	case 0x04:
		in.imm, in.run = uint32(in.n)<<12|imm12, movImm
	case 0x0C:
		in.imm, in.run = uint32(in.n)<<12|imm12, movTop
	case 0x10, 0x12, 0x18, 0x1A:
		in.shift = uint8(op >> 1 & 1 * asr)
		if in.shift == asr && low == 0 {
			return // SSAT16, USAT16
		}
		in.imm, in.op, in.run = width, uint8(op>>3&1), saturate
		if in.op == 0 {
			in.imm++
		}
	case 0x14:
		in.imm, in.run = 1<<(width+1)-1, sbfx
	case 0x16:
		if width < low {
			return
		}
		in.imm, in.run = 1<<(width-low+1)-1, bfi
		if in.n == PC { // BFC
			in.n = zero
		}
	case 0x1C:
		in.imm, in.run = 1<<(width+1)-1, ubfx
	}
}

// wideBranch decodes branches, BL, and the instructions of the system (A5.3.4).
func (c *Core) wideBranch(in *inst, h, l, pc uint32) {
	s, j1, j2 := h>>10&1, l>>13&1, l>>11&1
	far := signed(s<<24|(^(j1^s)&1)<<23|(^(j2^s)&1)<<22|h&0x3FF<<12|l&0x7FF<<1, 25)
	full := c.arch == ARMv7M
	switch {
	case l>>12&5 == 5:
		in.imm, in.run = pc+4+far, call
	case l>>12&5 == 1 && full:
		in.imm, in.run = pc+4+far, branch
	case l>>12&5 != 0:
	case h>>7&7 != 7:
		if full {
			in.op = uint8(h >> 6 & 15)
			in.imm, in.run = pc+4+signed(s<<20|j2<<19|j1<<18|h&0x3F<<12|l&0x7FF<<1, 21), branchIf
		}
	case h == 0xF3EF && l>>12 == 8:
		in.imm, in.run = l&0xFF, mrs
	case h&0xFFF0 == 0xF380 && l>>12 == 8:
		in.imm, in.a, in.run = l&0xFF, uint8(l>>10&3), msr
	case h == 0xF3BF && l&0xFFF0 == 0x8F20 && full:
		in.run = clearExclusive
	case h == 0xF3BF && (l>>4 == 0x8F4 || l>>4 == 0x8F5 || l>>4 == 0x8F6): // DSB, DMB, ISB
		in.run = nop
	case h == 0xF3AF && l>>8 == 0x80 && full && l&0xFF < 5: // NOP and other hints
		in.run = nop
	}
}

// single decodes loads and stores of one register (A5.3.7 to A5.3.10).
func (in *inst) single(h, l, pc uint32) {
	in.d = uint8(l >> 12)
	load, size, sign, up := h>>4&1 == 1, h>>5&3, h>>8&1, h>>7&1
	if size == 3 || sign == 1 && (size == 2 || !load) {
		return
	}
	in.a = uint8(size) + storeByte
	if load {
		in.a = uint8(size + 3*sign)
	}
	switch {
	case load && in.d == PC && size != 2:
		in.run = nop // PLD, PLI
		return
	case in.n == PC && !load:
		return
	case in.n == PC:
		in.op, in.imm = indexLiteral, (pc+4)&^3+l&0xFFF
		if up == 0 {
			in.imm = (pc+4)&^3 - l&0xFFF
		}
	case up == 1:
		in.op, in.imm = indexOffset, l&0xFFF
	case l>>11&1 == 1:
		in.imm = l & 0xFF
		if l>>9&1 == 0 {
			in.imm = -in.imm
		}
		in.op = [...]uint8{none, indexPost, indexOffset, indexPre}[l>>9&2|l>>8&1]
		if in.op == none {
			return
		}
	case l&0xFC0 == 0:
		in.op, in.amount = indexRegister, uint8(l>>4&3)
	default:
		return
	}
	in.run = transfer
	if in.d == SP || in.d == PC {
		return
	}
	switch in.op {
	case indexOffset:
		in.run = [...]func(*Core, *inst){ldrbImm, ldrhImm, ldrImm, ldrsbImm, ldrshImm, strbImm, strhImm, strImm}[in.a]
	case indexRegister:
		in.run = [...]func(*Core, *inst){ldrbReg, ldrhReg, ldrReg, ldrsbReg, ldrshReg, strbReg, strhReg, strReg}[in.a]
	}
}

// register decodes shifts by a register, extensions and the operations on one
// register (A5.3.12 to A5.3.15).
func (in *inst) register(h, l uint32) {
	op1, op2 := h>>4&15, l>>4&15
	switch {
	case op1 < 8 && op2 == 0:
		in.shift, in.flags, in.run = uint8(op1>>1), op1&1 == 1, shiftReg
	case op1 < 6 && op2 >= 8:
		in.amount = uint8(op2 & 3 * 8)
		if in.n == PC {
			in.run = [...]func(*Core, *inst){sxth, uxth, nil, uxtb16, sxtb, uxtb}[op1]
		} else {
			in.run = [...]func(*Core, *inst){sxtah, uxtah, nil, nil, sxtab, uxtab}[op1]
		}
	case op1 == 8 && op2 == 4:
		in.run = addBytes
	case op1 == 12 && op2 == 4:
		in.run = subBytes
	case op1 == 8 && op2>>2 == 2:
		in.op, in.run = uint8(op2&3), saturatingAdd
	case op1 == 9 && op2>>2 == 2:
		in.run = [...]func(*Core, *inst){rev, rev16, rbit, revsh}[op2&3]
	case op1 == 10 && op2 == 8:
		in.run = sel
	case op1 == 11 && op2 == 8:
		in.run = clz
	}
}
