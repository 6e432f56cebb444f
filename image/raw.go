// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/quine-fw/quine"
)

// The addresses that the ARMv6-M to ARMv8-M memory map gives to RAM.
const (
	sramStart = 0x20000000
	sramEnd   = 0x40000000
)

// Raw is firmware as a linker wrote it, or an image read from any of the formats
// that this package knows. [Seal] and [Parse] take it from there.
type Raw struct {
	// Data starts at the load address. Gaps are blank, and the size is a
	// multiple of 32, unless the input was a plain binary.
	Data []byte

	Boot BootInfo

	// BuildID is the start of the GNU build id, zero when there is none. It comes
	// from the ELF file, or from the manifest of a sealed image.
	BuildID [8]byte

	// Outside lists what the input holds outside the application region, in the
	// order of addresses. It is not in Data.
	Outside []Extent
}

// An Extent is a range of addresses.
type Extent struct {
	Address uint32
	Size    uint32 // in bytes
}

// Read reads firmware in ELF, Intel HEX, UF2 or plain binary form; the content tells
// which. Its errors are those of [ReadELF], [ReadHEX], [ReadUF2] and [ReadBinary].
func Read(data []byte) (*Raw, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\x7fELF")):
		return ReadELF(data)
	case len(data) > 0 && data[0] == ':':
		return ReadHEX(data)
	case IsUF2(data):
		return ReadUF2(data)
	}
	return ReadBinary(data)
}

// ReadBinary reads firmware whose first byte lies at the load address. The result
// keeps data without copying it.
//
// It fails with [quine.CodeLayout] if there is no good boot info record, and with
// [quine.CodeSize] if data does not fit the application region.
func ReadBinary(data []byte) (*Raw, error) {
	boot, err := ParseBootInfo(data)
	if err != nil {
		return nil, err
	}
	if uint64(len(data)) > uint64(boot.ImageMax) {
		return nil, quine.ErrorAt(quine.CodeSize, int64(boot.ImageMax),
			"%d bytes do not fit the application region of %d", len(data), boot.ImageMax)
	}
	raw := &Raw{Data: data, Boot: boot}
	raw.keepBuildID()
	return raw, nil
}

// keepBuildID takes the build id from the manifest, if raw is a sealed image.
func (raw *Raw) keepBuildID() {
	m, err := ParseManifest(raw.window(uint64(raw.Boot.ManifestOffset), raw.Boot.manifestEnd()))
	if err == nil {
		raw.BuildID = m.BuildID
	}
}

// A chunk is content at an address. Its end is at most 1<<32.
type chunk struct {
	addr uint64
	data []byte
}

func (c chunk) end() uint64 { return c.addr + uint64(len(c.data)) }

// place lays chunks out as firmware: it finds the boot info, which says where the
// application region lies, and fills the region up from its start.
func place(chunks []chunk) (*Raw, error) {
	chunks, err := merge(chunks)
	if err != nil {
		return nil, err
	}
	boot, err := locate(chunks)
	if err != nil {
		return nil, err
	}
	raw := &Raw{}
	start, end := uint64(boot.LoadAddress), uint64(boot.LoadAddress)+uint64(boot.ImageMax)
	for _, c := range chunks {
		switch {
		case c.end() <= start || c.addr >= end:
			raw.Outside = append(raw.Outside, Extent{uint32(c.addr), uint32(len(c.data))})
			continue
		case c.addr < start:
			return nil, quine.Errorf(quine.CodeLayout, "content at 0x%08x begins before the load address 0x%08x", c.addr, start)
		case c.end() > end:
			return nil, quine.Errorf(quine.CodeSize,
				"firmware passes the end of the application region of %d bytes by %d", boot.ImageMax, c.end()-end)
		}
		at := int(c.addr - start)
		raw.Data = slices.Grow(raw.Data, at+len(c.data)-len(raw.Data))
		for len(raw.Data) < at {
			raw.Data = append(raw.Data, 0xFF)
		}
		raw.Data = append(raw.Data, c.data...)
	}
	for len(raw.Data)%sizeUnit != 0 && len(raw.Data) < int(boot.ImageMax) {
		raw.Data = append(raw.Data, 0xFF)
	}
	// Only now it is known that the record lies in the first 4096 bytes, alone.
	if raw.Boot, err = ParseBootInfo(raw.Data); err != nil {
		return nil, err
	}
	raw.keepBuildID()
	return raw, nil
}

// merge sorts chunks, joins those that touch and refuses those that overlap.
func merge(chunks []chunk) ([]chunk, error) {
	slices.SortStableFunc(chunks, func(a, b chunk) int { return cmp.Compare(a.addr, b.addr) })
	var out []chunk
	for _, c := range chunks {
		if len(c.data) == 0 {
			continue
		}
		if len(out) == 0 || out[len(out)-1].end() < c.addr {
			c.data = slices.Clip(c.data)
			out = append(out, c)
			continue
		}
		last := &out[len(out)-1]
		if last.end() > c.addr {
			return nil, quine.Errorf(quine.CodeFormat, "two parts of the file claim the address 0x%08x", c.addr)
		}
		last.data = append(last.data, c.data...)
	}
	return out, nil
}

// locate finds the boot info record that says that it lies where it does.
func locate(chunks []chunk) (BootInfo, error) {
	stray := false
	for _, c := range chunks {
		// Records are aligned in memory, so search from an aligned address.
		skip := int(-c.addr & 3)
		if skip >= len(c.data) {
			continue
		}
		b := c.data[skip:]
		for at := nextBootInfo(b, 0); at >= 0; at = nextBootInfo(b, at+4) {
			boot, addr := decodeBootInfo(b[at:]), c.addr+uint64(skip+at)
			if addr < uint64(boot.LoadAddress) || addr >= uint64(boot.LoadAddress)+BootSize {
				stray = true
				continue
			}
			boot.Offset = uint32(addr - uint64(boot.LoadAddress))
			return boot, boot.check()
		}
	}
	if stray {
		return BootInfo{}, quine.Errorf(quine.CodeLayout,
			"boot info record does not lie in the %d bytes from its own load address on; check the linker script", BootSize)
	}
	return BootInfo{}, quine.Errorf(quine.CodeLayout,
		"no boot info record (QUINEBT1) in the file; link the Quine boot sector in front")
}
