// SPDX-License-Identifier: BSD-3-Clause

package emu

// narrow decodes the 16-bit instruction h (A5.2).
func (c *Core) narrow(in *inst, h, pc uint32) {
	in.d, in.n, in.m = uint8(h&7), uint8(h>>3&7), uint8(h>>6&7)
	switch h >> 12 {
	case 0, 1:
		in.shiftOrAdd(h)
	case 2, 3:
		in.d, in.n, in.imm = uint8(h>>8&7), uint8(h>>8&7), h&0xFF
		f := [...][2]func(*Core, *inst){{movsImm, movImm}, {cmpImm, cmpImm}, {addsImm, addImm}, {subsImm, subImm}}[h>>11&3]
		in.run, in.quiet = f[0], f[1]
	case 4:
		c.group4(in, h, pc)
	case 5:
		in.run = [...]func(*Core, *inst){strReg, strhReg, strbReg, ldrsbReg, ldrReg, ldrhReg, ldrbReg, ldrshReg}[h>>9&7]
	case 6, 7, 8:
		k := h>>11 - 12 // STR, LDR, STRB, LDRB, STRH, LDRH
		in.run = [...]func(*Core, *inst){strImm, ldrImm, strbImm, ldrbImm, strhImm, ldrhImm}[k]
		in.imm = h >> 6 & 31 << [...]uint32{2, 0, 1}[k/2]
	case 9:
		in.d, in.n, in.imm = uint8(h>>8&7), SP, h&0xFF*4
		in.run = [...]func(*Core, *inst){strImm, ldrImm}[h>>11&1]
	case 10:
		in.d, in.n, in.imm, in.run = uint8(h>>8&7), SP, h&0xFF*4, addImm
		if h>>11&1 == 0 { // ADR
			in.imm, in.run = (pc+4)&^3+in.imm, movImm
		}
	case 11:
		c.miscellaneous(in, h, pc)
	case 12:
		in.n, in.imm, in.flags = uint8(h>>8&7), h&0xFF, true
		in.run = stm
		if h>>11&1 == 1 {
			in.run, in.flags = ldm, h>>(h>>8&7)&1 == 0 // write-back unless loaded
		}
	case 13:
		if h>>9&7 == 7 { // UDF, SVC
			return
		}
		in.imm, in.op, in.run = pc+4+signed(h&0xFF, 8)<<1, uint8(h>>8&15), branchIf
		switch h >> 8 & 15 {
		case 0:
			in.run = branchEqual
		case 1:
			in.run = branchNotEqual
		}
	case 14:
		in.imm, in.run = pc+4+signed(h&0x7FF, 11)<<1, branch
	}
}

// shiftOrAdd decodes shifts by a constant, and additions and subtractions.
func (in *inst) shiftOrAdd(h uint32) {
	kind, amount := uint8(h>>11&3), uint8(h>>6&31)
	if kind < 3 {
		in.m = in.n
		in.shift, in.amount = kind, amount
		if kind != lsl && amount == 0 {
			in.amount = 32
		}
		in.op, in.flags, in.run = opMove, true, shiftOperand
		if kind == lsl && amount > 0 {
			in.run = lslsImm
		} else if kind == lsr && amount > 0 {
			in.run = lsrsImm
		}
		in.quiet = shiftQuiet
		return
	}
	in.imm = h >> 6 & 7
	f := [...][2]func(*Core, *inst){{addsReg, addReg}, {subsReg, subReg}, {addsImm, addImm}, {subsImm, subImm}}[h>>9&3]
	in.run, in.quiet = f[0], f[1]
}

// group4 decodes operations on registers, branches to them, and LDR from a literal.
func (c *Core) group4(in *inst, h, pc uint32) {
	switch {
	case h>>11&1 == 1:
		in.d, in.imm, in.run = uint8(h>>8&7), (pc+4)&^3+h&0xFF*4, ldrLiteral
	case h>>10&3 == 0:
		in.m, in.n = uint8(h>>3&7), uint8(h&7)
		in.op, in.flags, in.run, in.quiet = uint8(h>>6&15), true, registers, registersQuiet
	default:
		c.special(in, h, pc)
	}
}

// special decodes operations on any register, BX and BLX (A5.2.3).
func (c *Core) special(in *inst, h, pc uint32) {
	d, m := uint8(h>>4&8|h&7), uint8(h>>3&15)
	in.d, in.n, in.m = d, d, m
	switch h >> 8 & 3 {
	case 0:
		in.run = addReg
		if d == PC {
			in.imm, in.run = pc+4, branchAdd
		} else if m == PC {
			in.imm, in.run = pc+4, addImm
		} else if d == SP {
			in.run = moveSP
			in.op = opAdd
		}
	case 1:
		in.run = cmpReg
	case 2:
		in.run = movReg
		if d == PC {
			in.imm, in.run = 0, branchAdd
			in.op = 1 // MOV: no program counter is added
		} else if m == PC {
			in.imm, in.run = pc+4, movImm
		} else if d == SP {
			in.run = moveSP
			in.op = opMove
		}
	case 3:
		in.run = bx
		if h>>7&1 == 1 {
			in.run = blx
		}
		if m == PC {
			in.run = nil
		}
	}
}

// miscellaneous decodes the instructions that begin with 1011 (A5.2.5).
func (c *Core) miscellaneous(in *inst, h, pc uint32) {
	switch {
	case h&0xFF80 == 0xB000:
		in.imm, in.run = h&0x7F*4, adjustSP
	case h&0xFF80 == 0xB080:
		in.imm, in.run = -(h & 0x7F * 4), adjustSP
	case h&0xFF00 == 0xB200:
		in.m, in.amount = uint8(h>>3&7), 0
		in.run = [...]func(*Core, *inst){sxth, sxtb, uxth, uxtb}[h>>6&3]
	case h&0xFE00 == 0xB400:
		in.n, in.imm, in.flags, in.run = SP, h&0xFF|h>>8&1<<LR, true, push
	case h&0xFE00 == 0xBC00:
		in.n, in.imm, in.flags, in.run = SP, h&0xFF|h>>8&1<<PC, true, ldm
	case h&0xFFE8 == 0xB660: // CPSIE, CPSID
		in.imm, in.run = h>>4&1, cps
	case h&0xFF00 == 0xBA00 && h>>6&3 != 2:
		in.m = uint8(h >> 3 & 7)
		in.run = [...]func(*Core, *inst){rev, rev16, nil, revsh}[h>>6&3]
	case h&0xFF00 == 0xBF00 && h&15 == 0:
		in.run = nop // NOP, YIELD, WFE, WFI, SEV
	case c.arch == ARMv6M:
	case h&0xF500 == 0xB100: // CBZ, CBNZ
		in.n, in.op = uint8(h&7), uint8(h>>11&1)
		in.imm, in.run = pc+4+h>>9&1<<6+h>>3&31<<1, compareBranch
	case h&0xFF00 == 0xBF00:
		in.imm, in.run = h&0xFF, itBlock
	}
}
