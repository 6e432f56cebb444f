// SPDX-License-Identifier: BSD-3-Clause

package thumb

import "math/bits"

// narrow decodes the 16-bit instruction h.
func (in *Inst) narrow(h uint32) {
	switch h >> 12 {
	case 0, 1, 2, 3:
		in.shiftAddMove(h)
	case 4:
		in.group4(h)
	case 5:
		in.memory(h>>11&1 == 1 || h>>9&3 == 3, h&7, h>>3&7)
		in.Indexed, in.Rm = true, uint8(h>>6&7)
	case 6, 7:
		size := uint32(4)
		if h>>12&1 == 1 {
			size = 1
		}
		in.memory(h>>11&1 == 1, h&7, h>>3&7)
		in.Imm = h >> 6 & 31 * size
	case 8:
		in.memory(h>>11&1 == 1, h&7, h>>3&7)
		in.Imm = h >> 6 & 31 * 2
	case 9:
		in.memory(h>>11&1 == 1, h>>8&7, SP)
		in.Imm = h & 0xFF * 4
	case 10:
		in.address(h)
	case 11:
		in.miscellaneous(h)
	case 12:
		in.multiple(h)
	case 13:
		in.condBranch(h)
	case 14:
		in.Flow = Branch
		in.Target = in.pc() + signed(h&0x7FF, 11)<<1
	}
}

// shiftAddMove decodes shifts by a constant, additions, subtractions, moves and
// compares of low registers.
func (in *Inst) shiftAddMove(h uint32) {
	rd, rm, imm5, imm8, rd8 := h&7, h>>3&7, h>>6&31, h&0xFF, h>>8&7
	switch h >> 11 {
	case 0: // LSL
		in.set(Shift, rd)
		in.Rm, in.Imm = uint8(rm), imm5
	case 1, 2: // LSR, ASR
		in.set(Other, rd)
	case 3:
		in.Rn = uint8(rm)
		in.Rm, in.Imm = uint8(h>>6&7), h>>6&7
		op := [...]Op{AddReg, SubReg, AddImm, AddImm}[h>>9&3]
		in.set(op, rd)
		if h>>9&3 == 3 {
			in.Imm = -in.Imm
		}
	case 4:
		in.set(Const, rd8)
		in.Imm = imm8
	case 5: // CMP
	case 6, 7:
		in.set(AddImm, rd8)
		in.Rn, in.Imm = uint8(rd8), imm8
		if h>>11 == 7 {
			in.Imm = -imm8
		}
	}
}

// group4 decodes register operations, branches to registers and LDR from a literal.
func (in *Inst) group4(h uint32) {
	switch {
	case h>>11&1 == 1:
		in.set(Literal, h>>8&7)
		in.Imm = in.alignedPC() + h&0xFF*4
		in.refer(in.Imm)
	case h>>10&3 == 0:
		in.registers(h)
	default:
		in.special(h)
	}
}

// registers decodes the operations on two low registers.
func (in *Inst) registers(h uint32) {
	in.Rm = uint8(h >> 3 & 7)
	switch h >> 6 & 15 {
	case 8, 10, 11: // TST, CMP, CMN
	case 9:
		in.set(Negate, h&7)
	case 15:
		in.set(Not, h&7)
	default:
		in.set(Other, h&7)
	}
}

// special decodes operations on any register, and BX and BLX.
func (in *Inst) special(h uint32) {
	rd, rm := h>>4&8|h&7, h>>3&15
	in.Rm = uint8(rm)
	switch h >> 8 & 3 {
	case 0:
		in.Rn = uint8(rd)
		in.set(AddReg, rd)
	case 1: // CMP
		return
	case 2:
		in.set(Move, rd)
	case 3:
		in.Flow = Jump
		if h>>7&1 == 1 {
			in.Flow = CallReg
		} else if rm == LR {
			in.Flow = Return
		}
		return
	}
	switch {
	case rd == SP:
		in.SetsSP = true
	case rd == PC && in.Op == Move && rm == LR:
		in.Flow = Return
	case rd == PC:
		in.Flow = Jump
		if in.Op == AddReg {
			in.Op = Other
		}
	}
}

// memory makes the instruction a load to or a store of register rt.
func (in *Inst) memory(load bool, rt, rn uint32) {
	in.Op, in.Rd, in.Rn = Store, uint8(rt), uint8(rn)
	if load {
		in.set(Load, rt)
	}
}

// address decodes ADR and ADD Rd, SP.
func (in *Inst) address(h uint32) {
	if h>>11&1 == 1 {
		in.set(AddImm, h>>8&7)
		in.Rn, in.Imm = SP, h&0xFF*4
		return
	}
	in.set(Const, h>>8&7)
	in.Imm = in.alignedPC() + h&0xFF*4
	in.refer(in.Imm)
}

// miscellaneous decodes the instructions that begin with 1011.
func (in *Inst) miscellaneous(h uint32) {
	switch {
	case h&0xF500 == 0xB100: // CBZ, CBNZ
		in.Flow = Cond
		in.Target = in.pc() + h>>9&1<<6 + h>>3&31<<1
	case h&0xFF80 == 0xB000: // ADD SP
		in.Push = -int32(h & 0x7F * 4)
	case h&0xFF80 == 0xB080: // SUB SP
		in.Push = int32(h & 0x7F * 4)
	case h&0xFE00 == 0xB400: // PUSH
		in.Push = int32(bits.OnesCount32(h&0x1FF) * 4)
	case h&0xFE00 == 0xBC00: // POP
		in.Push = -int32(bits.OnesCount32(h&0x1FF) * 4)
		in.Writes = uint16(h & 0xFF)
		if h>>8&1 == 1 {
			in.Flow = Return
		}
	case h&0xFF00 == 0xBF00 && h&15 != 0: // IT
		in.it = 4 - uint8(bits.TrailingZeros32(h&15))
	case h&0xFF00 == 0xB200, h&0xFF00 == 0xBA00: // SXTH and the like, REV and the like
		in.set(Other, h&7)
	}
}

// multiple decodes STM and LDM.
func (in *Inst) multiple(h uint32) {
	in.writes(h >> 8 & 7)
	if h>>11&1 == 1 {
		in.Writes |= uint16(h & 0xFF)
	}
}

// condBranch decodes B<cond>, UDF and SVC.
func (in *Inst) condBranch(h uint32) {
	switch h >> 8 & 15 {
	case 14:
		in.Flow = Trap
	case 15: // SVC
		in.Writes = 0x100F
	default:
		in.Flow = Cond
		in.Target = in.pc() + signed(h&0xFF, 8)<<1
	}
}
