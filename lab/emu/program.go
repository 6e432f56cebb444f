// SPDX-License-Identifier: BSD-3-Clause

package emu

import (
	"bytes"
	"cmp"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"slices"
)

// Options are the choices for [Load]. The zero value is a good one.
type Options struct {
	FlashSize int // bytes; by default as much as the file fills
	RAMSize   int // bytes, 256 KiB by default
	Bus       Bus

	// Limit is after how many instructions [Program.Call] gives up, 10^9 by default.
	Limit uint64
}

// A Program is a core with a linked executable in its memories, and knows the symbols.
// RAM is as startup code leaves it.
type Program struct {
	*Core

	// What the last Call has taken.
	Instructions uint64
	StackUsed    uint32 // bytes, from the stack pointer at the call down

	symbols   map[string]uint32
	functions []function // by address
	stack     uint32     // top of the stack
	free      uint32     // end of what lies in RAM
	limit     uint64
}

// Load reads a linked ARM executable. Its build attributes choose the architecture.
func Load(data []byte, opts *Options) (p *Program, err error) {
	// Package debug/elf does not promise to survive every file.
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("emu: ELF file is malformed: %v", r)
		}
	}()
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("emu: %w", err)
	}
	if f.Class != elf.ELFCLASS32 || f.Machine != elf.EM_ARM || f.Type != elf.ET_EXEC {
		return nil, fmt.Errorf("emu: ELF file is no linked 32-bit ARM executable")
	}
	if opts == nil {
		opts = &Options{}
	}
	p = &Program{symbols: make(map[string]uint32), limit: opts.Limit}
	if p.limit == 0 {
		p.limit = 1e9
	}
	if err := p.memories(f, opts); err != nil {
		return nil, err
	}
	symbols, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("emu: %w", err)
	}
	for _, s := range symbols {
		if kind := elf.ST_TYPE(s.Info); kind == elf.STT_SECTION || kind == elf.STT_FILE || s.Section == elf.SHN_UNDEF {
			continue
		}
		if _, taken := p.symbols[s.Name]; !taken || elf.ST_BIND(s.Info) == elf.STB_GLOBAL {
			p.symbols[s.Name] = uint32(s.Value)
		}
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC {
			p.functions = append(p.functions, function{uint32(s.Value) &^ 1, s.Name})
		}
	}
	slices.SortStableFunc(p.functions, func(a, b function) int { return cmp.Compare(a.at, b.at) })
	return p, nil
}

// A function is a symbol of code.
type function struct {
	at   uint32
	name string
}

// Name returns a name for an address of code, such as main+0x1a. A nil program knows none.
func (p *Program) Name(addr uint32) string {
	if p != nil {
		i, found := slices.BinarySearchFunc(p.functions, addr, func(f function, addr uint32) int { return cmp.Compare(f.at, addr) })
		if !found {
			i--
		}
		if i >= 0 && addr-p.functions[i].at < 64<<10 {
			return fmt.Sprintf("%s+0x%x", p.functions[i].name, addr-p.functions[i].at)
		}
	}
	return fmt.Sprintf("0x%08x", addr)
}

