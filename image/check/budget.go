// SPDX-License-Identifier: BSD-3-Clause

package check

import (
	"cmp"
	"slices"

	"github.com/quine-fw/quine/image"
)

const (
	installSize   = 128 + image.BootSize // struct quine_install, where no symbol tells: manifest and boot sector
	installMin    = 32 + image.BootSize  // the least of it
	recordSize    = 16                   // struct quine_record
	verifierSize  = 584                  // union quine_work of signed builds, behind the kernel's copy
	cipherSize    = 320                  // struct quine_aes of encrypted builds, behind that
	exceptionSize = 32 + 4               // what the core pushes for a fault, with alignment
)

// checkBudget computes what the boot sector needs and compares it with the limits.
func (c *checker) checkBudget() {
	b := &c.report.Budget
	b.Boot, b.Kernel, b.RAMBuffer = c.boot.size(), c.kernel.size(), image.BootSize
	b.BootFree = image.BootSize - min(b.Boot, image.BootSize)
	c.checkStack()
	b.RAM = recordSize + c.installSize() - image.BootSize + b.Kernel + c.behindKernel() + b.Stack

	limit := cmp.Or(c.opts.MaxBoot, image.BootSize)
	if b.Boot > limit {
		c.failWhole(RuleBudget, "choose fewer features, or compile boot code with -Os; the map shows what it is spent on",
			"boot code has %d bytes, %d more than %d", b.Boot, b.Boot-limit, limit)
	}
	if b.Stack >= maxDepth {
		return // has a finding of its own
	}
	if limit := c.opts.MaxStack; limit > 0 && b.Stack > limit {
		c.failWhole(RuleBudget, "look at the deepest path, or raise --max-stack",
			"boot needs %d bytes of stack, %d more than %d", b.Stack, b.Stack-limit, limit)
	}
	if limit := c.opts.MaxRAM; limit > 0 && b.RAM > limit {
		c.failWhole(RuleBudget, "look at the deepest path, or raise --max-ram",
			"boot needs %d bytes of RAM beyond the buffer for the boot sector, %d more than %d", b.RAM, b.RAM-limit, limit)
	}
	c.checkRAM()
}

// installSize returns the size of what lies between the record and the kernel's copy.
func (c *checker) installSize() uint32 {
	return c.copied.start - c.byName["quine_scratch"].addr
}

// behindKernel returns the size of what boot has in RAM behind the kernel's copy.
func (c *checker) behindKernel() uint32 {
	n := uint32(0)
	if c.info.Flags&image.BootSigned != 0 {
		n += -c.kernel.size()%8 + verifierSize
	}
	if c.info.Flags&image.BootEncrypted != 0 {
		n += cipherSize
	}
	return n
}

// checkRAM checks that RAM holds what boot puts there.
func (c *checker) checkRAM() {
	b := &c.report.Budget
	record, scratch := c.byName["quine_record"].addr, c.byName["quine_scratch"].addr
	if n := c.installSize(); scratch-record < recordSize || scratch-record > 1<<16 || scratch%8 != 0 || n < installMin || n > 1<<16 {
		c.failWhole(RuleLayout, cureFragment, "quine_record at 0x%08x, quine_scratch at 0x%08x and quine_kernel_ram at 0x%08x do not follow each other",
			record, scratch, c.copied.start)
		return
	}
	top, _ := c.word(c.vectors.start)
	need := c.installSize() + b.Kernel + c.behindKernel() + b.Stack
	if top < scratch || top-scratch < need {
		c.failWhole(RuleBudget, "give the linker script all of the part's RAM, or let the port keep its boot sector for ever",
			"boot needs %d bytes of RAM from 0x%08x on, and the stack begins at 0x%08x", need, scratch, top)
	}
}

// checkStack finds the deepest point of the stack: on the way from reset, and there
// a fault.
func (c *checker) checkStack() {
	w := stackWalker{c: c, done: map[uint32]path{}}
	reset := w.deepest(c.byName["quine_entry"].addr)
	var fault path
	for i := 2; i < int(c.vectors.size()/4); i++ {
		v, _ := c.word(c.vectors.start + uint32(i)*4)
		if c.reserved(i) {
			continue
		}
		if p := w.deepest(v &^ 1); p.bytes > fault.bytes {
			fault = p
		}
	}
	for at := c.record.start + recordFixed; at+4 <= c.record.end; at += 4 {
		v, _ := c.word(at)
		w.deepest(v &^ 1) // for recursion
	}
	c.report.DeepestPath = append(slices.Clone(reset.frames), Frame{"fault", exceptionSize + fault.bytes})
	c.report.Budget.Stack = reset.bytes + exceptionSize + fault.bytes
}

// areas returns the map of the boot sector.
func (c *checker) areas() []Area {
	var list []Area
	live := map[uint32]bool{}
	for _, f := range c.funcs {
		for at := range f.states {
			live[at] = true
		}
	}
	end := min(c.boot.end, c.sector.end)
	for at := c.boot.start; at < end; {
		next := c.firstSymbol(at, end)
		a := Area{Name: c.name(at), Kind: c.kind(at), Offset: at - c.flash, Size: next - at}
		a.Dead = a.Kind != KindVectors && a.Kind != KindData && !anyLive(live, at, next)
		list = append(list, a)
		at = next
	}
	if end < c.sector.end {
		list = append(list, Area{Name: "free", Kind: KindFree, Offset: end - c.flash, Size: c.sector.end - end})
	}
	return list
}

// kind returns what lies at addr in the boot sector.
func (c *checker) kind(addr uint32) string {
	switch {
	case c.vectors.contains(addr) && (c.insts[addr] == nil || addr == c.flash):
		return KindVectors
	case c.insts[addr] == nil:
		return KindData
	case c.kernel.contains(addr):
		return KindKernel
	}
	return KindCode
}

// anyLive reports whether an instruction from start to end can run.
func anyLive(live map[uint32]bool, start, end uint32) bool {
	for at := start; at < end; at += 2 {
		if live[at] {
			return true
		}
	}
	return false
}
