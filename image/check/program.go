// SPDX-License-Identifier: BSD-3-Clause

package check

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/quine-fw/quine/image/check/internal/thumb"
)

// A span is a range of addresses.
type span struct{ start, end uint32 }

func (s span) contains(at uint32) bool { return s.start <= at && at < s.end }

func (s span) size() uint32 { return s.end - s.start }

// A symbol is a name that is no mapping symbol.
type symbol struct {
	name     string
	addr     uint32 // without the Thumb bit
	size     uint32
	function bool
}

// A mark is a mapping symbol: from addr on, a section holds code or data.
type mark struct {
	addr uint32
	code bool
}

// A section is loaded content.
type section struct {
	name string
	span
	data []byte
	exec bool
}

// A program is a linked executable.
type program struct {
	sections []section // with content, by address
	ram      []span    // sections that may be written
	symbols  []symbol  // by address
	byName   map[string]symbol
	marks    []mark // by address

	// relocated maps the places of relocations to what they refer to: the names of
	// symbols, or of sections. It is nil if the linker kept none.
	relocated map[uint32]string

	// baseline reports whether the program is for ARMv6-M or the baseline of
	// ARMv8-M.
	baseline bool
}

// sectionAt returns the section that holds the n bytes at addr, or nil.
func (p *program) sectionAt(addr, n uint32) *section {
	for i := range p.sections {
		if s := &p.sections[i]; s.contains(addr) && n <= s.end-addr {
			return s
		}
	}
	return nil
}

// bytes returns the n bytes at addr, or nil if they have no content.
func (p *program) bytes(addr, n uint32) []byte {
	s := p.sectionAt(addr, n)
	if s == nil {
		return nil
	}
	return s.data[addr-s.start:][:n]
}

// word returns the word at addr.
func (p *program) word(addr uint32) (uint32, bool) {
	b := p.bytes(addr, 4)
	if b == nil {
		return 0, false
	}
	return binary.LittleEndian.Uint32(b), true
}

// names returns the symbols at and the last symbols before addr.
func (p *program) names(addr uint32) []symbol {
	end := sort.Search(len(p.symbols), func(i int) bool { return p.symbols[i].addr > addr })
	start := end
	for start > 0 && p.symbols[start-1].addr == p.symbols[end-1].addr {
		start--
	}
	return p.symbols[start:end]
}

// symbolAt returns the best symbol for addr: a function or object rather than a
// label, a name of its own rather than one of a place.
func (p *program) symbolAt(addr uint32) (symbol, bool) {
	list := p.names(addr)
	if len(list) == 0 {
		return symbol{}, false
	}
	best := slices.MaxFunc(list, func(a, b symbol) int { return a.rank() - b.rank() })
	return best, true
}

// borders are symbols of the linker fragment that name no content.
var borders = map[string]bool{
	"quine_flash": true, "quine_kernel_start": true, "quine_kernel_end": true,
	"quine_boot_end": true, "quine_app_start": true, "quine_app_vectors": true,
}

// rank orders symbols of the same address by how well they name it.
func (s symbol) rank() int {
	switch {
	case borders[s.name]:
		return -1
	case strings.HasPrefix(s.name, "__aeabi_"): // rather than the older name
		return 4
	case s.function && s.size > 0:
		return 3
	case s.function:
		return 2
	case s.size > 0:
		return 1
	}
	return 0
}

// name returns addr as symbol or symbol+offset.
func (p *program) name(addr uint32) string {
	s, ok := p.symbolAt(addr)
	switch {
	case !ok || addr-s.addr >= 1<<16:
		return fmt.Sprintf("0x%08x", addr)
	case addr == s.addr:
		return s.name
	}
	return fmt.Sprintf("%s+0x%x", s.name, addr-s.addr)
}

// isFunction reports whether a function begins at addr.
func (p *program) isFunction(addr uint32) bool {
	return slices.ContainsFunc(p.names(addr), func(s symbol) bool { return s.function && s.addr == addr })
}

// runs calls f for each stretch of code and each of data in area.
func (p *program) runs(area span, f func(s span, code bool)) {
	for i := range p.sections {
		s := &p.sections[i]
		within := span{max(s.start, area.start), min(s.end, area.end)}
		if within.start >= within.end {
			continue
		}
		p.sectionRuns(within, f)
	}
}

// sectionRuns is runs for a part of one section. What comes before the first mark is
// data.
func (p *program) sectionRuns(within span, f func(s span, code bool)) {
	at, code := within.start, false
	next := sort.Search(len(p.marks), func(i int) bool { return p.marks[i].addr > at })
	if next > 0 && p.sectionAt(p.marks[next-1].addr, 1) == p.sectionAt(at, 1) {
		code = p.marks[next-1].code
	}
	for ; next < len(p.marks) && p.marks[next].addr < within.end; next++ {
		m := p.marks[next] // also one of the same kind: padding may come before it
		if m.addr > at {
			f(span{at, m.addr}, code)
		}
		at, code = m.addr, m.code
	}
	if at < within.end {
		f(span{at, within.end}, code)
	}
}

// disassemble returns all instructions in area, in order.
func (p *program) disassemble(area span) []thumb.Inst {
	var list []thumb.Inst
	p.runs(area, func(s span, code bool) {
		if code {
			list = append(list, thumb.Decode(p.bytes(s.start, s.size()), s.start)...)
		}
	})
	return list
}
