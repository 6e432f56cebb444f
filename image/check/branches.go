// SPDX-License-Identifier: BSD-3-Clause

package check

import (
	"strings"

	"github.com/quine-fw/quine/image/check/internal/thumb"
)

// checkBranches checks where the branches and calls with encoded targets lead, in
// all code of the boot sector, and that the kernel has no others.
func (c *checker) checkBranches() {
	for i := range c.code {
		in := &c.code[i]
		switch in.Flow {
		case thumb.Branch, thumb.Cond, thumb.Call:
			c.checkTarget(in.Addr, in.Target)
		case thumb.ToARM:
			c.fail(RuleBoot, in.Addr, "compile and link everything with -mthumb", "branches to ARM code at %s", c.name(in.Target))
		case thumb.CallReg, thumb.Jump:
			if c.kernel.contains(in.Addr) && !c.opts.CallsROM {
				c.fail(RuleKernel, in.Addr, "call functions of the kernel by name; a part whose ROM programs its flash needs --calls-rom",
					"branches through a register, which may lead to flash while flash is busy")
			}
		}
	}
}

// checkTarget checks that code at from may branch to target.
func (c *checker) checkTarget(from, target uint32) {
	area, rule := c.own(from)
	if area.contains(target) {
		if c.insts[target] == nil {
			c.fail(rule, from, "link again from clean objects", "branches to %s, which is no instruction", c.name(target))
		}
		return
	}
	callee := c.name(target)
	if cure := libraryCure(callee); cure != "" && !c.boot.contains(target) {
		c.fail(RuleLibrary, from, cure, "calls %s at 0x%08x, which belongs to the application", callee, target)
		return
	}
	switch {
	case c.inRAM(target):
		c.fail(rule, from, "call only functions of the kernel there; mark them __attribute__((used)) if the compiler has dropped them",
			"branches to 0x%08x in RAM, where no function of the kernel's copy is", target)
	case rule == RuleKernel && c.boot.contains(target):
		c.fail(rule, from, "mark "+base(callee)+" QUINE_KERNEL_CODE, or do without it",
			"branches to %s at 0x%08x outside the kernel: the distance is wrong once the kernel is in RAM", callee, target)
	case rule == RuleKernel:
		c.fail(rule, from, "mark "+base(callee)+" QUINE_KERNEL_CODE, or do without it",
			"branches to %s at 0x%08x outside the boot sector", callee, target)
	default:
		c.fail(rule, from, "mark "+base(callee)+" QUINE_BOOT_CODE, or do without it",
			"branches to %s at 0x%08x outside the boot sector", callee, target)
	}
}

// base returns the name of a function without the offset and without what compilers
// and linkers add to it.
func base(name string) string {
	name, _, _ = strings.Cut(name, "+")
	name, _, _ = strings.Cut(name, ".")
	if veneer, ok := strings.CutSuffix(name, "_veneer"); ok {
		name = strings.TrimPrefix(veneer, "__")
	}
	return name
}

// libraries maps prefixes of the names of functions that a compiler may call on its
// own, and of common functions of the C library, to what to do without them. The
// first that fits counts.
var libraries = []struct{ prefix, cure string }{
	{"__gnu_thumb1_case", "compile with -fno-jump-tables"},
	{"__aeabi_uidiv", "divide by a constant power of two, or by shifts and subtractions"},
	{"__aeabi_idiv", "divide by a constant power of two, or by shifts and subtractions"},
	{"__udiv", "divide by a constant power of two, or by shifts and subtractions"},
	{"__div", "divide by a constant power of two, or by shifts and subtractions"},
	{"__umod", "divide by a constant power of two, or by shifts and subtractions"},
	{"__mod", "divide by a constant power of two, or by shifts and subtractions"},
	{"__aeabi_uldiv", "use 32-bit numbers"},
	{"__aeabi_ldiv", "use 32-bit numbers"},
	{"__aeabi_l", "use 32-bit numbers"},
	{"__mul", "use 32-bit numbers, or multiply by 16-bit halves"},
	{"__ash", "use 32-bit numbers"},
	{"__lsh", "use 32-bit numbers"},
	{"__clz", "count bits in a loop"},
	{"__ctz", "count bits in a loop"},
	{"__popcount", "count bits in a loop"},
	{"__aeabi_f", "do without floating point"},
	{"__aeabi_d", "do without floating point"},
	{"__aeabi_mem", "copy in a loop through a volatile pointer, and initialise arrays element by element"},
	{"mem", "copy in a loop through a volatile pointer, and initialise arrays element by element"},
	{"__stack_chk", "compile with -fno-stack-protector"},
	{"__sanitizer", "compile without sanitizers"},
	{"__gcov", "compile without coverage"},
	{"__cyg_profile", "compile without -finstrument-functions"},
	{"__sync_", "do without atomic operations: nothing else runs while boot does"},
	{"__atomic_", "do without atomic operations: nothing else runs while boot does"},
	{"__aeabi_", "find what the compiler needs it for, and do without"},
	{"__gnu_", "find what the compiler needs it for, and do without"},
	{"str", "do without the C library in boot code"},
	{"printf", "do without the C library in boot code"},
	{"abort", "do without the C library in boot code"},
}

// libraryCure returns what to do about a call of the function name, "" if it does
// not belong to a library.
func libraryCure(name string) string {
	name = base(name)
	for _, l := range libraries {
		if !strings.HasPrefix(name, l.prefix) {
			continue
		}
		// Names without underscores in front are anyone's: only the C library's own
		// count.
		if name[0] != '_' && !strings.Contains(" memcpy memset memcmp memmove memchr strlen strcmp strncmp strcpy strncpy strchr printf abort ", " "+name+" ") {
			continue
		}
		return l.cure
	}
	return ""
}
