// SPDX-License-Identifier: BSD-3-Clause

package emu

import "fmt"

// An Arch is a version of the architecture. It decides which instructions there are,
// and whether single loads and stores may be unaligned.
type Arch uint8

// The versions.
const (
	ARMv6M Arch = iota // Cortex-M0, M0+
	ARMv7M             // Cortex-M3, M4 and M7 without floating point
)

// A Stop says why [Core.Run] came back.
type Stop uint8

// The reasons.
const (
	Limit    Stop = iota // as many instructions as asked for have run
	Returned             // the function that was called has returned
	Reset                // the code has asked for a system reset
	Faulted              // [Core.Fault] tells
	Halted               // a hook has called [Core.Halt]
	Left                 // the next instruction lies where [Core.Fence] forbids it
)

// String returns a word for s.
func (s Stop) String() string {
	return [...]string{"limit", "returned", "reset", "fault", "halted", "left"}[s]
}

// Numbers of registers with a special part.
const (
	SP = 13
	LR = 14
	PC = 15

	none = 16 // where compares write their result
	zero = 17 // is 0
)

// exit is where the code goes that returns from [Core.Call].
const exit = 0xFFFFFFFE

// A Core is a processor with its memories. Its methods must not be called concurrently.
type Core struct {
	// r are the registers; r[PC] is the address of the next instruction. A byte as
	// index needs no check of bounds.
	r [256]uint32

	// The flags: N is bit 31 of n, Z is z == 0, C is 0 or 1, V is bit 31 of v.
	n, z, c, v uint32
	q          bool
	ge         uint8 // bits 0 to 3
	primask    uint32
	control    uint32

	it uint8 // IT state as the architecture keeps it (A7.3.3), 0 outside a block

	exception uint32 // number of the one that is handled, 0 for none
	pending   uint32 // number of the one that comes behind this instruction, 0 for none
	outer     uint8  // IT state of what was interrupted

	left    uint64 // instructions until Run comes back
	begun   uint64 // left when Run began
	stopped bool   // stop is the reason why left is 0
	stop    Stop
	count   uint64 // instructions of former calls of Run

	flash, ram region
	code       *region // the one that runs
	bus        Bus
	flashRead  func(offset uint32, n int)
	hooks      map[uint32]func()
	behind     inst // the instruction behind the hook that runs
	fence      func(addr uint32) bool
	exclusive  bool // an exclusive load waits for its store

	arch    Arch
	vectors uint32
	lowSP   uint32
	fault   error
}

// A Config describes the memories of a core.
type Config struct {
	Arch      Arch
	FlashBase uint32
	Flash     []byte // its contents; the core takes it over
	RAMBase   uint32
	RAMSize   int

	// Vectors is where the vector table lies, in bytes from the start of flash.
	Vectors uint32

	// Bus is everything else; nil stands for [Registers].
	Bus Bus
}

// New returns a core at rest. [Core.Reset] makes it start from its vector table.
func New(cfg Config) *Core {
	c := &Core{
		arch:    cfg.Arch,
		vectors: cfg.Vectors,
		flash:   newRegion(cfg.FlashBase, cfg.Flash),
		ram:     newRegion(cfg.RAMBase, make([]byte, (cfg.RAMSize+3)&^3)),
		bus:     cfg.Bus,
		hooks:   make(map[uint32]func()),
	}
	if c.bus == nil {
		c.bus = new(Registers)
	}
	c.code = &c.flash
	return c
}

// Reset takes the stack pointer and the first instruction from the vector table. Memories and other registers stay as they are.
func (c *Core) Reset() {
	c.it, c.primask, c.control, c.exclusive, c.q, c.ge = 0, 0, 0, false, false, 0
	c.fault, c.stopped = nil, false
	c.exception, c.pending = 0, 0
	c.r[LR] = 0xFFFFFFFF
	c.setSP(c.flash.word(c.vectors) &^ 3)
	c.lowSP = c.r[SP]
	c.branchExchange(c.flash.word(c.vectors + 4))
}

// Run executes at most n instructions and says why it came back.
func (c *Core) Run(n uint64) Stop {
	c.begun, c.left = n, n
	if c.stopped { // the program counter was wrong before the first instruction
		c.begun, c.left = 0, 0
	}
	for c.left > 0 {
		if c.pending != 0 {
			c.enterException()
		}
		pc := c.r[PC]
		i := (pc - c.code.base) >> 1
		if i >= uint32(len(c.code.insts)) {
			if !c.enter(pc) {
				break
			}
			i = (pc - c.code.base) >> 1
		}
		in := &c.code.insts[i]
		if in.run == nil && !c.decode(in, pc) {
			break
		}
		c.left--
		c.r[PC] = pc + uint32(in.size)
		if c.it != 0 {
			c.conditional(in)
		} else {
			in.run(c, in)
		}
	}
	c.count += c.begun - c.left
	c.begun, c.left = 0, 0
	if !c.stopped {
		return Limit
	}
	c.stopped = false
	return c.stop
}

// conditional executes an instruction of an IT block.
func (c *Core) conditional(in *inst) {
	cond := c.it >> 4
	if c.it&7 == 0 {
		c.it = 0
	} else {
		c.it = c.it&0xE0 | c.it<<1&0x1F
	}
	if c.holds(cond) {
		in.quiet(c, in)
	}
}

// halt makes Run come back after the instruction that is being executed.
func (c *Core) halt(why Stop) {
	if c.stopped {
		return
	}
	c.stop, c.stopped = why, true
	c.begun -= c.left // what counts stays the difference
	c.left = 0
}

