// SPDX-License-Identifier: BSD-3-Clause

package check

import (
	"cmp"
	"strings"

	"github.com/quine-fw/quine/image/check/internal/thumb"
)

// A constant is a word that code loads, or that lies in a table.
type constant struct {
	at    uint32 // the instruction that makes it, or the word in a table
	place uint32 // where a relocation of it would be
	value uint32
	table bool  // it lies in a table
	next  int   // else, the index of the instruction behind that
	reg   uint8 // and the register that holds it then
}

// checkConstants checks every constant of the boot sector that is an address.
func (c *checker) checkConstants() {
	for _, k := range c.constants() {
		symbol, relocated := c.relocated[k.place]
		if relocated && c.inRAM(k.value) && !c.bootVariable(symbol, k.value) {
			c.fail(RuleBoot, k.at, "keep it on the stack, or in struct quine_install",
				"uses the variable %s, which is not initialised while boot runs", cmp.Or(symbol, c.name(k.value)))
			continue
		}
		if !relocated && (k.table && c.report.Exact || !c.looksLikeAddress(k.value)) {
			continue
		}
		if to := c.home(k.value); k.value&1 == 1 && c.insts[to] != nil && (relocated || c.isFunction(to)) {
			c.taken = append(c.taken, to)
		}
		if relocated && symbol == "quine_flash" {
			continue // flash as data
		}
		c.checkAddress(k.at, k.value)
	}
}

// bootVariable reports whether boot may use the variable name at addr: the record, by
// name or in its section, and symbols of the linker fragment, which have no size.
func (c *checker) bootVariable(name string, addr uint32) bool {
	record := span{c.byName["quine_record"].addr, c.byName["quine_scratch"].addr}
	for _, s := range c.ram { // what a port keeps lies in the same section
		if s.contains(record.start) {
			record.start = s.start
		}
	}
	s, ok := c.byName[name]
	return record.contains(addr) || ok && s.size == 0 && strings.HasPrefix(name, "quine_")
}

// looksLikeAddress reports whether v is likely an address in flash.
func (c *checker) looksLikeAddress(v uint32) bool {
	if c.flash < lowFlash || c.copied.contains(v) {
		return v&1 == 1 && c.isFunction(c.home(v))
	}
	return c.inFlash(v)
}

// constants returns all constants of the boot sector. It notes literals outside.
func (c *checker) constants() []constant {
	literals := map[uint32]bool{}
	list := c.made(c.code)
	for i := range c.code {
		if in := &c.code[i]; in.Refers {
			c.checkReference(in)
			literals[in.Target] = true
		}
	}
	c.runs(c.boot, func(s span, code bool) {
		for at := (s.start + 3) &^ 3; !code && at+4 <= s.end; at += 4 {
			if v, _ := c.word(at); !literals[at] && !c.vectors.contains(at) && !c.record.contains(at) {
				list = append(list, constant{at: at, place: at, value: v, table: true})
			}
		}
	})
	return list
}

// made returns the words that code makes by a literal, or by MOVW and MOVT.
func (p *program) made(code []thumb.Inst) []constant {
	var list []constant
	var low [16]uint32 // what is known of each register's lower half
	var known uint16
	for i := range code {
		in := &code[i]
		switch in.Op {
		case thumb.Literal:
			if v, ok := p.word(in.Imm); ok {
				list = append(list, constant{at: in.Addr, place: in.Imm, value: v, next: i + 1, reg: in.Rd})
			}
		case thumb.MoveTop:
			if known>>in.Rd&1 == 1 {
				v := in.Imm<<16 | low[in.Rd]&0xFFFF
				list = append(list, constant{at: in.Addr, place: in.Addr, value: v, next: i + 1, reg: in.Rd})
			}
		}
		known &^= in.Writes
		if in.Op == thumb.Const && !in.Refers {
			known |= 1 << in.Rd
			low[in.Rd] = in.Imm
		}
	}
	return list
}

// checkReference checks a place that an instruction reaches relative to the program
// counter.
func (c *checker) checkReference(in *thumb.Inst) {
	area, rule := c.own(in.Addr)
	if area.contains(in.Target) {
		return
	}
	cure := "mark the constant QUINE_BOOT_DATA"
	if rule == RuleKernel {
		cure = "let the kernel do without constants in flash"
	}
	c.fail(rule, in.Addr, cure, "refers to %s at 0x%08x, relative to the program counter", c.name(in.Target), in.Target)
}

// checkAddress checks that code or a table at from may use the address v.
func (c *checker) checkAddress(from, v uint32) {
	_, rule := c.own(from)
	switch {
	case !c.inFlash(v) && !c.isLoadedCode(v), v-c.flash <= maxUnit: // RAM, peripherals, flash as data
		return
	case c.manifest.contains(v), c.seal.contains(v):
		return
	case rule == RuleKernel && c.kernel.contains(v&^1) && c.opts.CallsROM:
		return
	case rule == RuleKernel && c.kernel.contains(v&^1):
		c.fail(rule, from, "do without function pointers and tables in the kernel",
			"holds the address of %s: it would lead to flash, not to the copy in RAM", c.name(v&^1))
	case rule == RuleKernel && c.boot.contains(v):
		c.fail(rule, from, "let the kernel do without constants in flash, and mark what it calls QUINE_KERNEL_CODE",
			"holds the address of %s in the boot sector, which may be erased then", c.name(v&^1))
	case c.sector.contains(v):
		return
	case rule == RuleBoot && c.appVectors.contains(v):
		return
	case c.sectionAt(v, 1) == nil: // beyond what is linked: a store
		return
	default:
		c.fail(rule, from, "mark what it needs QUINE_BOOT_CODE or QUINE_BOOT_DATA",
			"holds the address 0x%08x of %s, which belongs to the application", v, c.name(v&^1))
	}
}

// isLoadedCode reports whether a section of code holds addr.
func (c *checker) isLoadedCode(addr uint32) bool {
	s := c.sectionAt(addr, 1)
	return s != nil && s.exec
}

// maxUnit is the largest program unit of any part in bytes: the kernel may hold the
// address of what follows the first unit of flash.
const maxUnit = 32
