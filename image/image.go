// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"

	"github.com/quine-fw/quine"
)

// An Image is a sealed image in memory. [Parse] and [Seal] make one; the fields
// agree with Data and are for reading only.
type Image struct {
	// Data is the whole image, with the seal as it was found. It is
	// Manifest.Size bytes long.
	Data []byte

	Boot     BootInfo
	Manifest Manifest
}

// Parse parses a sealed image, which data holds exactly. It checks boot info and
// manifest, by themselves and against each other, but reads nothing else: call
// [Image.Verify] before trusting the content. The image keeps data without
// copying it.
//
// Errors are those of [ParseBootInfo] and [ParseManifest]; [quine.CodeUnsigned],
// [quine.CodeProduct], [quine.CodeHardware], [quine.CodeLayout] or [quine.CodeSize]
// if a device with this boot sector would refuse the manifest for that; and
// [quine.CodeTruncated] or [quine.CodeTrailing] if data has not the size that the
// manifest states.
func Parse(data []byte) (*Image, error) {
	im, err := parsePrefix(data)
	if err != nil {
		return nil, err
	}
	if size := int64(im.Manifest.Size); int64(len(data)) > size {
		return nil, quine.ErrorAt(quine.CodeTrailing, size,
			"%d bytes follow the end of the image; cut the file to %d bytes", int64(len(data))-size, size)
	}
	return im, nil
}

// parsePrefix is Parse for data that may go on after the image.
func parsePrefix(data []byte) (*Image, error) {
	boot, err := ParseBootInfo(data)
	if err != nil {
		return nil, err
	}
	if boot.manifestEnd() > uint64(len(data)) {
		return nil, quine.ErrorAt(quine.CodeTruncated, int64(len(data)), "image ends before its manifest does")
	}
	m, err := ParseManifest(data[boot.ManifestOffset:])
	if err != nil {
		return nil, shift(err, int64(boot.ManifestOffset))
	}
	if err := m.checkBoot(&boot); err != nil {
		return nil, err
	}
	if uint64(m.Size) > uint64(len(data)) {
		return nil, quine.ErrorAt(quine.CodeTruncated, int64(len(data)), "image of %d bytes is cut off", m.Size)
	}
	return &Image{Data: data[:m.Size:m.Size], Boot: boot, Manifest: m}, nil
}

// checkBoot checks m against the boot sector in the same image, in the order in
// which a device does.
func (m *Manifest) checkBoot(b *BootInfo) error {
	bad := func(code quine.Code, field uint32, format string, args ...any) error {
		return quine.ErrorAt(code, int64(b.ManifestOffset+field), format, args...)
	}
	switch {
	case m.Size%sizeUnit != 0 || uint64(m.Size) < b.minSize():
		return bad(quine.CodeManifest, 0x10, "image size %d is not a multiple of %d from %d on", m.Size, sizeUnit, b.minSize())
	case m.Signed() && b.Flags&BootSigned == 0:
		return bad(quine.CodeUnsigned, 0x05, "image is signed, its boot sector installs only unsigned ones")
	case !m.Signed() && b.Flags&BootSigned != 0:
		return bad(quine.CodeUnsigned, 0x05, "image is unsigned, its boot sector installs only signed ones")
	case m.Product != b.Product:
		return bad(quine.CodeProduct, 0x18, "manifest is for product 0x%08x, the boot sector for 0x%08x", m.Product, b.Product)
	case b.Hardware < m.HardwareMin || b.Hardware > m.HardwareMax:
		return bad(quine.CodeHardware, 0x1C, "image runs on hardware %d-%d, its boot sector is for %d",
			m.HardwareMin, m.HardwareMax, b.Hardware)
	case m.BootABI != b.ABI:
		return bad(quine.CodeLayout, 0x06, "manifest is for boot ABI %d, the boot sector has %d", m.BootABI, b.ABI)
	case m.LoadAddress != b.LoadAddress:
		return bad(quine.CodeLayout, 0x14, "manifest loads at 0x%08x, the boot sector at 0x%08x", m.LoadAddress, b.LoadAddress)
	case m.Size > b.ImageMax:
		return bad(quine.CodeSize, 0x10, "image of %d bytes does not fit the application region of %d", m.Size, b.ImageMax)
	case m.Size > b.StoreMax:
		return bad(quine.CodeSize, 0x10, "image of %d bytes does not fit the staging store of %d", m.Size, b.StoreMax)
	}
	return nil
}

// A SealState is what the seal of an image holds.
type SealState int

const (
	SealOther     SealState = iota // torn, or of another image
	SealBlank                      // blank, as in a staged image
	SealDestroyed                  // zero: an install was begun
	SealSet                        // the head id: the image is complete
)

// String returns "torn", "blank", "destroyed" or "set".
func (s SealState) String() string {
	return [...]string{"torn", "blank", "destroyed", "set"}[s]
}

// SealState returns what the seal of im holds.
func (im *Image) SealState() SealState {
	seal := im.Data[im.Boot.SealOffset:im.Boot.sealEnd()]
	id, rest := seal[:sealMin], seal[sealMin:]
	switch {
	case isBlank(seal):
		return SealBlank
	case bytes.Equal(id, make([]byte, sealMin)) && (isBlank(rest) || isZero(rest)):
		return SealDestroyed
	case bytes.Equal(id, im.Manifest.ID[:]) && isBlank(rest):
		return SealSet
	}
	return SealOther
}

// Blank returns a copy of the image's bytes with the seal blank: the form that is
// compared, hashed, patched and staged.
func (im *Image) Blank() []byte {
	b := bytes.Clone(im.Data)
	fill(b[im.Boot.SealOffset:im.Boot.sealEnd()], 0xFF)
	return b
}

// Factory returns a copy of the image's bytes with the seal set: the form that is
// programmed into a new device and that runs.
func (im *Image) Factory() []byte {
	b := im.Blank()
	copy(b[im.Boot.SealOffset:], im.Manifest.ID[:])
	return b
}
