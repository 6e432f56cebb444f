// SPDX-License-Identifier: BSD-3-Clause

package emu

import (
	"math/bits"
)

// What data processing instructions do. The names end as the operands do; an s before
// that stands for setting the flags.

// nz sets N and Z.
func (c *Core) nz(r uint32) { c.n, c.z = r, r }

// add returns a + b + carry and sets the flags (A2.2.1).
func (c *Core) add(a, b, carry uint32) uint32 {
	sum := uint64(a) + uint64(b) + uint64(carry)
	r := uint32(sum)
	c.n, c.z, c.c, c.v = r, r, uint32(sum>>32), (a^r)&(b^r)
	return r
}

func movImm(c *Core, in *inst)  { c.r[in.d] = in.imm }
func movsImm(c *Core, in *inst) { c.r[in.d] = in.imm; c.nz(in.imm) }
func movReg(c *Core, in *inst)  { c.r[in.d] = c.r[in.m] }
func addImm(c *Core, in *inst)  { c.r[in.d] = c.r[in.n] + in.imm }
func addsImm(c *Core, in *inst) { c.r[in.d] = c.add(c.r[in.n], in.imm, 0) }
func subImm(c *Core, in *inst)  { c.r[in.d] = c.r[in.n] - in.imm }
func subsImm(c *Core, in *inst) { c.r[in.d] = c.add(c.r[in.n], ^in.imm, 1) }
func cmpImm(c *Core, in *inst)  { c.add(c.r[in.n], ^in.imm, 1) }
func addReg(c *Core, in *inst)  { c.r[in.d] = c.r[in.n] + c.r[in.m] }
func addsReg(c *Core, in *inst) { c.r[in.d] = c.add(c.r[in.n], c.r[in.m], 0) }
func subReg(c *Core, in *inst)  { c.r[in.d] = c.r[in.n] - c.r[in.m] }
func subsReg(c *Core, in *inst) { c.r[in.d] = c.add(c.r[in.n], ^c.r[in.m], 1) }
func cmpReg(c *Core, in *inst)  { c.add(c.r[in.n], ^c.r[in.m], 1) }

func lslsImm(c *Core, in *inst) {
	x := c.r[in.m]
	c.c = x >> (32 - in.amount) & 1
	x <<= in.amount
	c.r[in.d] = x
	c.nz(x)
}

func lsrsImm(c *Core, in *inst) {
	x := c.r[in.m]
	c.c = x >> (in.amount - 1) & 1
	x >>= in.amount
	c.r[in.d] = x
	c.nz(x)
}

// shiftBy shifts x by n and returns the carry, too (A2.2.1, A7.4.2). A shift by 0, which
// only a register can ask for, keeps the carry.
func (c *Core) shiftBy(kind uint8, x, n uint32) (result, carry uint32) {
	if n == 0 {
		return x, c.c
	}
	switch kind {
	case lsl:
		return x << n, uint32(uint64(x) << n >> 32 & 1)
	case lsr:
		return x >> n, x >> (n - 1) & 1
	case asr:
		s := int32(x)
		return uint32(s >> n), uint32(s>>(n-1)) & 1
	case ror:
		x = bits.RotateLeft32(x, -int(n&31))
		return x, x >> 31
	}
	return x>>1 | c.c<<31, x & 1 // rrx
}

// Operations of data processing: the numbers of A5.3.11, and two that the encodings
// tell by a register.
const (
	opAnd  = 0
	opBic  = 1
	opOr   = 2
	opOrn  = 3
	opEor  = 4
	opPack = 6
	opAdd  = 8
	opAdc  = 10
	opSbc  = 11
	opSub  = 13
	opRsb  = 14

	opMove = 16
	opNot  = 17
)

// compute does operation in.op with the second operand b, whose shift gave the carry.
func (c *Core) compute(in *inst, b, carry uint32) {
	a := c.r[in.n]
	var r uint32
	switch in.op {
	case opAnd:
		r = a & b
	case opBic:
		r = a &^ b
	case opOr:
		r = a | b
	case opOrn:
		r = a | ^b
	case opEor:
		r = a ^ b
	case opMove:
		r = b
	case opNot:
		r = ^b
	default:
		c.arithmetic(in, a, b)
		return
	}
	if in.flags {
		c.nz(r)
		c.c = carry
	}
	c.write(in.d, r)
}

