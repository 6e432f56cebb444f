// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"

	"github.com/quine-fw/quine"
)

// Digest returns the SHA-256 of im with seal, head id and signature taken as
// blank: what a signature signs.
func (im *Image) Digest() [sha256.Size]byte {
	return digest(im.withoutID(), &im.Boot)
}

// Verify checks that the head id belongs to the content, that the manifest's
// boot_crc does, that an unsigned image has a blank signature, and that the seal
// is blank, zero or the head id. It has no key to check a signature;
// [Image.VerifySignature] has.
//
// It fails with [quine.CodeDigest], or with [quine.CodeManifest] if the id is right
// and the manifest is wrong all the same.
func (im *Image) Verify() error {
	m, at := &im.Manifest, int64(im.Boot.ManifestOffset)
	if id := headID(im.withoutID(), &im.Boot, m.Signed()); id != m.ID {
		return quine.ErrorAt(quine.CodeDigest, at+idOffset,
			"content has the head id %v, the manifest says %v; the file was altered after it was sealed", id, m.ID)
	}
	if crc := crc32.ChecksumIEEE(im.Data[:BootSize]); crc != m.BootCRC {
		return quine.ErrorAt(quine.CodeManifest, at+0x30, "boot sector has the CRC 0x%08x, the manifest says 0x%08x", crc, m.BootCRC)
	}
	if !m.Signed() && !isBlank(m.Signature[:]) {
		return quine.ErrorAt(quine.CodeManifest, at+signatureOffset, "unsigned image carries a signature")
	}
	if im.SealState() == SealOther {
		return quine.ErrorAt(quine.CodeDigest, int64(im.Boot.SealOffset), "seal is neither blank nor zero nor the head id %v", m.ID)
	}
	return nil
}

// withoutID returns a copy of the image's bytes with seal and head id blank.
func (im *Image) withoutID() []byte {
	b := im.Blank()
	fill(b[im.Boot.ManifestOffset+idOffset:][:len(ID{})], 0xFF)
	return b
}

// digest returns the SHA-256 of an image whose seal and head id are blank, with
// the signature taken as blank as well.
func digest(data []byte, b *BootInfo) (d [sha256.Size]byte) {
	h := sha256.New()
	h.Write(data[:b.ManifestOffset+signatureOffset])
	h.Write(bytes.Repeat([]byte{0xFF}, len(Manifest{}.Signature)))
	h.Write(data[b.manifestEnd():])
	h.Sum(d[:0])
	return d
}

// headID computes the head id of an image whose seal and head id are blank. Data
// is the same afterwards.
func headID(data []byte, b *BootInfo, signed bool) ID {
	d := digest(data, b)
	if signed {
		return ID(d[:8])
	}
	// The CRC covers the half of the id that comes from the digest, and the
	// signature.
	field := data[b.ManifestOffset+idOffset:][:len(ID{})]
	copy(field[4:], d[:4])
	id := ID(field)
	binary.LittleEndian.PutUint32(id[:], crc32.ChecksumIEEE(data))
	fill(field, 0xFF)
	return id
}
