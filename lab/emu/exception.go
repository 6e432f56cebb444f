// SPDX-License-Identifier: BSD-3-Clause

package emu

// Exceptions as far as NMI needs them: one at a time, on the main stack (B1.5.6, B1.5.8).

const (
	// NMI is the number of the exception.
	NMI = 2

	excReturn = 0xFFFFFFF9 // to a thread that uses the main stack
	vtor      = 0xE000ED08 // B3.2.5
	frameSize = 32         // bytes of what an exception stacks
	realigned = 1 << 9     // in the xPSR of a frame: four bytes more were left free
)

// Raise makes the core take an exception before the next instruction. A handler is not
// interrupted by it.
func (c *Core) Raise(number uint32) {
	if c.exception == 0 {
		c.pending = number
	}
}

// enterException stacks what a handler may change and goes to it.
func (c *Core) enterException() {
	number := c.pending
	c.pending = 0
	xpsr := c.APSR() | 1<<24
	sp := c.r[SP] - frameSize
	if sp&4 != 0 {
		sp -= 4
		xpsr |= realigned
	}
	c.setSP(sp)
	for i, v := range [...]uint32{c.r[0], c.r[1], c.r[2], c.r[3], c.r[12], c.r[LR], c.r[PC], xpsr} {
		c.store32(sp+4*uint32(i), v)
	}
	c.exception, c.outer, c.it = number, c.it, 0
	c.r[LR] = excReturn
	table, _ := c.bus.Load(vtor, 4, 0)
	if table == 0 {
		table = c.flash.base + c.vectors
	}
	c.branchExchange(c.load32(table + 4*number))
}

// leaveException brings back what was stacked.
func (c *Core) leaveException() {
	sp := c.r[SP]
	var v [8]uint32
	for i := range v {
		v[i] = c.load32(sp + 4*uint32(i))
	}
	sp += frameSize
	if v[7]&realigned != 0 {
		sp += 4
	}
	c.setSP(sp)
	copy(c.r[:4], v[:4])
	c.r[12], c.r[LR], c.r[PC] = v[4], v[5], v[6]
	c.SetAPSR(v[7] &^ realigned)
	c.exception, c.it = 0, c.outer
}