// arithmetic is compute for the operations that carry.
func (c *Core) arithmetic(in *inst, a, b uint32) {
	carry := uint32(0)
	switch in.op {
	case opAdc:
		carry = c.c
	case opSbc:
		b, carry = ^b, c.c
	case opSub:
		b, carry = ^b, 1
	case opRsb:
		a, b, carry = b, ^a, 1
	}
	if in.flags {
		c.write(in.d, c.add(a, b, carry))
	} else {
		c.write(in.d, a+b+carry)
	}
}

// write sets a register that may be the stack pointer.
func (c *Core) write(d uint8, r uint32) {
	if d == SP {
		c.setSP(r)
		return
	}
	c.r[d] = r
}

// shiftOperand is any operation on a register shifted by a constant.
func shiftOperand(c *Core, in *inst) {
	b, carry := c.shiftBy(in.shift, c.r[in.m], uint32(in.amount))
	c.compute(in, b, carry)
}

// shiftQuiet is a narrow shift by a constant in an IT block.
func shiftQuiet(c *Core, in *inst) {
	c.r[in.d], _ = c.shiftBy(in.shift, c.r[in.m], uint32(in.amount))
}

// immediate is any operation on a constant; amount is 1 plus the carry it gives, or 0.
func immediate(c *Core, in *inst) {
	carry := c.c
	if in.amount > 0 {
		carry = uint32(in.amount) - 1
	}
	c.compute(in, in.imm, carry)
}

// registers is one of the sixteen narrow operations on two registers (A5.2.2).
func registers(c *Core, in *inst) {
	a, b := c.r[in.n], c.r[in.m]
	switch in.op {
	case 0:
		a &= b
	case 1:
		a ^= b
	case 2, 3, 4, 7:
		a, c.c = c.shiftBy([...]uint8{2: lsl, 3: lsr, 4: asr, 7: ror}[in.op], a, b&0xFF)
	case 5:
		c.r[in.d] = c.add(a, b, c.c)
		return
	case 6:
		c.r[in.d] = c.add(a, ^b, c.c)
		return
	case 8: // TST
		c.nz(a & b)
		return
	case 9: // RSB from 0
		c.r[in.d] = c.add(0, ^b, 1)
		return
	case 10: // CMP
		c.add(a, ^b, 1)
		return
	case 11: // CMN
		c.add(a, b, 0)
		return
	case 12:
		a |= b
	case 13:
		a *= b
	case 14:
		a &^= b
	case 15:
		a = ^b
	}
	c.nz(a)
	c.r[in.d] = a
}

// registersQuiet is registers in an IT block, where only compares set flags.
func registersQuiet(c *Core, in *inst) {
	if in.op == 8 || in.op == 10 || in.op == 11 {
		registers(c, in)
		return
	}
	n, z, carry, v := c.n, c.z, c.c, c.v
	registers(c, in)
	c.n, c.z, c.c, c.v = n, z, carry, v
}

// moveSP is ADD and MOV to the stack pointer.
func moveSP(c *Core, in *inst) {
	r := c.r[in.m]
	if in.op == opAdd {
		r += c.r[SP]
	}
	c.setSP(r)
}

func adjustSP(c *Core, in *inst) { c.setSP(c.r[SP] + in.imm) }

// Extensions rotate their operand first; in.n is none, or a register to add to.

func (c *Core) rotated(in *inst) uint32 {
	return bits.RotateLeft32(c.r[in.m], -int(in.amount))
}

func sxth(c *Core, in *inst) { c.r[in.d] = uint32(int16(c.rotated(in))) }
func sxtb(c *Core, in *inst) { c.r[in.d] = uint32(int8(c.rotated(in))) }
func uxth(c *Core, in *inst) { c.r[in.d] = c.rotated(in) & 0xFFFF }
func uxtb(c *Core, in *inst) { c.r[in.d] = c.rotated(in) & 0xFF }

