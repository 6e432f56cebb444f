// SPDX-License-Identifier: BSD-3-Clause

package check

import (
	"bytes"
	"encoding/binary"

	"github.com/quine-fw/quine/image"
)

const (
	cureFragment = "include the part's quine_*.ld first in SECTIONS, and link the start file of the core"
	manifestSize = image.ManifestSize
)

// parts are what brings Quine into a program, in the order in which one does it: the
// symbols that tell of each, and what to do if they are missing.
var parts = []struct {
	what, cure string
	symbols    []string
}{
	{"the linker script has none of Quine's sections", "link with the script that quine init writes, or include the part's quine_*.ld first in SECTIONS",
		[]string{"quine_flash", "quine_boot_end", "quine_kernel_start", "quine_kernel_end", "quine_manifest", "quine_app_vectors", "quine_scratch"}},
	{"boot code is not linked", "compile and link the library, as quine.mk does with QUINE_OBJECTS and CMake with quine::device",
		[]string{"quine_entry", "quine_record"}},
}

// locateSymbols returns the addresses of the symbols of all parts, and whether they are
// there.
func (c *checker) locateSymbols() (map[string]uint32, bool) {
	at, whole := map[string]uint32{}, true
	for _, part := range parts {
		var missing []string
		for _, name := range part.symbols {
			s, ok := c.byName[name]
			if !ok {
				missing = append(missing, name)
			}
			at[name] = s.addr
		}
		switch n := len(missing); {
		case n == 1:
			c.failWhole(RuleLayout, part.cure, "%s: symbol %s is missing", part.what, missing[0])
		case n > 1:
			c.failWhole(RuleLayout, part.cure, "%s: symbol %s and %d more are missing", part.what, missing[0], n-1)
		}
		whole = whole && len(missing) == 0
	}
	return at, whole
}

// locate finds the regions by their symbols and reports whether it could.
func (c *checker) locate() bool {
	at, ok := c.locateSymbols()
	if !ok {
		return false
	}
	c.flash = at["quine_flash"]
	c.boot = span{c.flash, at["quine_boot_end"]}
	c.kernel = span{at["quine_kernel_start"], at["quine_kernel_end"]}
	c.sector = span{c.flash, c.flash + image.BootSize}
	c.manifest = span{at["quine_manifest"], at["quine_manifest"] + manifestSize}
	c.appVectors.start = at["quine_app_vectors"]
	if c.boot.end <= c.boot.start || c.boot.size() > bootLimit || c.sector.end < c.flash || c.bytes(c.flash, c.boot.size()) == nil {
		c.failWhole(RuleLayout, cureFragment, "boot code from 0x%08x to 0x%08x is no loaded section", c.boot.start, c.boot.end)
		return false
	}
	if c.kernel.end < c.kernel.start || c.kernel.start < c.boot.start || c.kernel.end > c.boot.end {
		c.failWhole(RuleLayout, cureFragment, "the RAM kernel from 0x%08x to 0x%08x is not in the boot sector", c.kernel.start, c.kernel.end)
		return false
	}
	c.copied.start = at["quine_scratch"] + installSize
	if s, ok := c.byName["quine_kernel_ram"]; ok {
		c.copied.start = s.addr
	}
	c.copied.end = c.copied.start + c.kernel.size()
	if (c.copied.start-c.kernel.start)%4 != 0 {
		c.fail(RuleLayout, c.kernel.start, "align the kernel and its copy to 4 in the linker script",
			"is aligned otherwise than its copy at 0x%08x, which would not find its constants", c.copied.start)
	}
	return true
}

