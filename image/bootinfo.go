// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"encoding/binary"

	"github.com/quine-fw/quine"
)

const (
	// BootSize is the size of the boot sector in bytes.
	BootSize = 4096

	// BootABI is the boot ABI number that this package knows.
	BootABI = 1

	// MaxSize is the largest image in bytes that this package takes, far above
	// the flash of any Cortex-M part.
	MaxSize = 64 << 20

	// sizeUnit is what every image size is a multiple of.
	sizeUnit = 32

	// sealMin is the size in bytes of what a seal holds, a head id.
	sealMin = 8

	// bootInfoSize is the size in bytes of the fixed part of a boot info record.
	bootInfoSize = 0x3C
)

var bootInfoMagic = []byte("QUINEBT1")

// BootFlags are the properties of a boot sector.
type BootFlags uint16

// The bits of [BootFlags]; all others are zero.
const (
	BootSigned       BootFlags = 1 << iota // only signed images are installed
	BootEncrypted                          // the staged image is encrypted
	BootFixed                              // the boot sector is never changed by an update
	BootErasedIsZero                       // erased cells read 0x00
	BootInternal                           // the staging store lies in the flash that holds the image
	bootFlagsEnd
)

// A BootInfo is the record in which a boot sector tells the application linked
// with it, and the host, how it was built (spec/image.md section 3). What a device
// compares an image with comes from this record, never from a manifest.
type BootInfo struct {
	// Offset is where the record lies, in bytes from the start of the image. It
	// is not part of the record.
	Offset uint32

	ABI            uint16
	Flags          BootFlags
	LoadAddress    uint32 // address of the image's first byte
	ManifestOffset uint32 // multiple of 8, at least BootSize
	SealOffset     uint32 // multiple of 8, at least BootSize
	SealSize       uint16 // bytes, at least 8
	Hardware       uint16 // this device's hardware revision
	ImageMax       uint32 // largest image in bytes that fits the application region
	StoreMax       uint32 // largest image in bytes that fits the staging store
	Product        uint32
	AttemptsMax    uint16 // limit of verification attempts
	ProgramUnit    uint16 // largest program unit of flash and store in bytes
	StoreOffset    uint32 // first byte of the staging store: of flash if BootInternal, else in its own memory
	ImageBase      uint32 // where the staged image begins in the store
	AppVectors     uint32 // address of the application's vector table
	Record         uint32 // address of what boot keeps in RAM over a reset
}

// SameStore reports whether b and o have the same staging store, so that one boot sector
// finds what the application of the other has staged.
func (b *BootInfo) SameStore(o *BootInfo) bool {
	return (b.Flags^o.Flags)&BootInternal == 0 && b.StoreOffset == o.StoreOffset &&
		b.ImageBase == o.ImageBase && b.StoreMax == o.StoreMax
}

// ParseBootInfo finds the one boot info record in the first 4096 bytes of an
// image and checks it. It fails with [quine.CodeLayout]; offsets in its errors
// count from the start of the image.
func ParseBootInfo(image []byte) (BootInfo, error) {
	boot := image[:min(len(image), BootSize)]
	at := nextBootInfo(boot, 0)
	if at < 0 {
		return BootInfo{}, quine.ErrorAt(quine.CodeLayout, -1,
			"no boot info record (QUINEBT1) in the first %d bytes; link the Quine boot sector in front", BootSize)
	}
	if next := nextBootInfo(boot, at+4); next >= 0 {
		return BootInfo{}, quine.ErrorAt(quine.CodeLayout, int64(next), "second boot info record in the boot sector")
	}
	b := decodeBootInfo(boot[at:])
	b.Offset = uint32(at)
	return b, b.check()
}

// nextBootInfo returns the offset of the first whole, 4-byte aligned record in b
// at or after from, or -1. From is a multiple of 4.
func nextBootInfo(b []byte, from int) int {
	for from < len(b) {
		i := bytes.Index(b[from:], bootInfoMagic)
		if i < 0 || from+i+bootInfoSize > len(b) {
			return -1
		}
		if from += i; from%4 == 0 {
			return from
		}
		from++
	}
	return -1
}

