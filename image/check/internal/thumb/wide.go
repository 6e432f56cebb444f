// SPDX-License-Identifier: BSD-3-Clause

package thumb

import "math/bits"

// wide decodes the 32-bit instruction with the halfwords h and l.
func (in *Inst) wide(h, l uint32) {
	switch {
	case h&0xFE40 == 0xE800:
		in.wideMultiple(h, l)
	case h&0xFE40 == 0xE840:
		in.dual(h, l)
	case h&0xFE00 == 0xEA00:
		in.shiftedRegister(h, l)
	case h>>10&1 == 1 && h>>11 != 0x1E:
		in.coprocessor(h, l)
	case h>>11 == 0x1E && l>>15 == 1:
		in.wideBranch(h, l)
	case h>>11 == 0x1E && h>>9&1 == 0:
		in.modifiedImmediate(h, l)
	case h>>11 == 0x1E:
		in.plainImmediate(h, l)
	case h&0xFE00 == 0xF800:
		in.single(h, l)
	case h&0xFF80 == 0xFB80 && h&0xFFD0 != 0xFB90: // long multiplications
		in.writes(l >> 12)
		in.writes(l >> 8)
	case h&0xFE00 == 0xFA00:
		in.set(Other, l>>8&15)
	}
}

// stack notes that the instruction moves the base register rn by the given bytes.
func (in *Inst) stack(rn uint32, by int32) {
	if rn == SP {
		in.Push = -by
	} else {
		in.writes(rn)
	}
}

// wideMultiple decodes STM and LDM in both directions, among them PUSH and POP.
func (in *Inst) wideMultiple(h, l uint32) {
	rn, n := h&15, int32(bits.OnesCount32(l)*4)
	if h>>4&1 == 1 {
		in.Writes = uint16(l &^ (1 << SP))
		if l>>PC&1 == 1 {
			in.Flow = Jump
			if rn == SP {
				in.Flow = Return
			}
		}
	}
	if h>>5&1 == 0 {
		return
	}
	if h>>7&3 == 2 {
		n = -n // DB
	}
	in.stack(rn, n)
}

// dual decodes LDRD, STRD, the exclusive accesses and the table branches.
func (in *Inst) dual(h, l uint32) {
	rn, imm := h&15, int32(l&0xFF*4)
	if h&0xFFF0 == 0xE8D0 && l&0xFFE0 == 0xF000 {
		in.Flow, in.Rn, in.Rm = Table, uint8(rn), uint8(l&15)
		in.Imm = 1 + l>>4&1
		return
	}
	if h>>7&1 == 0 {
		imm = -imm
	}
	indexed, writeBack := h>>8&1 == 1, h>>5&1 == 1
	if indexed || writeBack { // LDRD, STRD
		if h>>4&1 == 1 {
			in.writes(l >> 12)
			in.writes(l >> 8)
		}
		if rn == PC {
			in.refer(in.alignedPC() + uint32(imm))
		}
		if writeBack {
			in.stack(rn, imm)
		}
		return
	}
	in.writes(l >> 12) // exclusive: which of these is written depends on the form
	in.writes(l >> 8)
	in.writes(l)
}

// shiftedRegister decodes operations on registers, one of which may be shifted.
func (in *Inst) shiftedRegister(h, l uint32) {
	rn, rd, rm := h&15, l>>8&15, l&15
	shift, kind := l>>10&0x1C|l>>6&3, l>>4&3
	op := Other
	switch h >> 5 & 15 {
	case 2: // ORR, MOV
		if rn == PC && kind == 0 {
			op = Shift
		}
	case 3: // ORN, MVN
		if rn == PC && kind == 0 && shift == 0 {
			op = Not
		}
	case 8:
		if kind == 0 && shift == 0 {
			op = AddReg
		}
	case 13:
		if kind == 0 && shift == 0 {
			op = SubReg
		}
	}
	if rd == PC { // a compare
		return
	}
	in.set(op, rd)
	in.Rn, in.Rm, in.Imm = uint8(rn), uint8(rm), shift
	in.SetsSP = rd == SP
}

// coprocessor decodes floating point and coprocessor instructions.
func (in *Inst) coprocessor(h, l uint32) {
	rn := h & 15
	switch {
	case h&0xFFE0 == 0xEC40: // two registers to or from the coprocessor
		if h>>4&1 == 1 {
			in.writes(l >> 12)
			in.writes(h)
		}
	case h&0xFE00 == 0xEC00: // load, store
		imm := int32(l & 0xFF * 4)
		if h>>7&1 == 0 {
			imm = -imm
		}
		if rn == PC && h>>8&1 == 1 {
			in.refer(in.alignedPC() + uint32(imm))
		}
		if h>>5&1 == 1 {
			in.stack(rn, imm)
		}
	case h&0xFF10 == 0xEE10 && l>>4&1 == 1: // register from the coprocessor
		if l>>12 != PC {
			in.writes(l >> 12)
		}
	}
}

