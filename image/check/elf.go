// SPDX-License-Identifier: BSD-3-Clause

package check

import (
	"bytes"
	"cmp"
	"debug/elf"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/quine-fw/quine"
)

// parse reads a linked executable.
func parse(data []byte) (p *program, err error) {
	// Package debug/elf does not promise to survive every file.
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, quine.Errorf(quine.CodeFormat, "ELF file is malformed: %v", r)
		}
	}()
	if !bytes.HasPrefix(data, []byte(elf.ELFMAG)) {
		return nil, quine.Errorf(quine.CodeFormat, "file is no ELF file; check what the linker wrote")
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, quine.Errorf(quine.CodeFormat, "ELF file is malformed: %w; check what the linker wrote", err)
	}
	if f.Class != elf.ELFCLASS32 || f.Data != elf.ELFDATA2LSB || f.Machine != elf.EM_ARM || f.Type != elf.ET_EXEC {
		return nil, quine.Errorf(quine.CodeFormat,
			"ELF file is %v %v %v %v, not a linked 32-bit little-endian ARM executable; check what the linker wrote",
			f.Class, f.Data, f.Machine, f.Type)
	}
	p = &program{byName: map[string]symbol{}}
	if err := p.readSections(f, data); err != nil {
		return nil, err
	}
	symbols, err := f.Symbols()
	if err != nil || len(symbols) == 0 {
		return nil, quine.Errorf(quine.CodeFormat, "ELF file has no symbols; check it before strip, or strip with --strip-debug")
	}
	p.readSymbols(f, symbols)
	p.readRelocations(f, data, symbols)
	p.baseline = baseline(f, data)
	return p, nil
}

// readSections reads what f loads.
func (p *program) readSections(f *elf.File, data []byte) error {
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 || s.Size == 0 {
			continue
		}
		if s.Addr+s.Size > 1<<32-1 || s.Size > 1<<32-1 {
			return quine.Errorf(quine.CodeFormat, "ELF section %s passes the end of the address space; check the linker script", s.Name)
		}
		area := span{uint32(s.Addr), uint32(s.Addr + s.Size)}
		if s.Flags&elf.SHF_WRITE != 0 {
			p.ram = append(p.ram, area)
		}
		if s.Type == elf.SHT_NOBITS {
			continue
		}
		if s.Offset > uint64(len(data)) || s.Size > uint64(len(data))-s.Offset {
			return quine.ErrorAt(quine.CodeTruncated, int64(len(data)), "ELF file ends before its section %s does; link again", s.Name)
		}
		p.sections = append(p.sections, section{
			name: s.Name, span: area, data: data[s.Offset:][:s.Size], exec: s.Flags&elf.SHF_EXECINSTR != 0,
		})
	}
	slices.SortStableFunc(p.sections, func(a, b section) int { return cmp.Compare(a.start, b.start) })
	return nil
}

// readSymbols sorts the symbols of f into names and marks.
func (p *program) readSymbols(f *elf.File, list []elf.Symbol) {
	for _, s := range list {
		kind := elf.ST_TYPE(s.Info)
		addr := uint32(s.Value)
		if s.Section == elf.SHN_UNDEF || kind == elf.STT_SECTION || kind == elf.STT_FILE || s.Name == "" {
			continue
		}
		if int(s.Section) < len(f.Sections) && f.Sections[s.Section].Flags&elf.SHF_ALLOC == 0 {
			continue // debug information has mapping symbols, too
		}
		if s.Name[0] == '$' {
			what, _, _ := strings.Cut(s.Name, ".")
			if what == "$t" || what == "$d" || what == "$a" {
				p.marks = append(p.marks, mark{addr, what != "$d"})
			}
			continue
		}
		sym := symbol{name: s.Name, addr: addr, size: uint32(s.Size), function: kind == elf.STT_FUNC}
		if sym.function {
			sym.addr &^= 1
		}
		if _, taken := p.byName[s.Name]; !taken || elf.ST_BIND(s.Info) != elf.STB_LOCAL {
			p.byName[s.Name] = sym
		}
		if s.Section < elf.SHN_LORESERVE { // absolute symbols name numbers, not places
			p.symbols = append(p.symbols, sym)
		}
	}
	slices.SortStableFunc(p.symbols, func(a, b symbol) int { return cmp.Compare(a.addr, b.addr) })
	slices.SortStableFunc(p.marks, func(a, b mark) int { return cmp.Compare(a.addr, b.addr) })
}

// absolute holds the relocations that put an address, or a half of one, in place.
var absolute = map[elf.R_ARM]bool{
	elf.R_ARM_ABS32:           true,
	elf.R_ARM_REL32:           true,
	elf.R_ARM_TARGET1:         true,
	elf.R_ARM_THM_MOVW_ABS_NC: true,
	elf.R_ARM_THM_MOVT_ABS:    true,
}

// readRelocations reads the relocations that the linker left in f.
func (p *program) readRelocations(f *elf.File, data []byte, symbols []elf.Symbol) {
	const size = 8
	for _, s := range f.Sections {
		if s.Type != elf.SHT_REL || int(s.Info) >= len(f.Sections) || f.Sections[s.Info].Flags&elf.SHF_ALLOC == 0 ||
			s.Offset > uint64(len(data)) || s.Size > uint64(len(data))-s.Offset {
			continue
		}
		if p.relocated == nil {
			p.relocated = map[uint32]string{}
		}
		for b := data[s.Offset:][:s.Size]; len(b) >= size; b = b[size:] {
			place, info := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
			if !absolute[elf.R_ARM(info&0xFF)] {
				continue
			}
			if i := int(info>>8) - 1; i >= 0 && i < len(symbols) {
				p.relocated[place] = symbols[i].Name
			}
		}
	}
}
