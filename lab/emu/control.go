// SPDX-License-Identifier: BSD-3-Clause

package emu

// branchExchange goes to an address whose lowest bit must say Thumb, or back from an
// exception.
func (c *Core) branchExchange(to uint32) {
	if to>>4 == excReturn>>4 && c.exception != 0 {
		c.leaveException()
		return
	}
	if to&1 == 0 {
		c.fail("branch to 0x%08x, which is not Thumb code,", to)
		return
	}
	c.r[PC] = to &^ 1
}

func branch(c *Core, in *inst) { c.r[PC] = in.imm }

func branchIf(c *Core, in *inst) {
	if c.holds(in.op) {
		c.r[PC] = in.imm
	}
}

func branchEqual(c *Core, in *inst) {
	if c.z == 0 {
		c.r[PC] = in.imm
	}
}

func branchNotEqual(c *Core, in *inst) {
	if c.z != 0 {
		c.r[PC] = in.imm
	}
}

// branchAdd is MOV and ADD to the program counter.
func branchAdd(c *Core, in *inst) { c.r[PC] = (in.imm + c.r[in.m]) &^ 1 }

func compareBranch(c *Core, in *inst) {
	if (c.r[in.n] == 0) == (in.op == 0) {
		c.r[PC] = in.imm
	}
}

func call(c *Core, in *inst) {
	c.r[LR] = c.r[PC] | 1
	c.r[PC] = in.imm
}

func bx(c *Core, in *inst) { c.branchExchange(c.r[in.m]) }

func blx(c *Core, in *inst) {
	to := c.r[in.m]
	c.r[LR] = c.r[PC] | 1
	c.branchExchange(to)
}

// tableBranch is TBB and TBH, whose amount is 1; imm is the program counter.
func tableBranch(c *Core, in *inst) {
	table := c.r[in.n]
	if in.n == PC {
		table = in.imm
	}
	entry := table + c.r[in.m]<<in.amount
	if in.amount == 0 {
		c.r[PC] = in.imm + 2*c.load8(entry)
	} else {
		c.r[PC] = in.imm + 2*c.load16(entry)
	}
}

func itBlock(c *Core, in *inst) { c.it = uint8(in.imm) }

func nop(*Core, *inst) {}

func cps(c *Core, in *inst) { c.primask = in.imm }

// Special registers that matter here (B5.1).
const (
	sysAPSR    = 0 // to 3, with parts that read as 0 without exceptions
	sysIPSR    = 5
	sysMSP     = 8
	sysPRIMASK = 16
	sysCONTROL = 20
)

func mrs(c *Core, in *inst) {
	var v uint32
	switch {
	case in.imm <= 3:
		v = c.APSR()
		if in.imm&1 == 1 { // with IPSR
			v |= c.exception
		}
	case in.imm == sysIPSR:
		v = c.exception
	case in.imm == sysMSP:
		v = c.r[SP]
	case in.imm == sysPRIMASK:
		v = c.primask
	case in.imm == sysCONTROL:
		v = c.control
	}
	c.r[in.d] = v
}

func msr(c *Core, in *inst) {
	v := c.r[in.n]
	switch {
	case in.imm <= 3:
		mask := uint32(0)
		if in.a&2 != 0 {
			mask |= 0xF8000000
		}
		if in.a&1 != 0 {
			mask |= 0xF0000
		}
		c.SetAPSR(v&mask | c.APSR()&^mask)
	case in.imm == sysMSP:
		c.setSP(v)
	case in.imm == sysPRIMASK:
		c.primask = v & 1
	case in.imm == sysCONTROL:
		c.control = v & 3
	}
}