// Halt makes Run come back with Halted; hooks call it.
func (c *Core) Halt() { c.halt(Halted) }

// fail stops with a fault of the instruction that is being executed.
func (c *Core) fail(format string, args ...any) {
	if c.stopped {
		return
	}
	c.fault = fmt.Errorf("emu: "+format+fmt.Sprintf(" before 0x%08x", c.r[PC]), args...)
	c.halt(Faulted)
}

// Fault returns what the last Run that came back with Faulted has met.
func (c *Core) Fault() error { return c.fault }

// Instructions returns how many instructions the core has executed. Those of an IT
// block count also where their condition does not hold.
func (c *Core) Instructions() uint64 { return c.count + c.begun - c.left }

// Reg returns register n; that of PC is the address of the next instruction.
func (c *Core) Reg(n int) uint32 { return c.r[n&15] }

// SetReg sets register n.
func (c *Core) SetReg(n int, value uint32) {
	c.r[n&15] = value
	if n == SP {
		c.setSP(value)
	}
}

// setSP sets the stack pointer.
func (c *Core) setSP(value uint32) {
	value &^= 3
	c.r[SP] = value
	if value < c.lowSP {
		c.lowSP = value
	}
}

// LowestSP returns the lowest value that the stack pointer has had since
// [Core.Reset] or [Core.Call].
func (c *Core) LowestSP() uint32 { return c.lowSP }

// APSR returns the flags as the register of that name has them.
func (c *Core) APSR() uint32 {
	f := c.n&(1<<31) | c.c<<29 | c.v>>31<<28 | uint32(c.ge)<<16
	if c.z == 0 {
		f |= 1 << 30
	}
	if c.q {
		f |= 1 << 27
	}
	return f
}

// SetAPSR sets the flags.
func (c *Core) SetAPSR(f uint32) {
	c.n, c.z = f, ^f&(1<<30)
	c.c, c.v = f>>29&1, f<<3
	c.q, c.ge = f>>27&1 == 1, uint8(f>>16&15)
}

// Hook calls f in place of the instruction at addr. If f neither moves the program
// counter, as [Core.Return] does, nor stops, the instruction is executed after it.
// A nil f takes the hook away.
func (c *Core) Hook(addr uint32, f func()) {
	addr &^= 1
	if f == nil {
		delete(c.hooks, addr)
	} else {
		c.hooks[addr] = f
	}
	if r := c.find(addr, 2); r != nil {
		r.forget(addr-r.base, 2)
	}
}

// HookAt returns the hook at addr, nil if there is none.
func (c *Core) HookAt(addr uint32) func() { return c.hooks[addr&^1] }

// Return makes a hook return from the function that it stands for.
func (c *Core) Return(result uint32) {
	c.r[0] = result
	c.branchExchange(c.r[LR])
}

// Fence has Run stop with Left before an instruction is executed for which allowed
// returns false. Allowed is asked when an instruction is decoded, thus not every time.
func (c *Core) Fence(allowed func(addr uint32) bool) {
	c.fence = allowed
	c.flash.forget(0, uint32(len(c.flash.data)))
	c.ram.forget(0, uint32(len(c.ram.data)))
}

// Call calls the function at addr with up to four arguments and runs it for at most
// limit instructions.
func (c *Core) Call(addr uint32, limit uint64, args ...uint32) Stop {
	copy(c.r[:4], args)
	c.r[LR] = exit | 1
	c.it, c.fault, c.stopped = 0, nil, false
	c.lowSP = c.r[SP]
	c.branchExchange(addr | 1)
	return c.Run(limit)
}

// Skip skips the next instruction, as a disturbed core does.
func (c *Core) Skip() {
	size := uint32(2)
	if h, ok := c.fetch(c.r[PC]); ok && h>>11 >= 0x1D {
		size = 4
	}
	c.r[PC] += size
	if c.it&7 == 0 {
		c.it = 0
	} else {
		c.it = c.it&0xE0 | c.it<<1&0x1F
	}
}

// CopyFrom makes registers, flags and RAM what those of another core with the same memories
// are, as if it was to go on here.
func (c *Core) CopyFrom(o *Core) {
	c.r, c.n, c.z, c.c, c.v, c.q, c.ge = o.r, o.n, o.z, o.c, o.v, o.q, o.ge
	c.primask, c.control, c.it, c.exclusive = o.primask, o.control, o.it, o.exclusive
	c.exception, c.pending, c.outer = o.exception, o.pending, o.outer
	c.fault, c.stopped = nil, false
	copy(c.ram.data, o.ram.data)
	c.RAMChanged()
}

// enter looks for the memory that the code goes on in.
func (c *Core) enter(pc uint32) bool {
	if pc == exit {
		c.halt(Returned)
		return false
	}
	r := c.find(pc, 2)
	if r == nil {
		c.fail("execution reaches 0x%08x, where no memory is,", pc)
		return false
	}
	c.code = r
	return true
}

// holds says whether a condition holds (A7.3).
func (c *Core) holds(cond uint8) bool {
	var yes bool
	switch cond >> 1 {
	case 0:
		yes = c.z == 0
	case 1:
		yes = c.c != 0
	case 2:
		yes = c.n>>31 != 0
	case 3:
		yes = c.v>>31 != 0
	case 4:
		yes = c.c != 0 && c.z != 0
	case 5:
		yes = (c.n^c.v)>>31 == 0
	case 6:
		yes = (c.n^c.v)>>31 == 0 && c.z != 0
	case 7:
		return true
	}
	return yes != (cond&1 == 1)
}
