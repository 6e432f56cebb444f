// SPDX-License-Identifier: BSD-3-Clause

package check

import (
	"github.com/quine-fw/quine/image/check/internal/thumb"
)

// Kinds of a [value].
const (
	unknown   = iota
	number    // n
	frame     // the stack pointer at entry minus n
	appVector // an entry of the application's vector table
)

// A value is what is known about a register.
type value struct {
	kind uint8
	n    uint32
}

// A state is what is known before an instruction runs.
type state struct {
	regs  [16]value // SP and PC are not here
	depth int32     // bytes on the stack since the function was entered
}

// join returns what is known if either of a and b is true. The stack is the deeper
// one.
func (a state) join(b state) state {
	for i := range a.regs {
		if a.regs[i] != b.regs[i] {
			a.regs[i] = value{}
		}
	}
	a.depth = max(a.depth, b.depth)
	return a
}

// read returns the value of register r as in reads it.
func (s *state) read(in *thumb.Inst, r uint8) value {
	switch r {
	case thumb.SP:
		return value{frame, uint32(s.depth)}
	case thumb.PC:
		return value{number, in.Addr + 4}
	}
	return s.regs[r]
}

// after returns the state behind in, if it runs and anything it calls comes back.
func (c *checker) after(in *thumb.Inst, s state) state {
	v := c.result(in, s)
	next := s
	next.depth = min(s.depth+in.Push, maxDepth)
	if in.SetsSP {
		next.depth = maxDepth
		if v.kind == frame && int32(v.n) < maxDepth {
			next.depth = int32(v.n)
		}
	}
	for r := range next.regs {
		if in.Writes>>r&1 == 1 {
			next.regs[r] = value{}
		}
	}
	if in.Op != thumb.Other && in.Op != thumb.Store && in.Rd < thumb.SP {
		next.regs[in.Rd] = v
	}
	if in.Flow == thumb.Call || in.Flow == thumb.CallReg {
		for _, r := range []int{0, 1, 2, 3, 12, thumb.LR} {
			next.regs[r] = value{}
		}
	}
	return next
}

// result returns what in computes in state s.
func (c *checker) result(in *thumb.Inst, s state) value {
	a, b := s.read(in, in.Rn), s.read(in, in.Rm)
	switch in.Op {
	case thumb.Const:
		return value{number, in.Imm}
	case thumb.Literal:
		if v, ok := c.word(in.Imm); ok {
			return value{number, v}
		}
	case thumb.Move:
		return b
	case thumb.MoveTop:
		if old := s.regs[in.Rd]; old.kind == number {
			return value{number, in.Imm<<16 | old.n&0xFFFF}
		}
	case thumb.AddImm:
		return a.plus(value{number, in.Imm})
	case thumb.AddReg:
		return a.plus(b)
	case thumb.SubReg:
		if b.kind == number {
			return a.plus(value{number, -b.n})
		}
	case thumb.Shift:
		if b.kind == number {
			return value{number, b.n << in.Imm}
		}
	case thumb.Negate:
		if b.kind == number {
			return value{number, -b.n}
		}
	case thumb.Not:
		if b.kind == number {
			return value{number, ^b.n}
		}
	case thumb.Load:
		return c.loaded(in, a, b)
	}
	return value{}
}

// plus returns the sum of a and b.
func (a value) plus(b value) value {
	switch {
	case a.kind == number && b.kind == number:
		return value{number, a.n + b.n}
	case a.kind == frame && b.kind == number:
		return value{frame, a.n - b.n}
	case a.kind == number && b.kind == frame:
		return value{frame, b.n - a.n}
	}
	return value{}
}

// loaded returns what a load from base, and index if it has one, gives.
func (c *checker) loaded(in *thumb.Inst, base, index value) value {
	start := c.appVectors.start
	switch {
	case !in.Indexed && base.kind == number && c.appVectors.contains(base.n+in.Imm):
		return value{kind: appVector}
	case in.Indexed && (base == value{number, start} || index == value{number, start}):
		return value{kind: appVector}
	}
	return value{}
}

// destination returns where a branch through a register leads in state s.
func (c *checker) destination(in *thumb.Inst, s state) value {
	if in.Op == thumb.Load || in.Op == thumb.Literal || in.Op == thumb.Move && in.Rd == thumb.PC {
		return c.result(in, s)
	}
	if in.Op == thumb.Other && in.Writes != 0 {
		return value{} // a load of several registers, or a computed jump
	}
	return s.read(in, in.Rm)
}

// accessed returns the address that a load or a store uses in state s.
func (c *checker) accessed(in *thumb.Inst, s state) (addr uint32, ok bool) {
	if in.Op != thumb.Load && in.Op != thumb.Store || in.Rn == thumb.PC {
		return 0, false
	}
	v := s.read(in, in.Rn)
	if in.Indexed {
		v = v.plus(s.read(in, in.Rm))
	} else {
		v = v.plus(value{number, in.Imm})
	}
	return v.n, v.kind == number
}
