// SPDX-License-Identifier: BSD-3-Clause

// Package setup plans how Quine gets into firmware that has never heard of it: from the
// firmware's ELF file and linker script, and the data of its part, it lays out the
// flash ([New]), and writes the edited linker script, the settings and, for a part that
// has no port yet, the start of one ([Plan.Files]).
package setup

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
)

// A Problem says why there is no plan, and what to do about it.
type Problem struct{ Message, Cure string }

func (p *Problem) Error() string { return p.Message }

func problem(cure, format string, args ...any) *Problem {
	return &Problem{fmt.Sprintf(format, args...), cure}
}

// A Firmware is what the ELF file of an application tells.
type Firmware struct {
	loaded []span // what is programmed, by its address in flash
	placed []span // what lies in memory while it runs
	data   map[uint32][]byte
	Entry  string // name of the symbol where it starts, "" if it has none
	Quine  bool   // it has a boot sector already
}

// A span is n bytes of memory.
type span struct {
	at, n    uint32
	writable bool
}

// ReadELF reads a linked executable.
func ReadELF(data []byte) (f *Firmware, err error) {
	const cure = "name the ELF file that the linker wrote for the device"
	// Package debug/elf does not promise to survive every file.
	defer func() {
		if r := recover(); r != nil {
			f, err = nil, problem(cure, "ELF file is malformed: %v", r)
		}
	}()
	e, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, problem(cure, "file is no whole ELF file: %v", err)
	}
	if e.Class != elf.ELFCLASS32 || e.Data != elf.ELFDATA2LSB || e.Machine != elf.EM_ARM || e.Type != elf.ET_EXEC {
		return nil, problem(cure, "ELF file is %v %v %v, not a linked 32-bit little-endian ARM executable", e.Class, e.Machine, e.Type)
	}
	f = &Firmware{data: map[uint32][]byte{}}
	for _, s := range e.Sections {
		if s.Flags&elf.SHF_ALLOC != 0 && s.Size > 0 {
			f.placed = append(f.placed, span{uint32(s.Addr), uint32(s.Size), s.Flags&elf.SHF_WRITE != 0})
		}
	}
	for _, p := range e.Progs {
		if p.Type != elf.PT_LOAD || p.Filesz == 0 {
			continue
		}
		content := make([]byte, min(p.Filesz, uint64(len(data))))
		if n, err := p.ReadAt(content, 0); uint64(n) < p.Filesz {
			return nil, problem("link again", "ELF file ends before what it loads to 0x%08x does: %v", p.Paddr, err)
		}
		f.loaded = append(f.loaded, span{uint32(p.Paddr), uint32(p.Filesz), false})
		f.data[uint32(p.Paddr)] = content
	}
	symbols, err := e.Symbols()
	if err != nil {
		return f, nil // stripped: it has no names
	}
	for _, s := range symbols {
		f.Quine = f.Quine || s.Name == "quine_boot_info"
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC && s.Value|1 == e.Entry|1 && s.Section != elf.SHN_UNDEF {
			f.Entry = s.Name
		}
	}
	return f, nil
}

// word returns the word that is programmed at addr.
func (f *Firmware) word(addr uint32) (uint32, bool) {
	for at, content := range f.data {
		if addr >= at && uint64(addr-at)+4 <= uint64(len(content)) {
			return binary.LittleEndian.Uint32(content[addr-at:]), true
		}
	}
	return 0, false
}

// used returns how many bytes of list lie from start to end.
func used(list []span, start, end uint64) uint32 {
	n := uint64(0)
	for _, s := range list {
		if at := uint64(s.at); at >= start && at < end {
			n += min(uint64(s.n), end-at)
		}
	}
	return uint32(n)
}

// variables returns how many bytes of the firmware's variables lie from start to end.
func (f *Firmware) variables(start, end uint64) uint32 {
	var list []span
	for _, s := range f.placed {
		if s.writable {
			list = append(list, s)
		}
	}
	return used(list, start, end)
}
