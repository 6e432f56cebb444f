// SPDX-License-Identifier: BSD-3-Clause

package setup

import (
	"regexp"

	"github.com/quine-fw/quine/cmd/quine/internal/ldscript"
)

// vectors is where the linker script places the vector table.
type vectors struct {
	section   *ldscript.Section
	statement ldscript.Statement
	before    []ldscript.Statement // symbols that are set to its address
}

// secondStage matches an output section with what the ROM of an RP2040 runs first: it
// goes to the start of the boot sector, by quine.ld.
var secondStage = regexp.MustCompile(`\(\s*\.boot2\b`)

const secondStageSize = 256

// table matches the input sections that quine.ld takes for a vector table.
var table = regexp.MustCompile(`\(\s*(\.isr_vector|\.vectors|\.vector_table)\b`)

// findVectors finds the vector table in the script and in the ELF file.
func (p *Plan) findVectors() error {
	s := p.Script
	if s.Body == (ldscript.Span{}) {
		return elsewhere(s, "SECTIONS")
	}
	for i := range s.Sections {
		if v := vectorsIn(s, &s.Sections[i]); v != nil {
			p.vectors = v
			break
		}
		if secondStage.MatchString(s.Source(s.Sections[i].Place)) {
			p.secondStage = &s.Sections[i]
		}
	}
	if p.vectors == nil {
		return s.Errorf(s.Body.Start, "rename the table's section in the startup code to .isr_vector",
			"no output section gathers .isr_vector, .vectors or .vector_table, as quine.ld does")
	}
	for i := range s.Sections {
		o := &s.Sections[i]
		if o.HasAddress && s.Region(o.Region) == p.Flash {
			return s.Errorf(o.Place.Start, "take the address out: > "+o.Region+" places it behind Quine's sections",
				"output section %s has an address of its own", o.Name)
		}
	}
	base := uint32(p.Flash.Origin)
	if p.secondStage != nil {
		base += secondStageSize
	}
	stack, ok := p.Firmware.word(base)
	reset, _ := p.Firmware.word(base + 4)
	if !ok || uint64(stack) < p.lowestRAM() || reset&1 == 0 {
		return problem("name the ELF file that was linked with this script, and the part it is for",
			"the ELF file has no vector table at 0x%08x: its first words are 0x%08x and 0x%08x", base, stack, reset)
	}
	return nil
}

// lowestRAM returns the first address of the memory regions but flash.
func (p *Plan) lowestRAM() uint64 {
	low := p.RAM.Origin
	for _, r := range p.Script.Regions {
		if r.Origin != p.Flash.Origin {
			low = min(low, r.Origin)
		}
	}
	return low
}

// vectorsIn returns where the output section o gathers the vector table, or nil.
func vectorsIn(s *ldscript.Script, o *ldscript.Section) *vectors {
	v := &vectors{section: o}
	for _, statement := range o.Statements {
		text := s.Source(statement.Place)
		switch {
		case statement.Symbol == "" && table.MatchString(text):
			v.statement = statement
			return v
		case text == ";":
		case statement.Symbol == "":
			v.before = nil // something lies between
		case isHere.MatchString(text):
			v.before = append(v.before, statement)
		}
	}
	return nil
}

// isHere matches an assignment of the address where it stands to a symbol.
var isHere = regexp.MustCompile(`=\s*(\.)\s*\)?\s*;?$`)
