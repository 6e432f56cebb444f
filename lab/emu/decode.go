// SPDX-License-Identifier: BSD-3-Clause

package emu

// An inst is a decoded instruction: a function and its operands.
type inst struct {
	run   func(*Core, *inst)
	quiet func(*Core, *inst) // the same in an IT block, where most narrow ones set no flags

	imm  uint32
	size uint8 // 2 or 4

	d, n, m, a uint8 // registers
	op         uint8 // which of an operation's variants
	shift      uint8 // kind of shift, of operand m
	amount     uint8
	flags      bool // sets the flags
}

// Kinds of shifts (A7.4.2); rrx has amount 1.
const (
	lsl = iota
	lsr
	asr
	ror
	rrx
)

// decode decodes the instruction at pc, which lies in c.code. It stops the core and
// returns false if there is none that may be executed.
func (c *Core) decode(in *inst, pc uint32) bool {
	if c.fence != nil && !c.fence(pc) {
		c.halt(Left)
		return false
	}
	h, _ := c.fetch(pc)
	*in = inst{size: 2}
	if h>>11 < 0x1D {
		c.narrow(in, h, pc)
	} else {
		l, ok := c.fetch(pc + 2)
		if !ok {
			c.fail("execution reaches the end of memory at 0x%08x", pc)
			return false
		}
		in.size = 4
		c.wide(in, h, l, pc)
	}
	if in.run == nil {
		in.imm, in.run = h, undefined
	}
	if in.quiet == nil {
		in.quiet = in.run
	}
	if c.hooks[pc] != nil {
		in.quiet, in.run = in.run, hooked // none is in an IT block, so quiet keeps the instruction
	}
	c.code.decoded(pc-c.code.base, uint32(in.size))
	return true
}

// undefined stops at an encoding that is undefined, unpredictable or not known here.
func undefined(c *Core, in *inst) {
	c.r[PC] -= uint32(in.size)
	c.fail("instruction 0x%04x… is undefined or not known,", in.imm&0xFFFF)
}

// hooked calls the hook at the instruction.
func hooked(c *Core, in *inst) {
	next := c.r[PC]
	pc := next - uint32(in.size)
	c.r[PC] = pc
	c.behind = *in // the hook may change memory
	c.hooks[pc]()
	if c.r[PC] == pc && !c.stopped {
		c.r[PC] = next
		c.behind.quiet(c, &c.behind)
	}
}

// signed extends x, a number of the given bits, by its sign.
func signed(x uint32, bits uint) uint32 {
	return uint32(int32(x<<(32-bits)) >> (32 - bits))
}
