// SPDX-License-Identifier: BSD-3-Clause

package emu

// multiply decodes multiplications with a result of 32 bits (A5.3.16). The register a is
// what is added to.
func (in *inst) multiply(h, l uint32) {
	op1, op2 := h>>4&7, l>>4&3
	if l>>6&3 != 0 {
		return
	}
	in.a, in.op = uint8(l>>12), uint8(op2)
	alone := in.a == PC
	if alone {
		in.a = zero
	}
	switch {
	case op1 == 0 && op2 == 0:
		in.run = mla
	case op1 == 0 && op2 == 1:
		in.run = mls
	case op1 == 1:
		in.flags, in.run = !alone, mulHalves
	case op1 == 3 && op2 < 2:
		in.flags, in.run = !alone, mulWordHalf
	case op1 == 5 && op2 < 2:
		in.run = mulTop
	case op1 == 6 && op2 < 2:
		in.run = mulTopSubtract
	}
}

// long decodes multiplications with a result of 64 bits, and divisions (A5.3.17). The
// low half of the result is register a.
func (in *inst) long(h, l uint32) {
	in.a = uint8(l >> 12)
	switch op1, op2 := h>>4&7, l>>4&15; {
	case op1 == 0 && op2 == 0:
		in.run = smull
	case op1 == 2 && op2 == 0:
		in.run = umull
	case op1 == 4 && op2 == 0:
		in.run = smlal
	case op1 == 4 && op2>>2 == 2:
		in.op, in.run = uint8(op2&3), smlalHalves
	case op1 == 6 && op2 == 0:
		in.run = umlal
	case op1 == 6 && op2 == 6:
		in.run = umaal
	case op1 == 1 && op2 == 15:
		in.run = sdiv
	case op1 == 3 && op2 == 15:
		in.run = udiv
	}
}

func mla(c *Core, in *inst) { c.r[in.d] = c.r[in.a] + c.r[in.n]*c.r[in.m] }
func mls(c *Core, in *inst) { c.r[in.d] = c.r[in.a] - c.r[in.n]*c.r[in.m] }

// half returns the upper or the lower half of x as a signed number.
func half(x uint32, upper bool) int64 {
	if upper {
		x >>= 16
	}
	return int64(int16(x))
}

// accumulate sets d to product plus register a, and Q if that overflows.
func (c *Core) accumulate(in *inst, product int64) {
	sum := product + int64(int32(c.r[in.a]))
	c.q = c.q || in.flags && sum != int64(int32(sum))
	c.r[in.d] = uint32(sum)
}

// mulHalves is SMULBB and its kin, and SMLABB and its kin.
func mulHalves(c *Core, in *inst) {
	c.accumulate(in, half(c.r[in.n], in.op&2 != 0)*half(c.r[in.m], in.op&1 != 0))
}

// mulWordHalf is SMULWB, SMULWT, SMLAWB and SMLAWT.
func mulWordHalf(c *Core, in *inst) {
	c.accumulate(in, int64(int32(c.r[in.n]))*half(c.r[in.m], in.op&1 != 0)>>16)
}

// mulTop is SMMUL and SMMLA; op says whether the result is rounded.
func mulTop(c *Core, in *inst) {
	sum := int64(c.r[in.a])<<32 + int64(int32(c.r[in.n]))*int64(int32(c.r[in.m]))
	c.r[in.d] = uint32(uint64(sum+int64(in.op)<<31) >> 32)
}

// mulTopSubtract is SMMLS.
func mulTopSubtract(c *Core, in *inst) {
	sum := int64(c.r[in.a])<<32 - int64(int32(c.r[in.n]))*int64(int32(c.r[in.m]))
	c.r[in.d] = uint32(uint64(sum+int64(in.op)<<31) >> 32)
}

// setLong sets the registers a and d to the halves of x.
func (c *Core) setLong(in *inst, x uint64) { c.r[in.a], c.r[in.d] = uint32(x), uint32(x>>32) }

// getLong returns what they hold.
func (c *Core) getLong(in *inst) uint64 { return uint64(c.r[in.d])<<32 | uint64(c.r[in.a]) }

func (c *Core) signedProduct(in *inst) uint64 {
	return uint64(int64(int32(c.r[in.n])) * int64(int32(c.r[in.m])))
}

func (c *Core) product(in *inst) uint64 { return uint64(c.r[in.n]) * uint64(c.r[in.m]) }

func smull(c *Core, in *inst) { c.setLong(in, c.signedProduct(in)) }
func umull(c *Core, in *inst) { c.setLong(in, c.product(in)) }
func smlal(c *Core, in *inst) { c.setLong(in, c.getLong(in)+c.signedProduct(in)) }
func umlal(c *Core, in *inst) { c.setLong(in, c.getLong(in)+c.product(in)) }
func umaal(c *Core, in *inst) {
	c.setLong(in, c.product(in)+uint64(c.r[in.a])+uint64(c.r[in.d]))
}
func smlalHalves(c *Core, in *inst) {
	c.setLong(in, c.getLong(in)+uint64(half(c.r[in.n], in.op&2 != 0)*half(c.r[in.m], in.op&1 != 0)))
}

// Division by zero gives zero: boot does not set CCR.DIV_0_TRP.

func sdiv(c *Core, in *inst) {
	n, m := int64(int32(c.r[in.n])), int64(int32(c.r[in.m]))
	if m == 0 {
		c.r[in.d] = 0
		return
	}
	c.r[in.d] = uint32(n / m)
}

func udiv(c *Core, in *inst) {
	if c.r[in.m] == 0 {
		c.r[in.d] = 0
		return
	}
	c.r[in.d] = c.r[in.n] / c.r[in.m]
}

// saturatingAdd is QADD, QDADD, QSUB and QDSUB.
func saturatingAdd(c *Core, in *inst) {
	clamp := func(x int64) int64 {
		r := min(max(x, -1<<31), 1<<31-1)
		c.q = c.q || r != x
		return r
	}
	n, m := int64(int32(c.r[in.n])), int64(int32(c.r[in.m]))
	if in.op&1 == 1 {
		n = clamp(2 * n)
	}
	if in.op&2 == 2 {
		n = -n
	}
	c.r[in.d] = uint32(clamp(m + n))
}