// decodeBootInfo decodes the record at the start of b, which holds a whole one.
func decodeBootInfo(b []byte) BootInfo {
	le := binary.LittleEndian
	return BootInfo{
		ABI:            le.Uint16(b[0x08:]),
		Flags:          BootFlags(le.Uint16(b[0x0A:])),
		LoadAddress:    le.Uint32(b[0x0C:]),
		ManifestOffset: le.Uint32(b[0x10:]),
		SealOffset:     le.Uint32(b[0x14:]),
		SealSize:       le.Uint16(b[0x18:]),
		Hardware:       le.Uint16(b[0x1A:]),
		ImageMax:       le.Uint32(b[0x1C:]),
		StoreMax:       le.Uint32(b[0x20:]),
		Product:        le.Uint32(b[0x24:]),
		AttemptsMax:    le.Uint16(b[0x28:]),
		ProgramUnit:    le.Uint16(b[0x2A:]),
		StoreOffset:    le.Uint32(b[0x2C:]),
		ImageBase:      le.Uint32(b[0x30:]),
		AppVectors:     le.Uint32(b[0x34:]),
		Record:         le.Uint32(b[0x38:]),
	}
}

// check checks the record's fields against the rules of the format, so that no
// later arithmetic on them can overflow.
func (b *BootInfo) check() error {
	bad := func(field uint32, format string, args ...any) error {
		return quine.ErrorAt(quine.CodeLayout, int64(b.Offset+field), "boot info: "+format, args...)
	}
	switch {
	case b.ABI != BootABI:
		return bad(0x08, "boot ABI %d is not %d; use the quine that matches the boot sector", b.ABI, BootABI)
	case b.Flags >= bootFlagsEnd:
		return bad(0x0A, "reserved flags 0x%04x are set", uint16(b.Flags&^(bootFlagsEnd-1)))
	case b.ImageMax > MaxSize:
		return bad(0x1C, "image limit of %d bytes is above %d", b.ImageMax, MaxSize)
	case uint64(b.LoadAddress)+uint64(b.ImageMax) > 1<<32:
		return bad(0x0C, "application region passes the end of the address space")
	case b.ManifestOffset < BootSize || b.ManifestOffset%8 != 0:
		return bad(0x10, "manifest offset 0x%x is not a multiple of 8 from 0x%x on", b.ManifestOffset, BootSize)
	case b.SealOffset < BootSize || b.SealOffset%8 != 0:
		return bad(0x14, "seal offset 0x%x is not a multiple of 8 from 0x%x on", b.SealOffset, BootSize)
	case b.SealSize < sealMin:
		return bad(0x18, "seal of %d bytes is shorter than %d", b.SealSize, sealMin)
	case b.sealEnd() > uint64(b.ManifestOffset) && b.manifestEnd() > uint64(b.SealOffset):
		return bad(0x14, "seal overlaps the manifest")
	case b.minSize() > uint64(b.ImageMax):
		return bad(0x1C, "image limit of %d bytes ends before manifest and seal do", b.ImageMax)
	}
	return nil
}

func (b *BootInfo) manifestEnd() uint64 { return uint64(b.ManifestOffset) + ManifestSize }

// GapEnd returns the end of the gap that follows the boot sector on parts whose first
// erase unit is larger: no install writes there, so what is there stays for the life of a
// device. The application begins at the border of such a unit, a multiple of [BootSize]
// not above its vector table, manifest and seal. The gap starts at BootSize; where there
// is none, it ends there too.
func (b *BootInfo) GapEnd() uint32 {
	end := min(b.ManifestOffset, b.SealOffset)
	if v := b.AppVectors - b.LoadAddress; v >= BootSize {
		end = min(end, v)
	}
	return end &^ (BootSize - 1)
}

func (b *BootInfo) sealEnd() uint64 { return uint64(b.SealOffset) + uint64(b.SealSize) }

// minSize returns the size in bytes of the smallest image with this layout.
func (b *BootInfo) minSize() uint64 {
	return roundUp(max(b.manifestEnd(), b.sealEnd()))
}

// roundUp returns n rounded up to a multiple of sizeUnit.
func roundUp(n uint64) uint64 { return (n + sizeUnit - 1) / sizeUnit * sizeUnit }
