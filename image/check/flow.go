// SPDX-License-Identifier: BSD-3-Clause

package check

import (
	"slices"

	"github.com/quine-fw/quine/image/check/internal/thumb"
)

const (
	// maxDepth is where a stack counts as unbounded, in bytes.
	maxDepth = 1 << 20

	// maxVisits is how often the state at one instruction may change before its
	// stack counts as unbounded.
	maxVisits = 100
)

// A function is code that is called, with what is known about its every run.
type function struct {
	entry   uint32
	states  map[uint32]state // before each instruction that can run
	visits  map[uint32]int
	calls   []call
	returns bool  // it may come back
	depth   int32 // deepest point of the stack without what it calls
}

// A call is a call or a jump to another function.
type call struct {
	from    uint32
	to      uint32 // if it is known
	pointer bool   // it is not: the call goes through a pointer
	depth   int32  // bytes of the function's own on the stack
}

// trace follows all code of the boot sector that can run. What a function leaves to
// its caller depends on whether the functions it calls come back, so it repeats until
// that is known.
func (c *checker) trace() {
	slices.Sort(c.taken)
	c.taken = slices.Compact(c.taken)
	roots := slices.Clone(c.taken)
	for i := 1; i < int(c.vectors.size()/4); i++ {
		if !c.reserved(i) {
			roots = c.appendRoot(roots, c.vectors.start+uint32(i)*4)
		}
	}
	for at := c.record.start + recordFixed; at+4 <= c.record.end; at += 4 {
		roots = c.appendRoot(roots, at)
	}
	returns := map[uint32]bool{}
	for {
		c.funcs = c.traceAll(roots, returns)
		known := len(returns)
		for _, f := range c.funcs {
			if f.returns {
				returns[f.entry] = true
			}
		}
		if len(returns) == known {
			return
		}
	}
}

// appendRoot appends the function to which the word at addr points.
func (c *checker) appendRoot(roots []uint32, addr uint32) []uint32 {
	if v, ok := c.word(addr); ok && v&1 == 1 && c.insts[v&^1] != nil {
		roots = append(roots, v&^1)
	}
	return roots
}

// traceAll traces all functions that can run, if those in returns come back.
func (c *checker) traceAll(roots []uint32, returns map[uint32]bool) map[uint32]*function {
	funcs := map[uint32]*function{}
	for todo := slices.Clone(roots); len(todo) > 0; {
		entry := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if funcs[entry] != nil || c.insts[entry] == nil {
			continue
		}
		f := &function{entry: entry, states: map[uint32]state{}, visits: map[uint32]int{}}
		t := tracer{c, f, returns, []uint32{entry}}
		f.states[entry] = state{}
		t.run()
		funcs[entry] = f
		for _, k := range f.calls {
			if !k.pointer {
				todo = append(todo, k.to)
			}
		}
	}
	return funcs
}

// A tracer traces one function.
type tracer struct {
	c       *checker
	f       *function
	returns map[uint32]bool
	todo    []uint32
}

// run computes the state before every instruction, then the calls.
func (t *tracer) run() {
	for len(t.todo) > 0 {
		at := t.todo[len(t.todo)-1]
		t.todo = t.todo[:len(t.todo)-1]
		if in := t.c.insts[at]; in != nil {
			t.step(in, t.f.states[at], t.join)
		}
	}
	for at, s := range t.f.states {
		in := t.c.insts[at]
		if in == nil {
			continue
		}
		t.calls(in, s)
		t.f.depth = max(t.f.depth, s.depth, t.c.after(in, s).depth)
		if t.leaves(in, s) {
			t.f.returns = true
		}
	}
	slices.SortFunc(t.f.calls, func(a, b call) int { return int(a.from) - int(b.from) })
}

// join notes that the instruction at addr may run in state s.
func (t *tracer) join(addr uint32, s state) {
	old, seen := t.f.states[addr]
	if seen {
		s = old.join(s)
		if s == old || t.f.visits[addr] > maxVisits {
			return
		}
		if t.f.visits[addr]++; t.f.visits[addr] > maxVisits {
			s.depth = maxDepth
		}
	}
	t.f.states[addr] = s
	t.todo = append(t.todo, addr)
}

// step calls next for each instruction of the function that may follow in.
func (t *tracer) step(in *thumb.Inst, s state, next func(addr uint32, s state)) {
	after := t.c.after(in, s)
	switch in.Flow {
	case thumb.Branch, thumb.Cond:
		if !t.isTail(in.Target) {
			next(in.Target, after)
		}
	case thumb.Call:
		if !t.returns[in.Target] && !in.If {
			return // also from what is not in boot: that it is called is a finding
		}
	case thumb.Table:
		for _, to := range t.c.table(in) {
			next(to, after)
		}
	}
	if !in.FallsThrough() {
		return
	}
	if in.If {
		if in.Flow != thumb.Next {
			after = s
		} else {
			after = after.join(s)
		}
	}
	next(in.End(), after)
}

// isTail reports whether a branch to addr calls another function in place of
// returning.
func (t *tracer) isTail(addr uint32) bool {
	return addr != t.f.entry && (t.c.isFunction(addr) || !t.c.boot.contains(addr))
}

// calls notes the call that in makes in state s.
func (t *tracer) calls(in *thumb.Inst, s state) {
	k := call{from: in.Addr, depth: s.depth}
	switch in.Flow {
	case thumb.Call:
		k.to = in.Target
	case thumb.Branch, thumb.Cond:
		if !t.isTail(in.Target) {
			return
		}
		k.to = in.Target
	case thumb.CallReg, thumb.Jump:
		v := t.c.destination(in, s)
		switch v.kind {
		case appVector:
			return
		case number:
			k.to = t.c.home(v.n)
		default:
			k.pointer = true
		}
	default:
		return
	}
	t.f.calls = append(t.f.calls, k)
}

// leaves reports whether in may return from the function in state s.
func (t *tracer) leaves(in *thumb.Inst, s state) bool {
	switch in.Flow {
	case thumb.Return:
		return true
	case thumb.Branch, thumb.Cond:
		return t.isTail(in.Target) && (t.returns[in.Target] || !t.c.boot.contains(in.Target))
	case thumb.Jump:
		v := t.c.destination(in, s)
		return v.kind == unknown || v.kind == number && t.returns[t.c.home(v.n)]
	}
	return false
}

// table returns where the table branch in may lead. The table follows the
// instruction and ends before the first of its targets, or where code begins.
func (c *checker) table(in *thumb.Inst) []uint32 {
	if in.Rn != thumb.PC {
		return nil
	}
	var list []uint32
	end := c.boot.end
	for at := in.End(); at < end && c.insts[at&^1] == nil; at += in.Imm {
		b := c.bytes(at, in.Imm)
		if b == nil {
			break
		}
		offset := uint32(b[0])
		if len(b) == 2 {
			offset |= uint32(b[1]) << 8
		}
		to := in.End() + 2*offset
		if to <= at { // padding
			break
		}
		end = min(end, to)
		list = append(list, to)
	}
	return list
}
