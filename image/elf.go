// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"debug/elf"
	"encoding/binary"

	"github.com/quine-fw/quine"
)

// manifestSection is the section that reserves the manifest in an ELF file.
const manifestSection = ".quine.manifest"

// ReadELF reads firmware from an executable of an ARM linker. It takes what the
// loadable segments hold at their physical addresses, section by section.
//
// It fails with [quine.CodeFormat] if data is no such file, with
// [quine.CodeLayout] if the boot info record is missing or wrong or disagrees with
// the section .quine.manifest, and with [quine.CodeSize] if the firmware passes
// the end of the application region.
func ReadELF(data []byte) (raw *Raw, err error) {
	// Package debug/elf does not promise to survive every file.
	defer func() {
		if r := recover(); r != nil {
			raw, err = nil, quine.Errorf(quine.CodeFormat, "ELF file is malformed: %v", r)
		}
	}()
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, quine.Errorf(quine.CodeFormat, "ELF file is malformed: %w", err)
	}
	if f.Class != elf.ELFCLASS32 || f.Data != elf.ELFDATA2LSB || f.Machine != elf.EM_ARM || f.Type != elf.ET_EXEC {
		return nil, quine.Errorf(quine.CodeFormat,
			"ELF file is %v %v %v %v, not a linked 32-bit little-endian ARM executable", f.Class, f.Data, f.Machine, f.Type)
	}
	chunks, err := loadable(f, data)
	if err != nil {
		return nil, err
	}
	if raw, err = place(chunks); err != nil {
		return nil, err
	}
	if err := checkSection(f, &raw.Boot); err != nil {
		return nil, err
	}
	if id := buildID(f, data); id != [8]byte{} {
		raw.BuildID = id
	}
	return raw, nil
}

// loadable returns what f loads. The chunks alias data.
func loadable(f *elf.File, data []byte) ([]chunk, error) {
	var chunks []chunk
	for i, p := range f.Progs {
		if p.Type != elf.PT_LOAD || p.Filesz == 0 {
			continue
		}
		b := within(data, p.Off, p.Filesz)
		if b == nil {
			return nil, quine.ErrorAt(quine.CodeTruncated, int64(len(data)), "ELF file ends before its segment %d does", i)
		}
		if p.Paddr+p.Filesz > 1<<32 {
			return nil, quine.Errorf(quine.CodeFormat, "ELF segment %d passes the end of the address space", i)
		}
		chunks = append(chunks, sections(f, p, b)...)
	}
	if len(chunks) == 0 {
		return nil, quine.Errorf(quine.CodeFormat, "ELF file has nothing to load")
	}
	return chunks, nil
}

// sections returns the sections that lie in the segment p, whose content is b. What
// a linker puts between them is padding, which an image holds blank. A segment
// without any section is returned whole.
func sections(f *elf.File, p *elf.Prog, b []byte) []chunk {
	var chunks []chunk
	for _, s := range f.Sections {
		if s.Type == elf.SHT_NOBITS || s.Flags&elf.SHF_ALLOC == 0 || s.Offset < p.Off {
			continue
		}
		at := s.Offset - p.Off
		if content := within(b, at, s.FileSize); len(content) > 0 {
			chunks = append(chunks, chunk{p.Paddr + at, content})
		}
	}
	if chunks == nil {
		return []chunk{{p.Paddr, b}}
	}
	return chunks
}

// within returns the size bytes of data at offset off, or nil if they are not
// there. It does not overflow.
func within(data []byte, off, size uint64) []byte {
	n := uint64(len(data))
	if off > n || size > n-off {
		return nil
	}
	return data[off : off+size]
}

// checkSection checks that the section that reserves the manifest, if f has it,
// lies where the boot sector expects the manifest.
func checkSection(f *elf.File, b *BootInfo) error {
	s := f.Section(manifestSection)
	if s == nil {
		return nil
	}
	if want := uint64(b.LoadAddress) + uint64(b.ManifestOffset); s.Addr != want {
		return quine.Errorf(quine.CodeLayout, "section %s lies at 0x%08x, the boot sector expects it at 0x%08x; check the linker script",
			manifestSection, s.Addr, want)
	}
	if s.Size != ManifestSize {
		return quine.Errorf(quine.CodeLayout, "section %s has %d bytes, not %d", manifestSection, s.Size, ManifestSize)
	}
	return nil
}

// buildID returns the first 8 bytes of f's GNU build id, zero if it has none.
func buildID(f *elf.File, data []byte) (id [8]byte) {
	for _, s := range f.Sections {
		if s.Type != elf.SHT_NOTE {
			continue
		}
		if desc := gnuBuildID(within(data, s.Offset, s.FileSize)); desc != nil {
			copy(id[:], desc)
			return id
		}
	}
	return id
}

// gnuBuildID returns the content of the NT_GNU_BUILD_ID note in b, or nil.
func gnuBuildID(b []byte) []byte {
	const header, ntGNUBuildID = 12, 3
	for len(b) >= header {
		le := binary.LittleEndian
		nameSize, descSize, kind := uint64(le.Uint32(b)), uint64(le.Uint32(b[4:])), le.Uint32(b[8:])
		desc := header + (nameSize+3)&^3
		next := desc + (descSize+3)&^3
		if desc+descSize > uint64(len(b)) {
			return nil
		}
		if kind == ntGNUBuildID && string(b[header:header+nameSize]) == "GNU\x00" {
			return b[desc : desc+descSize]
		}
		b = b[min(next, uint64(len(b))):]
	}
	return nil
}