// memories makes the core and loads it.
func (p *Program) memories(f *elf.File, opts *Options) error {
	flashBase, flashEnd := uint64(1<<32), uint64(0)
	for _, s := range f.Progs {
		if s.Type == elf.PT_LOAD && s.Filesz > 0 {
			flashBase, flashEnd = min(flashBase, s.Paddr), max(flashEnd, s.Paddr+s.Filesz)
		}
	}
	if flashEnd <= flashBase || flashEnd-flashBase > 64<<20 {
		return fmt.Errorf("emu: ELF file has nothing to load, or spreads over more than 64 MiB")
	}
	size := max(opts.FlashSize, int(flashEnd-flashBase))
	ramBase, ramEnd := uint64(0x20000000), uint64(0)
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC != 0 && s.Flags&elf.SHF_WRITE != 0 && s.Size > 0 {
			ramEnd = max(ramEnd, s.Addr+s.Size)
			if s.Addr < ramBase || s.Addr >= ramBase+256<<10 {
				ramBase = s.Addr &^ 0xFFFFF
			}
		}
	}
	ramSize := 256 << 10
	if opts.RAMSize > 0 {
		ramSize = opts.RAMSize
	}
	p.stack = uint32(ramBase) + uint32(ramSize)
	p.free = uint32(max(ramEnd, ramBase)+15) &^ 15
	if uint64(p.free) >= uint64(p.stack) {
		return fmt.Errorf("emu: %d bytes of RAM do not hold what the file has there", ramSize)
	}
	p.Core = New(Config{
		Arch: architecture(f), FlashBase: uint32(flashBase), Flash: bytes.Repeat([]byte{0xFF}, size),
		RAMBase: uint32(ramBase), RAMSize: ramSize, Bus: opts.Bus,
	})
	for _, s := range f.Progs {
		if s.Type != elf.PT_LOAD || s.Filesz == 0 {
			continue
		}
		content := make([]byte, s.Filesz)
		if _, err := s.ReadAt(content, 0); err != nil {
			return fmt.Errorf("emu: %w", err)
		}
		p.Write(uint32(s.Paddr), content)
		if s.Vaddr != s.Paddr && !p.Write(uint32(s.Vaddr), content) {
			return fmt.Errorf("emu: segment at 0x%08x runs at 0x%08x, where no memory is", s.Paddr, s.Vaddr)
		}
	}
	return nil
}

// architecture reads Tag_CPU_arch from the build attributes of f (Addenda to the ABI for
// the Arm Architecture, section 3). A file without counts as ARMv7-M.
func architecture(f *elf.File) Arch {
	const tag, v6M, v6SM, v8MBase = 6, 11, 12, 16
	s := f.Section(".ARM.attributes")
	if s == nil {
		return ARMv7M
	}
	b, err := s.Data()
	start := bytes.Index(b, []byte("aeabi\x00\x01"))
	if err != nil || start < 0 || len(b) < start+11 {
		return ARMv7M
	}
	for b = b[start+11:]; len(b) > 0; {
		t, n := binary.Uvarint(b)
		if n <= 0 {
			break
		}
		b = b[n:]
		if t == 4 || t == 5 || t > 32 && t%2 == 1 { // text
			_, b, _ = bytes.Cut(b, []byte{0})
			continue
		}
		v, n := binary.Uvarint(b)
		if n <= 0 {
			break
		}
		if t == tag {
			if v == v6M || v == v6SM || v == v8MBase {
				return ARMv6M
			}
			break
		}
		b = b[n:]
	}
	return ARMv7M
}

// Symbol returns the value of a symbol and whether there is one of that name. That of
// a function has its lowest bit set. A nil program knows none.
func (p *Program) Symbol(name string) (uint32, bool) {
	if p == nil {
		return 0, false
	}
	v, ok := p.symbols[name]
	return v, ok
}

// RAMBase returns the address of the first byte of RAM, and End that of the first which
// the program leaves free.
func (p *Program) RAMBase() uint32 { return p.ram.base }
func (p *Program) End() uint32     { return p.free }

// Put writes data behind everything that lies in RAM, at a multiple of 16, and returns
// its address. The stack grows towards it.
func (p *Program) Put(data []byte) uint32 {
	at := p.free
	if !p.Write(at, data) {
		panic(fmt.Sprintf("emu: %d bytes at 0x%08x do not fit into RAM", len(data), at))
	}
	p.free = (at + uint32(len(data)) + 15) &^ 15
	return at
}

// Call calls the function of that name with up to four arguments and returns r0. The
// stack starts at the end of RAM.
func (p *Program) Call(name string, args ...uint32) (uint32, error) {
	at, ok := p.symbols[name]
	if !ok {
		return 0, fmt.Errorf("emu: there is no symbol %s", name)
	}
	p.SetReg(SP, p.stack)
	before := p.Core.Instructions()
	stop := p.Core.Call(at, p.limit, args...)
	p.Instructions = p.Core.Instructions() - before
	p.StackUsed = p.stack - p.LowestSP()
	switch stop {
	case Returned:
		return p.Reg(0), nil
	case Faulted:
		return 0, fmt.Errorf("%s: %w", name, p.Fault())
	}
	return 0, fmt.Errorf("emu: %s ended by %v after %d instructions", name, stop, p.Instructions)
}