func sxtah(c *Core, in *inst) { c.r[in.d] = c.r[in.n] + uint32(int16(c.rotated(in))) }
func sxtab(c *Core, in *inst) { c.r[in.d] = c.r[in.n] + uint32(int8(c.rotated(in))) }
func uxtah(c *Core, in *inst) { c.r[in.d] = c.r[in.n] + c.rotated(in)&0xFFFF }
func uxtab(c *Core, in *inst) { c.r[in.d] = c.r[in.n] + c.rotated(in)&0xFF }

func uxtb16(c *Core, in *inst) { c.r[in.d] = c.rotated(in) & 0x00FF00FF }

func rev(c *Core, in *inst) { c.r[in.d] = bits.ReverseBytes32(c.r[in.m]) }
func rev16(c *Core, in *inst) {
	c.r[in.d] = bits.RotateLeft32(bits.ReverseBytes32(c.r[in.m]), 16)
}
func revsh(c *Core, in *inst) {
	c.r[in.d] = uint32(int16(bits.ReverseBytes16(uint16(c.r[in.m]))))
}
func rbit(c *Core, in *inst) { c.r[in.d] = bits.Reverse32(c.r[in.m]) }
func clz(c *Core, in *inst)  { c.r[in.d] = uint32(bits.LeadingZeros32(c.r[in.m])) }

// Bit fields: imm is the mask of the field before it is shifted by amount.

func bfi(c *Core, in *inst) {
	field := c.r[in.n]
	c.r[in.d] = c.r[in.d]&^(in.imm<<in.amount) | field&in.imm<<in.amount
}
func ubfx(c *Core, in *inst) { c.r[in.d] = c.r[in.n] >> in.amount & in.imm }
func sbfx(c *Core, in *inst) {
	c.r[in.d] = signed(c.r[in.n]>>in.amount&in.imm, uint(bits.Len32(in.imm)))
}
func movTop(c *Core, in *inst) { c.r[in.d] = c.r[in.d]&0xFFFF | in.imm<<16 }

// pack is PKHBT and PKHTB.
func pack(c *Core, in *inst) {
	b, _ := c.shiftBy(in.shift, c.r[in.m], uint32(in.amount))
	if in.shift == asr {
		c.r[in.d] = c.r[in.n]&0xFFFF0000 | b&0xFFFF
	} else {
		c.r[in.d] = c.r[in.n]&0xFFFF | b&0xFFFF0000
	}
}

// shiftReg is a wide shift by a register.
func shiftReg(c *Core, in *inst) {
	r, carry := c.shiftBy(in.shift, c.r[in.n], c.r[in.m]&0xFF)
	c.r[in.d] = r
	if in.flags {
		c.nz(r)
		c.c = carry
	}
}

// saturate is SSAT and USAT to imm bits.
func saturate(c *Core, in *inst) {
	b, _ := c.shiftBy(in.shift, c.r[in.n], uint32(in.amount))
	low, high := int64(0), int64(1)<<in.imm-1
	if in.op == 0 {
		low, high = -(int64(1) << (in.imm - 1)), int64(1)<<(in.imm-1)-1
	}
	x := int64(int32(b))
	r := min(max(x, low), high)
	c.q = c.q || r != x
	c.r[in.d] = uint32(r)
}

// addBytes is UADD8 and subBytes USUB8: four sums, whose carries go to GE.
func addBytes(c *Core, in *inst) {
	var r uint32
	c.ge = 0
	for i := 0; i < 32; i += 8 {
		sum := c.r[in.n]>>i&0xFF + c.r[in.m]>>i&0xFF
		c.ge |= uint8(sum>>8) << (i / 8)
		r |= sum & 0xFF << i
	}
	c.r[in.d] = r
}

func subBytes(c *Core, in *inst) {
	var r uint32
	c.ge = 0
	for i := 0; i < 32; i += 8 {
		difference := c.r[in.n]>>i&0xFF - c.r[in.m]>>i&0xFF
		c.ge |= uint8(^difference>>31) << (i / 8)
		r |= difference & 0xFF << i
	}
	c.r[in.d] = r
}

// sel picks bytes by GE.
func sel(c *Core, in *inst) {
	var mask uint32
	for i := range 4 {
		mask |= uint32(c.ge>>i&1) * 0xFF << (8 * i)
	}
	c.r[in.d] = c.r[in.n]&mask | c.r[in.m]&^mask
}
