// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"cmp"
	"crypto"
	"encoding/binary"
	"hash/crc32"
	"math"

	"github.com/quine-fw/quine"
)

// Options say what [Seal] writes into the manifest beyond what it finds in the
// firmware.
type Options struct {
	Version Version

	// Counter is the security counter. Devices refuse an image whose counter is
	// lower than the one they run.
	Counter uint32

	// HardwareMin and HardwareMax are the revisions that the image runs on. They
	// must include that of the boot sector, and default to it if both are zero.
	HardwareMin, HardwareMax uint16

	// Signer signs the image; its key is one of ECDSA P-256. Without one the image is
	// unsigned, and its head id finds accidents only.
	Signer crypto.Signer

	// KeyID tells the device which of its keys has signed; 0 means 1.
	KeyID uint8

	// SkipOutside leaves out what the input holds outside the application region,
	// for instance option bytes. Otherwise Seal refuses it.
	SkipOutside bool
}

// Seal makes an image from raw firmware: it pads to a multiple of 32 bytes, fills
// in the manifest, computes the head id, signs if there is a signer, and sets the
// seal. Raw is left as it was. A signature that does not verify is never written.
//
// Errors are [quine.CodeSize] if the image does not fit the device,
// [quine.CodeLayout] if the firmware has content where manifest or seal belong or
// outside the application region, [quine.CodeHardware] for a range that is empty
// or leaves out the boot sector's revision, [quine.CodeUnsigned] if the boot sector
// takes only signed images and there is no signer, or the other way round, and
// [quine.CodeSignature] if what the signer gives is not a signature by its key, or if
// the boot sector has keys and this is none of them.
func Seal(raw *Raw, opts Options) (*Image, error) {
	im, err := draft(raw, opts, opts.Signer != nil)
	if err == nil && opts.Signer != nil {
		err = im.sign(opts.Signer)
	}
	if err != nil {
		return nil, err
	}
	return im, nil
}

// draft makes the image, with a blank signature.
func draft(raw *Raw, opts Options, signed bool) (*Image, error) {
	if err := raw.checkReserved(opts.SkipOutside); err != nil {
		return nil, err
	}
	b := raw.Boot
	data := make([]byte, max(b.minSize(), roundUp(uint64(len(raw.Data)))))
	fill(data[copy(data, raw.Data):], 0xFF)
	fill(data[BootSize:b.GapEnd()], 0xFF)
	m := Manifest{
		BootABI:     b.ABI,
		Size:        uint32(len(data)),
		LoadAddress: b.LoadAddress,
		Product:     b.Product,
		HardwareMin: opts.HardwareMin,
		HardwareMax: opts.HardwareMax,
		Counter:     opts.Counter,
		Version:     opts.Version,
		BootCRC:     crc32.ChecksumIEEE(data[:BootSize]),
		BuildID:     raw.BuildID,
	}
	if m.HardwareMin == 0 && m.HardwareMax == 0 {
		m.HardwareMin, m.HardwareMax = b.Hardware, b.Hardware
	}
	if signed {
		m.Flags, m.KeyID = FlagSigned, cmp.Or(opts.KeyID, 1)
	}
	fill(m.ID[:], 0xFF)
	fill(m.Signature[:], 0xFF)
	if m.Counter == math.MaxUint32 {
		return nil, quine.ErrorAt(quine.CodeRollback, -1, "security counter %d is the last one: no image could follow; take a lower one", m.Counter)
	}
	if m.HardwareMax < m.HardwareMin {
		return nil, quine.ErrorAt(quine.CodeHardware, -1, "hardware range %d-%d is empty", m.HardwareMin, m.HardwareMax)
	}
	if err := m.checkBoot(&b); err != nil {
		return nil, err
	}
	if err := finish(data, &b, &m); err != nil {
		return nil, err
	}
	return &Image{Data: data, Boot: b, Manifest: m}, nil
}

// finish searches the salt, and writes manifest and seal into data.
func finish(data []byte, b *BootInfo, m *Manifest) error {
	fill(data[b.SealOffset:b.sealEnd()], 0xFF)
	at := data[b.ManifestOffset:b.manifestEnd()]
	for salt := 0; salt <= math.MaxUint16; salt++ {
		fill(m.ID[:], 0xFF)
		m.Salt = uint16(salt)
		m.put(at)
		if m.ID = headID(data, b, m.Signed()); m.ID.Valid() {
			m.put(at)
			copy(data[b.SealOffset:], m.ID[:])
			return nil
		}
	}
	return quine.ErrorAt(quine.CodeManifest, int64(b.ManifestOffset+idOffset), "no salt gives a valid head id")
}

// put writes m into b, which is ManifestSize bytes long.
func (m *Manifest) put(b []byte) {
	m.AppendBinary(b[:0]) // never fails, and has the room that it needs
}

// checkReserved checks that the firmware leaves room for manifest and seal, and
// blank what lies in front of them, and that all of it lies in the application region.
func (raw *Raw) checkReserved(skipOutside bool) error {
	b := &raw.Boot
	if len(raw.Outside) > 0 && !skipOutside {
		e := raw.Outside[0]
		cure := "an update cannot write there, but SkipOutside (--skip-outside) leaves it out"
		if e.Address >= sramStart && e.Address < sramEnd {
			cure = "initialised data in RAM needs a load address in flash (AT> in the linker script)"
		}
		return quine.ErrorAt(quine.CodeLayout, -1, "%d bytes at 0x%08x lie outside the application region 0x%08x-0x%08x; %s",
			e.Size, e.Address, b.LoadAddress, uint64(b.LoadAddress)+uint64(b.ImageMax)-1, cure)
	}
	if gap := raw.window(BootSize, uint64(b.GapEnd())); !isBlank(gap) && !isZero(gap) {
		return quine.ErrorAt(quine.CodeLayout, BootSize,
			"content lies between boot sector and manifest, where no install writes; move it behind offset 0x%x", b.GapEnd())
	}
	manifest := raw.window(uint64(b.ManifestOffset), b.manifestEnd())
	sealed := len(manifest) == ManifestSize && binary.LittleEndian.Uint32(manifest) == manifestMagic
	if !sealed && !isBlank(manifest) && !isZero(manifest) {
		return quine.ErrorAt(quine.CodeLayout, int64(b.ManifestOffset),
			"content lies where the manifest belongs; keep the section %s at this offset", manifestSection)
	}
	seal := raw.window(uint64(b.SealOffset), b.sealEnd())
	if isBlank(seal) || isZero(seal) {
		return nil
	}
	if sealed && bytes.Equal(seal[:sealMin], manifest[idOffset:][:sealMin]) && isBlank(seal[sealMin:]) {
		return nil // a sealed image is sealed anew
	}
	return quine.ErrorAt(quine.CodeLayout, int64(b.SealOffset),
		"content lies where the seal belongs; keep the section of the seal at this offset")
}

// window returns what raw has from offset from to offset to.
func (raw *Raw) window(from, to uint64) []byte {
	n := uint64(len(raw.Data))
	return raw.Data[min(from, n):min(to, n)]
}