// locateRecord finds the boot info record.
func (c *checker) locateRecord() bool {
	n := min(c.boot.size(), image.BootSize)
	info, err := image.ParseBootInfo(c.bytes(c.flash, n))
	if err != nil {
		c.failWhole(RuleLayout, "link quine_boot.c of the same release as this tool", "%v", err)
		return false
	}
	c.info = info
	start := c.flash + info.Offset
	c.record = span{start, start + recordFixed}
	if s, ok := c.symbolAt(start); ok && s.addr == start && s.size > recordFixed && s.size <= c.boot.end-start {
		c.record.end = start + s.size&^3
	}
	c.seal = span{c.flash + info.SealOffset, c.flash + info.SealOffset + uint32(info.SealSize)}
	// On an RP2040 the vectors lie behind the second stage, elsewhere at the start.
	c.vectors.start = c.flash
	if s, ok := c.byName["quine_boot_vectors"]; ok && c.boot.contains(s.addr) {
		c.vectors.start = s.addr
	}
	c.vectors.end = c.firstSymbol(c.vectors.start, c.record.start)
	if s, ok := c.symbolAt(c.vectors.start); ok && s.size > 0 && s.size <= c.boot.end-c.vectors.start {
		c.vectors.end = c.vectors.start + s.size
	}
	end := c.firstSymbol(c.appVectors.start, c.appVectors.start+maxVectors*4)
	if s, ok := c.symbolAt(c.appVectors.start); ok && s.addr == c.appVectors.start && s.size > 0 && s.size <= maxVectors*4 {
		end = s.addr + s.size
	}
	if s := c.sectionAt(c.appVectors.start, 1); s != nil {
		end = min(end, s.end)
	}
	c.appVectors.end = end
	return true
}

const (
	recordFixed = 0x3C // of the boot info record; pointers to functions follow
	maxVectors  = 16 + 496
)

// firstSymbol returns the address of the first symbol behind start, at most limit.
func (c *checker) firstSymbol(start, limit uint32) uint32 {
	for _, s := range c.symbols {
		if s.addr > start && s.addr < limit {
			return s.addr
		}
	}
	return limit
}

// checkRecord checks that the boot info record agrees with the symbols, and that it
// lends functions of boot only.
func (c *checker) checkRecord() {
	const cure = "set the port's quine_part.h and the linker script to the same addresses"
	agree := func(offset uint32, what string, has uint32, name string) {
		if s, ok := c.byName[name]; ok && has != s.addr {
			c.fail(RuleLayout, c.record.start+offset, cure, "states %s at 0x%08x, symbol %s is at 0x%08x", what, has, name, s.addr)
		}
	}
	agree(0x0C, "flash", c.info.LoadAddress, "quine_flash")
	agree(0x10, "the manifest", c.info.LoadAddress+c.info.ManifestOffset, "quine_manifest")
	agree(0x14, "the seal", c.info.LoadAddress+c.info.SealOffset, "quine_seal")
	if b := c.bytes(c.manifest.start, manifestSize); !bytes.HasPrefix(b, []byte("QMAN")) && !blank(b) {
		c.fail(RuleLayout, c.manifest.start, "leave 128 bytes there blank", "holds something else than a manifest")
	}
	if b := c.bytes(c.seal.start, c.seal.size()); b != nil && !bytes.HasPrefix(b, c.bytes(c.manifest.start+8, 8)) && !blank(b) {
		c.fail(RuleLayout, c.seal.start, "leave it blank", "holds something else than the seal, which boot writes")
	}
	agree(0x34, "the application's vectors", c.info.AppVectors, "quine_app_vectors")
	agree(0x38, "the record", c.info.Record, "quine_record")
	for at := c.record.start + recordFixed; at+4 <= c.record.end; at += 4 {
		if v, _ := c.word(at); v&1 == 0 || c.insts[v&^1] == nil {
			c.fail(RuleBoot, at, "mark the function QUINE_BOOT_CODE", "lends %s, which is no function in the boot sector", c.name(v&^1))
		}
	}
	if c.info.Flags&image.BootSigned != 0 && len(image.Keys(c.bytes(c.flash, min(c.boot.size(), image.BootSize)))) == 0 {
		c.fail(RuleLayout, c.record.start+0x0A, "link the file that quine pubkey --c makes",
			"states that only signed images are installed, but no public key is in the boot sector")
	}
}

// blank reports whether all of b is 0xFF, or all of it 0.
func blank(b []byte) bool {
	return len(bytes.Trim(b, "\xFF")) == 0 || len(bytes.Trim(b, "\x00")) == 0
}

