// SPDX-License-Identifier: BSD-3-Clause

package check

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/image/check/internal/thumb"
)

const (
	// lowFlash is where flash must begin at least for constants in it to be told
	// from numbers.
	lowFlash = 0x10000

	// bootLimit is the largest boot sector that is looked into. One above
	// image.BootSize is a finding already.
	bootLimit = 16 * image.BootSize
)

// ELF checks the linked executable data. It fails only if data is not a whole ELF
// file of a linked ARM program with symbols; that the program breaks rules is in the
// report.
func ELF(data []byte, opts Options) (*Report, error) {
	p, err := parse(data)
	if err != nil {
		return nil, err
	}
	c := &checker{program: p, opts: opts, report: &Report{Findings: []Finding{}}}
	c.run()
	c.sortFindings()
	return c.report, nil
}

// A checker is the state of one check.
type checker struct {
	*program
	opts   Options
	report *Report

	flash   uint32 // first byte of flash
	boot    span   // code and data of boot, the kernel included
	kernel  span   // part of boot
	copied  span   // where boot copies it to, in RAM
	sector  span   // the first 4096 bytes
	vectors span   // vector table of the part
	record  span   // boot info record
	info    image.BootInfo

	manifest, seal span
	appVectors     span

	insts map[uint32]*thumb.Inst // of boot
	code  []thumb.Inst           // the same, in order
	taken []uint32               // functions of boot whose address boot code takes
	funcs map[uint32]*function   // that can run
}

// client are the functions of quine.h without which an application takes no update.
var client = []string{"quine_update_begin", "quine_update_write", "quine_update_finish", "quine_update_install"}

// run applies all rules. Where one fails so that others cannot be judged, it ends.
func (c *checker) run() {
	c.report.Exact = c.relocated != nil
	for _, name := range client {
		if _, ok := c.byName[name]; !ok {
			c.report.Missing = append(c.report.Missing, name)
		}
	}
	if !c.locate() || !c.locateRecord() {
		return
	}
	c.code = c.disassemble(c.boot)
	if c.report.Instructions = len(c.code); len(c.code) == 0 {
		c.failWhole(RuleLayout, "strip with --strip-debug, if at all", "no mapping symbol ($t) tells where the boot sector has code")
		return
	}
	c.insts = make(map[uint32]*thumb.Inst, len(c.code))
	for i := range c.code {
		c.insts[c.code[i].Addr] = &c.code[i]
	}
	c.checkRecord()
	c.checkVectors()
	c.checkAppVectors()
	c.checkBranches()
	c.checkConstants()
	c.trace()
	c.checkFlow()
	c.checkApplication()
	c.checkBudget()
	c.report.Map = c.areas()
}

// fail notes a finding at addr.
func (c *checker) fail(rule Rule, addr uint32, cure, format string, args ...any) {
	c.report.Findings = append(c.report.Findings, Finding{
		Rule: rule, Symbol: c.name(addr), Address: addr, Message: fmt.Sprintf(format, args...), Cure: cure,
	})
}

// failWhole notes a finding about no place.
func (c *checker) failWhole(rule Rule, cure, format string, args ...any) {
	c.report.Findings = append(c.report.Findings, Finding{Rule: rule, Message: fmt.Sprintf(format, args...), Cure: cure})
}

// sortFindings orders the findings by address and leaves one of those that say the
// same about the same place.
func (c *checker) sortFindings() {
	list := c.report.Findings
	slices.SortStableFunc(list, func(a, b Finding) int { return cmp.Compare(a.Address, b.Address) })
	c.report.Findings = slices.CompactFunc(list, func(a, b Finding) bool {
		return a.Address == b.Address && a.Rule == b.Rule && a.Symbol != "" && a.Message == b.Message
	})
}

// own returns the region that an instruction or constant at addr must keep to: the
// kernel for the kernel, else the boot sector.
func (c *checker) own(addr uint32) (area span, rule Rule) {
	if c.kernel.contains(addr) {
		return c.kernel, RuleKernel
	}
	return c.boot, RuleBoot
}

// home returns where the code that runs at addr is linked, without the Thumb bit: the
// kernel runs in RAM, too.
func (c *checker) home(addr uint32) uint32 {
	addr &^= 1
	if c.copied.contains(addr) {
		return addr - c.copied.start + c.kernel.start
	}
	return addr
}

// inRAM reports whether addr may be RAM: not flash, and near what the program keeps
// in RAM.
func (c *checker) inRAM(addr uint32) bool {
	const near = 16 << 20
	return !c.inFlash(addr) && slices.ContainsFunc(c.ram, func(s span) bool {
		start := s.start &^ (near - 1)
		return addr >= start && addr-start <= near
	})
}

// inFlash reports whether addr lies where an image may.
func (c *checker) inFlash(addr uint32) bool { return addr-c.flash < c.info.ImageMax }
