// SPDX-License-Identifier: BSD-3-Clause

package check

import (
	"strings"

	"github.com/quine-fw/quine/image/check/internal/thumb"
)

// checkApplication checks that the application does not depend on where functions
// lie in the boot sector.
func (c *checker) checkApplication() {
	for _, s := range c.sections {
		if !s.exec || s.start < c.sector.end && s.end > c.flash {
			continue
		}
		code := c.disassemble(s.span)
		c.report.Application += len(code)
		for i := range code {
			switch in := &code[i]; in.Flow {
			case thumb.Branch, thumb.Cond, thumb.Call:
				if c.sector.contains(in.Target) {
					c.failCall(in.Addr, in.Target)
				}
			}
		}
		for _, k := range c.made(code) {
			c.checkPointer(k, code[k.next:])
		}
		c.checkVTOR(code)
	}
	for place := range c.relocated {
		if !c.sector.contains(place) {
			c.checkRelocation(place)
		}
	}
}

// checkVTOR checks that code does not make the boot sector's vectors those of the
// application, as startup code does that takes its table for the first thing in flash.
// It follows straight lines only.
func (c *checker) checkVTOR(code []thumb.Inst) {
	const vtor = 0xE000ED08
	var s state
	for i := range code {
		in := &code[i]
		if in.Op == thumb.Store && !in.Indexed {
			at, v := s.read(in, in.Rn), s.read(in, in.Rd)
			if at.kind == number && at.n+in.Imm == vtor && v.kind == number && c.sector.contains(v.n) {
				c.fail(RuleApplication, in.Addr, "drop that line: boot has set VTOR to the application's vectors, whose symbol is quine_app_vectors",
					"sets VTOR to 0x%08x, the vectors of the boot sector", v.n)
			}
		}
		if s = c.after(in, s); in.Flow != thumb.Next {
			s = state{}
		}
	}
}

// failCall notes that the application at from calls a function of boot.
func (c *checker) failCall(from, to uint32) {
	cure := "link the application with a copy of its own; the boot info record does not lend " + base(c.name(to))
	for at := c.record.start + recordFixed; at+4 <= c.record.end; at += 4 {
		if v, _ := c.word(at); v == to|1 {
			cure = "call it through the boot info record, as quine_boot()->" + strings.TrimPrefix(base(c.name(to)), "quine_")
		}
	}
	c.fail(RuleApplication, from, cure,
		"calls %s at 0x%08x in the boot sector, which lies elsewhere in another boot sector", c.name(to), to)
}

// checkPointer checks the constant k: whether it is a function of boot. Where numbers
// look like addresses, it is one if code, the instructions that follow, calls it.
func (c *checker) checkPointer(k constant, code []thumb.Inst) {
	if k.value&1 == 0 || !c.sector.contains(k.value) || !c.isFunction(k.value&^1) {
		return
	}
	if _, relocated := c.relocated[k.place]; relocated && k.place != k.at {
		return // a literal, which checkRelocation finds
	} else if relocated || c.flash >= lowFlash {
		c.failCall(k.at, k.value&^1)
		return
	}
	const near = 16
	for i := range code[:min(near, len(code))] {
		in := &code[i]
		if (in.Flow == thumb.CallReg || in.Flow == thumb.Jump) && in.Rm == k.reg {
			c.failCall(in.Addr, k.value&^1)
			return
		}
		if in.Writes>>k.reg&1 == 1 || in.Flow == thumb.Branch || in.Flow == thumb.Return {
			return
		}
	}
}

// checkRelocation checks an address that the application holds at place.
func (c *checker) checkRelocation(place uint32) {
	v, ok := c.word(place)
	if s := c.sectionAt(place, 4); !ok || s.exec && c.isCode(place) {
		return // half an address, in an instruction
	}
	if !c.sector.contains(v) || v == c.flash || v == c.record.start || c.relocated[place] == "quine_flash" {
		return
	}
	c.fail(RuleApplication, place, "reach the boot sector only through quine_boot()",
		"holds the address of %s in the boot sector, which lies elsewhere in another boot sector", c.name(v&^1))
}

// isCode reports whether the section that holds addr has code there.
func (c *checker) isCode(addr uint32) (code bool) {
	c.runs(span{addr, addr + 1}, func(_ span, is bool) { code = is })
	return code
}