// checkVectors checks the part's vector table.
func (c *checker) checkVectors() {
	const cure = "link the start file of the core, unchanged"
	table := c.bytes(c.vectors.start, c.vectors.size())
	if len(table) < 16 || len(table)%4 != 0 {
		c.fail(RuleLayout, c.vectors.start, cure, "is no vector table: it has %d bytes", len(table))
		return
	}
	c.report.Vectors = len(table) / 4
	if sp := binary.LittleEndian.Uint32(table); sp%8 != 0 || !c.inRAM(sp) {
		c.fail(RuleLayout, c.vectors.start, "set quine_stack to the end of RAM", "starts boot with the stack pointer 0x%08x, which is no RAM or not a multiple of 8", sp)
	}
	for i := 1; i < len(table)/4; i++ {
		if c.reserved(i) {
			continue
		}
		at, v := c.vectors.start+uint32(i)*4, binary.LittleEndian.Uint32(table[i*4:])
		switch {
		case i == 1 && v != c.byName["quine_entry"].addr|1:
			c.fail(RuleLayout, at, cure, "is the reset vector and leads to %s, not quine_entry", c.name(v&^1))
		case v == 0 && i > 3: // reserved
		case v&1 == 0 || c.insts[v&^1] == nil:
			c.fail(RuleLayout, at, cure, "is vector %d and leads to %s (0x%08x), which is no function in the boot sector", i, c.name(v&^1), v)
		}
	}
	if shim, ok := c.byName["quine_shim"]; ok {
		c.checkShim(table, shim.addr)
	}
}

// reserved reports whether entry i of the vector table is one that no exception of a
// core without VTOR has, so that the start file has something else there
// (ARMv6-M Architecture Reference Manual, B1.5.3).
func (c *checker) reserved(i int) bool {
	_, shim := c.byName["quine_shim"]
	return shim && (i >= 4 && i <= 10 || i == 12 || i == 13)
}

// checkShim checks that on a part without VTOR every interrupt reaches the
// application.
func (c *checker) checkShim(table []byte, shim uint32) {
	fault := c.byName["quine_fault"].addr
	for i := 4; i < len(table)/4; i++ {
		if c.reserved(i) {
			continue
		}
		v := binary.LittleEndian.Uint32(table[i*4:]) &^ 1
		if v != shim && v != fault {
			c.fail(RuleLayout, c.vectors.start+uint32(i)*4, "let it be quine_shim",
				"is vector %d and leads to %s, so the application's handler never runs", i, c.name(v))
		}
	}
	own := bytes.TrimRight(c.bytes(c.appVectors.start, c.appVectors.size()), "\x00")
	if n := (len(own) + 3) / 4; n > len(table)/4 {
		c.fail(RuleLayout, c.vectors.start, "raise QUINE_VECTORS in the port's quine_part.h",
			"has %d vectors, the application has %d", len(table)/4, n)
	}
}

// checkAppVectors checks the application's vector table.
func (c *checker) checkAppVectors() {
	const cure = "place the application's vector table in a section .isr_vector or .vectors"
	table := c.bytes(c.appVectors.start, c.appVectors.size())
	if len(table) < 8 {
		c.fail(RuleLayout, c.appVectors.start, cure, "is empty: the application has no vector table there")
		return
	}
	sp, reset := binary.LittleEndian.Uint32(table), binary.LittleEndian.Uint32(table[4:])
	if sp%4 != 0 || !c.inRAM(sp) {
		c.fail(RuleLayout, c.appVectors.start, cure, "starts the application with the stack pointer 0x%08x, which is no RAM", sp)
	}
	if reset&1 == 0 || !c.inFlash(reset) || c.sector.contains(reset) || c.bytes(reset&^1, 2) == nil {
		c.fail(RuleLayout, c.appVectors.start+4, cure, "starts the application at 0x%08x, which is no Thumb code of the application", reset)
	}
	if _, shim := c.byName["quine_shim"]; shim {
		return // no VTOR
	}
	align := uint32(128)
	if c.baseline {
		align = 256
	}
	for align < c.appVectors.size() {
		align *= 2
	}
	if c.appVectors.start%align != 0 {
		c.fail(RuleLayout, c.appVectors.start, "raise quine_vectors_align in the part's quine_*.ld",
			"is not a multiple of %d, as VTOR demands for %d vectors", align, c.appVectors.size()/4)
	}
}