// modifiedImmediate decodes operations on a register and a modified immediate.
func (in *Inst) modifiedImmediate(h, l uint32) {
	rn, rd := h&15, l>>8&15
	if rd == PC { // a compare
		return
	}
	imm := expand(h>>10&1<<11 | l>>12&7<<8 | l&0xFF)
	in.set(Other, rd)
	in.Rn, in.Imm = uint8(rn), imm
	switch h >> 5 & 15 {
	case 2:
		if rn == PC {
			in.Op = Const
		}
	case 3:
		if rn == PC {
			in.Op, in.Imm = Const, ^imm
		}
	case 8:
		in.Op = AddImm
	case 13:
		in.Op, in.Imm = AddImm, -imm
	}
	in.adjustsSP()
}

// adjustsSP moves the effect of an operation whose result is the stack pointer.
func (in *Inst) adjustsSP() {
	if in.Rd != SP {
		return
	}
	if in.Op == AddImm && in.Rn == SP {
		in.Push = -int32(in.Imm)
		in.Op, in.Writes = Other, 0
		return
	}
	in.SetsSP = true
}

// expand returns the constant that the 12 bits of a modified immediate stand for.
func expand(imm uint32) uint32 {
	b := imm & 0xFF
	switch imm >> 8 {
	case 0:
		return b
	case 1:
		return b<<16 | b
	case 2:
		return b<<24 | b<<8
	case 3:
		return b<<24 | b<<16 | b<<8 | b
	}
	return bits.RotateLeft32(b|0x80, -int(imm>>7))
}

// plainImmediate decodes MOVW, MOVT, ADDW, SUBW and the bit field operations.
func (in *Inst) plainImmediate(h, l uint32) {
	rn := h & 15
	imm := h>>10&1<<11 | l>>12&7<<8 | l&0xFF
	in.set(Other, l>>8&15)
	in.Rn = uint8(rn)
	switch h >> 4 & 31 {
	case 0x00, 0x0A: // ADDW, SUBW, ADR
		if h>>7&1 == 1 {
			imm = -imm
		}
		in.Op, in.Imm = AddImm, imm
		if rn == PC {
			in.Op, in.Imm = Const, in.alignedPC()+imm
			in.refer(in.Imm)
		}
		in.adjustsSP()
	case 0x04:
		in.Op, in.Imm = Const, rn<<12|imm
	case 0x0C:
		in.Op, in.Imm = MoveTop, rn<<12|imm
	}
}

// wideBranch decodes branches, BL, and what shares their space.
func (in *Inst) wideBranch(h, l uint32) {
	s, j1, j2 := h>>10&1, l>>13&1, l>>11&1
	far := signed(s<<24|(^(j1^s)&1)<<23|(^(j2^s)&1)<<22|h&0x3FF<<12|l&0x7FF<<1, 25)
	switch l >> 12 & 5 {
	case 1:
		in.Flow, in.Target = Branch, in.pc()+far
	case 4:
		in.Flow, in.Target = ToARM, in.alignedPC()+far
	case 5:
		in.Flow, in.Target = Call, in.pc()+far
	default:
		switch {
		case h>>7&7 != 7:
			in.Flow = Cond
			in.Target = in.pc() + signed(s<<20|j2<<19|j1<<18|h&0x3F<<12|l&0x7FF<<1, 21)
		case h&0xFFE0 == 0xF3E0: // MRS
			in.writes(l >> 8)
		case h&0xFFF0 == 0xF7F0 && l>>12 == 0xA: // UDF
			in.Flow = Trap
		}
	}
}

// single decodes loads and stores of one register.
func (in *Inst) single(h, l uint32) {
	load, rn, rt := h>>4&1 == 1, h&15, l>>12
	word := h>>5&3 == 2
	if load && rt == PC && !word { // a preload hint
		return
	}
	if load && rn == PC {
		in.literal(h, l, word)
		return
	}
	in.memory(load, rt, rn)
	switch {
	case h>>7&1 == 1:
		in.Imm = l & 0xFFF
	case l>>11&1 == 0:
		in.Indexed, in.Rm = true, uint8(l&15)
		if l>>4&3 != 0 {
			in.Rm = PC // an index that is shifted is as good as unknown
		}
	default:
		imm := l & 0xFF
		if l>>9&1 == 0 {
			imm = -imm
		}
		if l>>10&1 == 1 {
			in.Imm = imm
		}
		if l>>8&1 == 1 {
			in.stack(rn, int32(imm))
		}
	}
	if load && rt == PC {
		in.Flow = Jump
		if rn == SP {
			in.Flow = Return
		}
	}
	if load && rt == SP {
		in.SetsSP = true
	}
}

// literal decodes a load relative to the program counter.
func (in *Inst) literal(h, l uint32, word bool) {
	at := in.alignedPC() + l&0xFFF
	if h>>7&1 == 0 {
		at = in.alignedPC() - l&0xFFF
	}
	in.refer(at)
	rt := l >> 12
	if rt == PC {
		in.Flow = Jump
	}
	in.writes(rt)
	in.Rd = uint8(rt)
	if word {
		in.Op, in.Imm = Literal, at
	}
}
