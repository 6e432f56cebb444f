// SPDX-License-Identifier: BSD-3-Clause

package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/quine-fw/quine/image/check/internal/thumb"
)

// checkFlow checks what the trace has found out.
func (c *checker) checkFlow() {
	c.report.Functions = len(c.funcs)
	seen := map[uint32]bool{}
	for _, entry := range slices.Sorted(maps.Keys(c.funcs)) {
		f := c.funcs[entry]
		for _, at := range slices.Sorted(maps.Keys(f.states)) {
			if seen[at] {
				continue
			}
			seen[at] = true
			c.checkStep(f, at)
		}
		for _, k := range f.calls {
			if k.pointer {
				c.report.PointerCalls++
			}
		}
	}
}

// checkStep checks the instruction at addr of f.
func (c *checker) checkStep(f *function, addr uint32) {
	_, rule := c.own(addr)
	in, s := c.insts[addr], f.states[addr]
	if in == nil {
		c.fail(rule, addr, "end the code before with a branch or a return", "is data, and %s runs into it", c.name(f.entry))
		return
	}
	if addr, ok := c.accessed(in, s); ok {
		c.checkAddress(in.Addr, addr)
	}
	switch in.Flow {
	case thumb.CallReg, thumb.Jump:
		v := c.destination(in, s)
		switch {
		case v.kind == number && v.n&1 == 0:
			c.fail(rule, in.Addr, "set the Thumb bit, bit 0, of the address", "branches to 0x%08x, an address without the Thumb bit", v.n)
		case v.kind == number && rule == RuleBoot && c.copied.contains(v.n) && !c.isFunction(c.home(v.n)):
			c.checkTarget(in.Addr, v.n&^1)
		case v.kind == number && rule == RuleBoot:
			c.checkTarget(in.Addr, c.home(v.n))
		case v.kind == unknown && in.Writes>>thumb.PC&1 == 1:
			c.fail(rule, in.Addr, "compile with -fno-jump-tables", "jumps by a table that cannot be followed")
		}
	case thumb.Table:
		if len(c.table(in)) == 0 {
			c.fail(rule, in.Addr, "compile with -fno-jump-tables", "branches by a table that cannot be followed")
		}
	}
}

// A path is the deepest way through calls: what it needs, and through what.
type path struct {
	bytes  uint32
	frames []Frame
}

// A stackWalker finds deepest paths.
type stackWalker struct {
	c     *checker
	done  map[uint32]path
	above []uint32 // functions that are not left yet
}

// deepest returns the deepest path from the function at entry.
func (w *stackWalker) deepest(entry uint32) path {
	if p, ok := w.done[entry]; ok {
		return p
	}
	f := w.c.funcs[entry]
	if f == nil {
		return path{}
	}
	if i := slices.Index(w.above, entry); i >= 0 {
		w.recursion(w.above[i:])
		return path{}
	}
	w.above = append(w.above, entry)
	name := w.c.name(entry)
	best := path{uint32(f.depth), []Frame{{name, uint32(f.depth)}}}
	if f.depth >= maxDepth {
		w.c.fail(RuleStack, entry, "use no arrays of variable length and no alloca", "has a frame whose size is not known")
	}
	for _, k := range f.calls {
		targets := []uint32{k.to}
		switch {
		case k.pointer && w.c.opts.CallsROM && w.c.kernel.contains(entry):
			targets = nil
		case k.pointer:
			targets = w.c.taken
		}
		for _, to := range targets {
			below := w.deepest(to)
			if n := uint32(k.depth) + below.bytes; n > best.bytes {
				best = path{n, append([]Frame{{name, uint32(k.depth)}}, below.frames...)}
			}
		}
	}
	w.above = w.above[:len(w.above)-1]
	w.done[entry] = best
	return best
}

// recursion notes that the functions call each other in a circle.
func (w *stackWalker) recursion(circle []uint32) {
	var names []string
	for _, entry := range circle {
		names = append(names, w.c.name(entry))
	}
	names = append(names, names[0])
	w.c.fail(RuleStack, circle[0], "write it as a loop; a call through a pointer may reach every function whose address is taken",
		"calls itself: %s", strings.Join(names, " > "))
}
