// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"bytes"
	"debug/elf"
	"fmt"
	"strings"
)

// imageMax is the largest image that an ELF file is laid out to.
const imageMax = 64 << 20

// An ELF is what a report needs of an ELF file.
type ELF struct {
	// Image is what the file loads, from the lowest address on; gaps hold 0xFF.
	Image []byte

	// Address is where that is loaded.
	Address uint32

	sections []area
	symbols  []symbol
	comment  string // of the compiler
	base     int    // where the image at hand starts in Image
}

// A symbol is a function or an object. Its offset counts from the load address.
type symbol struct {
	name, section string
	offset, size  int
}

// An area is a section by its place in the image.
type area struct {
	name         string
	offset, size int
}

// ParseELF parses a linked program.
func ParseELF(data []byte) (e *ELF, err error) {
	// Package debug/elf does not promise to survive every file.
	defer func() {
		if r := recover(); r != nil {
			e, err = nil, fmt.Errorf("ELF file is malformed: %v", r)
		}
	}()
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("ELF file is malformed: %w", err)
	}
	e = &ELF{}
	if err := e.load(f); err != nil {
		return nil, err
	}
	if s := f.Section(".comment"); s != nil {
		if text, err := s.Data(); err == nil {
			e.comment = strings.Join(strings.FieldsFunc(string(text), func(r rune) bool { return r == 0 }), "; ")
		}
	}
	return e, e.readSymbols(f)
}

// load lays out what f loads at the addresses it is loaded to.
func (e *ELF) load(f *elf.File) error {
	lo, hi := uint64(1<<32), uint64(0)
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Filesz > 0 {
			lo, hi = min(lo, p.Paddr), max(hi, p.Paddr+p.Filesz)
		}
	}
	if hi <= lo || hi-lo > imageMax {
		return fmt.Errorf("ELF file loads nothing, or parts more than %d MiB apart", imageMax>>20)
	}
	e.Address = uint32(lo)
	e.Image = bytes.Repeat([]byte{0xFF}, int(hi-lo))
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 || s.Type == elf.SHT_NOBITS || s.Size == 0 {
			continue
		}
		offset, ok := loadOffset(f, s.Addr, s.Size)
		if !ok || offset < lo {
			continue
		}
		b, err := s.Data()
		if err != nil {
			return err
		}
		at := int(offset - lo)
		if at > len(e.Image) || len(b) > len(e.Image)-at {
			continue
		}
		copy(e.Image[at:], b)
		e.sections = append(e.sections, area{s.Name, at, len(b)})
	}
	return nil
}

// loadOffset returns the load address of size bytes that run at addr.
func loadOffset(f *elf.File, addr, size uint64) (uint64, bool) {
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && addr >= p.Vaddr && addr-p.Vaddr < p.Filesz && size <= p.Filesz-(addr-p.Vaddr) {
			return p.Paddr + addr - p.Vaddr, true
		}
	}
	return 0, false
}

// readSymbols notes the functions and objects of f. A file without symbols has none.
func (e *ELF) readSymbols(f *elf.File) error {
	list, err := f.Symbols()
	if err != nil {
		return nil
	}
	for _, s := range list {
		kind := elf.ST_TYPE(s.Info)
		if kind != elf.STT_FUNC && kind != elf.STT_OBJECT || int(s.Section) >= len(f.Sections) || s.Name == "" {
			continue
		}
		addr := s.Value
		if kind == elf.STT_FUNC {
			addr &^= 1 // tells Thumb code
		}
		at, ok := loadOffset(f, addr, 1)
		if !ok || at < uint64(e.Address) || f.Sections[s.Section].Type == elf.SHT_NOBITS {
			continue
		}
		e.symbols = append(e.symbols, symbol{s.Name, f.Sections[s.Section].Name, int(at - uint64(e.Address)), int(s.Size)})
	}
	sortSymbols(e.symbols)
	e.symbols = sized(e.symbols, len(e.Image))
	return nil
}

// sized gives symbols without a size, as functions in assembler have, all up to the
// next one, and drops names for places that have a better one.
func sized(list []symbol, end int) []symbol {
	out := list[:0]
	for i, s := range list {
		if i > 0 && list[i-1].offset == s.offset && len(out) > 0 && out[len(out)-1].offset == s.offset {
			continue
		}
		if s.size == 0 {
			next := end
			for _, n := range list[i+1:] {
				if n.offset > s.offset {
					next = n.offset
					break
				}
			}
			s.size = min(next-s.offset, blockSize)
		}
		out = append(out, s)
	}
	return out
}

// Fit finds where in what e loads an image lies, which need not begin where the
// program does, and reports whether it was made of it.
func (e *ELF) Fit(image []byte) bool {
	best := -1
	for _, s := range append(e.sections, area{}) {
		n := 0
		for i, b := range e.Image[s.offset:] {
			if i < len(image) && image[i] == b {
				n++
			}
		}
		if n > best {
			best, e.base = n, s.offset
		}
	}
	return best >= len(image)/2
}

// Base returns the address of the image at hand.
func (e *ELF) Base() uint32 { return e.Address + uint32(e.base) }

// within returns the symbols that lie in the first size bytes of the image, with
// their offsets in it.
func (e *ELF) within(size int) []symbol {
	var list []symbol
	for _, s := range e.symbols {
		s.offset -= e.base
		if s.offset >= 0 && s.offset < size {
			list = append(list, s)
		}
	}
	return list
}

// section returns the section that byte at of the image lies in, and limit or the
// end of the section if that comes first.
func (e *ELF) section(at, limit int) (string, int) {
	for _, s := range e.sections {
		start := s.offset - e.base
		if start > at && start < limit {
			limit = start
		}
		if at >= start && at < start+s.size {
			return s.name, min(limit, start+s.size)
		}
	}
	return "", limit
}
