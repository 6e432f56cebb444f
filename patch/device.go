// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/binary"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
)

// Offsets of manifest fields (spec/image.md section 2).
const (
	offsetMagic       = 0x00
	offsetFormat      = 0x04
	offsetFlags       = 0x05
	offsetBootABI     = 0x06
	offsetID          = 0x08
	offsetSize        = 0x10
	offsetLoadAddress = 0x14
	offsetProduct     = 0x18
	offsetHardwareMin = 0x1C
	offsetHardwareMax = 0x1E
	offsetCounter     = 0x20
	offsetKeyID       = 0x2E
	offsetZeroByte    = 0x2F
	offsetZeroWord    = 0x34
	offsetSignature   = 0x40
)

// A device is what a patch is checked against: the constants of the boot sector,
// the lowest security counter that is accepted, and what runs.
type device struct {
	boot    image.BootInfo
	counter uint32
	old     []byte           // the running image, its size exactly; nil when none is complete
	key     []byte           // that decrypts; nil when it has none
	verify  *ecdsa.PublicKey // that must have signed; nil for one of keys
	keys    []image.Key      // of the boot sector; empty where a signature is not checked
}

// deviceOf returns the device that runs an image. Its counter is the lowest one
// possible, that of the image itself.
func deviceOf(im *image.Image) *device {
	return &device{boot: im.Boot, counter: im.Manifest.Counter, old: im.Data, keys: image.Keys(im.Data)}
}

// manifest returns the manifest of the running image.
func (d *device) manifest() []byte {
	return d.old[d.boot.ManifestOffset:][:image.ManifestSize]
}

// accept decides by its header whether a patch may be applied, and returns the
// manifest that it announces. It checks what quine_patch_header of the device
// library checks, in the same order.
func (d *device) accept(h *Header) (m [image.ManifestSize]byte, err error) {
	has := func(f image.BootFlags) bool { return d.boot.Flags&f != 0 }
	switch {
	case h.Encrypted && !has(image.BootEncrypted):
		return m, quine.ErrorAt(quine.CodeEncryption, 1, "patch is encrypted, the device takes plain ones")
	case !h.Encrypted && has(image.BootEncrypted):
		return m, quine.ErrorAt(quine.CodeEncryption, 1, "patch is plain, the device takes encrypted ones")
	case h.Signed && !has(image.BootSigned):
		return m, quine.ErrorAt(quine.CodeUnsigned, 1, "patch is signed, the device takes unsigned ones")
	case !h.Signed && has(image.BootSigned):
		return m, quine.ErrorAt(quine.CodeUnsigned, 1, "patch is unsigned, the device takes signed ones")
	case h.Full:
		m = h.Manifest(nil)
	case d.old == nil:
		return m, quine.ErrorAt(quine.CodeBase, 4, "patch has a base, the device runs no complete image")
	default:
		if id := d.manifest()[offsetID:][:baseIDSize]; !bytes.Equal(id, h.BaseID[:]) {
			return m, quine.ErrorAt(quine.CodeBase, 4, "patch is for the image %x…, not %x…", h.BaseID, id)
		}
		m = h.Manifest(d.manifest())
	}
	if err := d.checkManifest(m[:]); err != nil {
		return m, err
	}
	return m, d.checkSignature(h, m[offsetKeyID])
}

// checkSignature checks the signature over the digest that a header announces, by the
// key that the manifest names.
func (d *device) checkSignature(h *Header, keyID byte) error {
	switch {
	case d.verify != nil && !h.Signed:
		return quine.ErrorAt(quine.CodeUnsigned, 1, "patch is unsigned")
	case d.verify != nil:
		return image.CheckSignature(d.verify, h.Digest, h.Signature)
	case h.Signed && len(d.keys) > 0:
		return image.CheckKeys(d.keys, keyID, h.Digest, h.Signature)
	}
	return nil
}

// checkManifest checks a manifest against the device, as quine_manifest_check of
// the device library does.
func (d *device) checkManifest(m []byte) error {
	le := binary.LittleEndian
	product, address := le.Uint32(m[offsetProduct:]), le.Uint32(m[offsetLoadAddress:])
	low, high := le.Uint16(m[offsetHardwareMin:]), le.Uint16(m[offsetHardwareMax:])
	size, counter := le.Uint32(m[offsetSize:]), le.Uint32(m[offsetCounter:])
	abi := le.Uint16(m[offsetBootABI:])
	if err := d.checkForm(m); err != nil {
		return err
	}
	switch b := &d.boot; {
	case (m[offsetFlags] != 0) != (b.Flags&image.BootSigned != 0):
		return quine.Errorf(quine.CodeUnsigned, "manifest has the flags 0x%02x", m[offsetFlags])
	case product != b.Product:
		return quine.Errorf(quine.CodeProduct, "image is for 0x%08x, the device is 0x%08x", product, b.Product)
	case b.Hardware < low || b.Hardware > high:
		return quine.Errorf(quine.CodeHardware, "image runs on %d-%d, the device is %d", low, high, b.Hardware)
	case address != b.LoadAddress:
		return quine.Errorf(quine.CodeLayout, "image loads at 0x%08x, the device at 0x%08x", address, b.LoadAddress)
	case abi != b.ABI:
		return quine.Errorf(quine.CodeLayout, "image has the boot ABI %d, the device %d", abi, b.ABI)
	case counter < d.counter:
		return quine.Errorf(quine.CodeRollback, "image has the counter %d, the device %d", counter, d.counter)
	case size > b.ImageMax:
		return quine.Errorf(quine.CodeSize, "image has %d bytes, the application region %d", size, b.ImageMax)
	case size > b.StoreMax:
		return quine.Errorf(quine.CodeSize, "image has %d bytes, the staging store %d", size, b.StoreMax)
	}
	return nil
}

// checkForm checks what spec/image.md section 2 says of every manifest.
func (d *device) checkForm(m []byte) error {
	le := binary.LittleEndian
	size := uint64(le.Uint32(m[offsetSize:]))
	least := max(uint64(d.boot.ManifestOffset)+image.ManifestSize, uint64(d.boot.SealOffset)+uint64(d.boot.SealSize))
	bad := func(format string, args ...any) error {
		return quine.Errorf(quine.CodeManifest, format, args...)
	}
	switch {
	case string(m[offsetMagic:][:4]) != "QMAN":
		return bad("magic is %q", m[offsetMagic:][:4])
	case m[offsetFormat] != 1:
		return bad("format is %d", m[offsetFormat])
	case m[offsetFlags]&^image.FlagSigned != 0:
		return bad("flags are 0x%02x", m[offsetFlags])
	case m[offsetZeroByte] != 0 || le.Uint32(m[offsetZeroWord:]) != 0:
		return bad("reserved bytes are not zero")
	case m[offsetFlags] == 0 && m[offsetKeyID] != 0:
		return bad("unsigned image has the key id %d", m[offsetKeyID])
	case le.Uint16(m[offsetHardwareMin:]) > le.Uint16(m[offsetHardwareMax:]):
		return bad("hardware range is empty")
	case size%32 != 0 || size < least:
		return bad("size of %d bytes is not a multiple of 32 from %d on", size, least)
	case !image.ID(m[offsetID:]).Valid():
		return bad("head id %x has a blank or zero half", m[offsetID:][:8])
	}
	return nil
}
