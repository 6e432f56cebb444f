// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"encoding/binary"

	"github.com/quine-fw/quine"
)

// ManifestSize is the size of a manifest in bytes.
const ManifestSize = 128

// FlagSigned is the bit of [Manifest.Flags] that tells a signed image.
const FlagSigned = 1 << 0

const (
	manifestMagic  = 0x4E414D51 // "QMAN"
	manifestFormat = 1

	// Offsets of what a digest takes as blank, from the start of the manifest.
	idOffset        = 0x08
	signatureOffset = 0x40
)

// A Manifest describes the image that holds it. Its fields are those of
// spec/image.md section 2.
type Manifest struct {
	Flags       uint8  // FlagSigned or 0
	BootABI     uint16 // equal to that of the boot info
	ID          ID
	Size        uint32 // whole image in bytes, a multiple of 32
	LoadAddress uint32 // address of the image's first byte
	Product     uint32
	HardwareMin uint16 // first hardware revision that the image runs on
	HardwareMax uint16 // last one, at least HardwareMin
	Counter     uint32 // security counter; a device takes equal or higher
	Version     Version
	Salt        uint16 // chosen by Seal so that ID is valid
	KeyID       uint8  // key that signed; 0 when unsigned
	BootCRC     uint32 // CRC-32 of the boot sector
	BuildID     [8]byte
	Signature   [64]byte // r then s, big-endian; blank when unsigned
}

// Signed reports whether the manifest says that it carries a signature.
func (m *Manifest) Signed() bool { return m.Flags&FlagSigned != 0 }

// AppendBinary appends the 128 bytes of the manifest to b. It never fails; the
// error is there for [encoding.BinaryAppender].
func (m *Manifest) AppendBinary(b []byte) ([]byte, error) {
	le := binary.LittleEndian
	b = le.AppendUint32(b, manifestMagic)
	b = append(b, manifestFormat, m.Flags)
	b = le.AppendUint16(b, m.BootABI)
	b = append(b, m.ID[:]...)
	b = le.AppendUint32(b, m.Size)
	b = le.AppendUint32(b, m.LoadAddress)
	b = le.AppendUint32(b, m.Product)
	b = le.AppendUint16(b, m.HardwareMin)
	b = le.AppendUint16(b, m.HardwareMax)
	b = le.AppendUint32(b, m.Counter)
	b = le.AppendUint32(b, m.Version.core())
	b = le.AppendUint32(b, m.Version.Build)
	b = le.AppendUint16(b, m.Salt)
	b = append(b, m.KeyID, 0)
	b = le.AppendUint32(b, m.BootCRC)
	b = le.AppendUint32(b, 0)
	b = append(b, m.BuildID[:]...)
	return append(b, m.Signature[:]...), nil
}

// ParseManifest parses the manifest at the start of b and checks what can be
// checked without the image around it: magic, format, reserved bits, a valid head
// id, the hardware range, and that an unsigned image names no key. Offsets in its errors count from the start of b. It fails with
// [quine.CodeManifest].
func ParseManifest(b []byte) (Manifest, error) {
	if len(b) < ManifestSize {
		return Manifest{}, quine.ErrorAt(quine.CodeManifest, int64(len(b)), "manifest of %d bytes is cut off", ManifestSize)
	}
	le := binary.LittleEndian
	if le.Uint32(b) != manifestMagic {
		return Manifest{}, quine.ErrorAt(quine.CodeManifest, 0, "no manifest here (magic QMAN); seal the image first")
	}
	if b[0x04] != manifestFormat {
		return Manifest{}, quine.ErrorAt(quine.CodeManifest, 0x04, "manifest format %d is not %d", b[0x04], manifestFormat)
	}
	m := Manifest{
		Flags:       b[0x05],
		BootABI:     le.Uint16(b[0x06:]),
		ID:          ID(b[idOffset:]),
		Size:        le.Uint32(b[0x10:]),
		LoadAddress: le.Uint32(b[0x14:]),
		Product:     le.Uint32(b[0x18:]),
		HardwareMin: le.Uint16(b[0x1C:]),
		HardwareMax: le.Uint16(b[0x1E:]),
		Counter:     le.Uint32(b[0x20:]),
		Version:     unpackVersion(le.Uint32(b[0x24:]), le.Uint32(b[0x28:])),
		Salt:        le.Uint16(b[0x2C:]),
		KeyID:       b[0x2E],
		BootCRC:     le.Uint32(b[0x30:]),
		BuildID:     [8]byte(b[0x38:]),
		Signature:   [64]byte(b[signatureOffset:]),
	}
	if b[0x2F] != 0 {
		return Manifest{}, quine.ErrorAt(quine.CodeManifest, 0x2F, "reserved byte is not zero")
	}
	if le.Uint32(b[0x34:]) != 0 {
		return Manifest{}, quine.ErrorAt(quine.CodeManifest, 0x34, "reserved word is not zero")
	}
	return m, m.check()
}

// check checks the fields of m against each other.
func (m *Manifest) check() error {
	switch {
	case m.Flags&^FlagSigned != 0:
		return quine.ErrorAt(quine.CodeManifest, 0x05, "reserved flags 0x%02x are set", m.Flags&^FlagSigned)
	case !m.ID.Valid():
		return quine.ErrorAt(quine.CodeManifest, idOffset, "head id %v has a blank or zero half", m.ID)
	case m.HardwareMax < m.HardwareMin:
		return quine.ErrorAt(quine.CodeManifest, 0x1E, "hardware range %d-%d is empty", m.HardwareMin, m.HardwareMax)
	case !m.Signed() && m.KeyID != 0:
		return quine.ErrorAt(quine.CodeManifest, 0x2E, "unsigned image names key %d", m.KeyID)
	}
	return nil
}
