// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/internal/ctr"
)

const (
	stagingMagic      = 0x47545351 // "QSTG"
	stagingLayout     = 1
	stagingHeaderSize = 32
	nonceBlockSize    = 32 // in front of an encrypted image
)

// Stage returns what a staging store holds of im from image_base on: the image with
// a blank seal. If key is given, 16 or 32 bytes, it is that of an encrypted store:
// a nonce block and the image encrypted under the nonce of the patch that made it
// (spec/staging.md section 4). It fails with [quine.CodeEncryption] if key is not one.
func (im *Image) Stage(key []byte, nonce [12]byte) ([]byte, error) {
	if len(key) == 0 {
		return im.Blank(), nil
	}
	image, err := ctr.XOR(key, nonce, ctr.ImageBlock, im.Blank())
	if err != nil {
		return nil, err
	}
	block := make([]byte, nonceBlockSize, nonceBlockSize+len(image))
	fill(block[copy(block, nonce[:]):], 0xFF)
	return append(block, image...), nil
}

// A StagingHeader says that a staged image waits to be installed
// (spec/staging.md section 2).
type StagingHeader struct {
	ID   ID // of the staged image
	Base ID // of the application that staged it
}

// ParseStagingHeader parses the header at the start of b. It fails with
// [quine.CodeNoImage] if there is no valid one, which is the normal state of a
// store.
func ParseStagingHeader(b []byte) (StagingHeader, error) {
	if len(b) < stagingHeaderSize {
		return StagingHeader{}, quine.ErrorAt(quine.CodeNoImage, int64(len(b)), "store is shorter than a staging header")
	}
	le := binary.LittleEndian
	switch {
	case le.Uint32(b) != stagingMagic:
		return StagingHeader{}, quine.ErrorAt(quine.CodeNoImage, 0, "no staging header (magic QSTG)")
	case b[0x04] != stagingLayout:
		return StagingHeader{}, quine.ErrorAt(quine.CodeNoImage, 0x04, "staging layout %d is not %d", b[0x04], stagingLayout)
	case !isZero(b[0x05:0x08]):
		return StagingHeader{}, quine.ErrorAt(quine.CodeNoImage, 0x05, "reserved bytes of the staging header are not zero")
	case !isZero(b[0x18:0x1C]):
		return StagingHeader{}, quine.ErrorAt(quine.CodeNoImage, 0x18, "reserved word of the staging header is not zero")
	case le.Uint32(b[0x1C:]) != crc32.ChecksumIEEE(b[:0x1C]):
		return StagingHeader{}, quine.ErrorAt(quine.CodeNoImage, 0x1C, "CRC of the staging header is wrong")
	}
	return StagingHeader{ID: ID(b[0x08:]), Base: ID(b[0x10:])}, nil
}

// A Store is the dump of a staging store.
type Store struct {
	// Header is nil when there is no valid one; HeaderErr tells why.
	Header    *StagingHeader
	HeaderErr error

	// Image is the staged image, which may be one that was installed long ago. It
	// is nil when there is none. It is not verified.
	Image *Image

	// ImageBase is where Image starts, or the nonce block in front of an encrypted
	// one, in bytes from the start of the store.
	ImageBase int
}

// ParseStore parses the dump of a staging store that is not encrypted. The dump does
// not say where the staged image starts, so it is searched for by its boot info and
// manifest. It fails with [quine.CodeNoImage] if there is neither header nor image.
func ParseStore(dump []byte) (*Store, error) {
	im, base := findImage(dump)
	return newStore(dump, im, base)
}

// ParseEncryptedStore is [ParseStore] for a store that is encrypted under key. It
// fails with [quine.CodeEncryption] too, if key has not 16 or 32 bytes.
func ParseEncryptedStore(dump, key []byte) (*Store, error) {
	im, base, err := decryptImage(dump, key)
	if err != nil {
		return nil, err
	}
	return newStore(dump, im, base)
}

// decryptImage returns the first encrypted image in dump behind the staging header,
// and where its nonce block starts.
func decryptImage(dump, key []byte) (*Image, int, error) {
	for base := stagingHeaderSize; base+nonceBlockSize <= len(dump); base += 4 {
		block, image := dump[base:][:nonceBlockSize], dump[base+nonceBlockSize:]
		nonce := [ctr.NonceSize]byte(block)
		if !isBlank(block[len(nonce):]) || isBlank(nonce[:]) {
			continue
		}
		boot, err := ctr.XOR(key, nonce, ctr.ImageBlock, image[:min(len(image), BootSize)])
		if err != nil {
			return nil, 0, err
		}
		if _, err := ParseBootInfo(boot); err != nil {
			continue
		}
		plain, err := ctr.XOR(key, nonce, ctr.ImageBlock, image)
		if err != nil {
			return nil, 0, err
		}
		if im, err := parsePrefix(plain); err == nil {
			return im, base, nil
		}
	}
	_, err := ctr.XOR(key, [ctr.NonceSize]byte{}, ctr.ImageBlock, nil)
	return nil, 0, err
}

// newStore returns the store in a dump that holds the image im, or none.
func newStore(dump []byte, im *Image, base int) (*Store, error) {
	s := Store{Image: im, ImageBase: base}
	if h, err := ParseStagingHeader(dump); err != nil {
		s.HeaderErr = err
	} else {
		s.Header = &h
	}
	if s.Header == nil && s.Image == nil {
		return nil, quine.Errorf(quine.CodeNoImage, "neither a staging header nor a staged image is in the dump")
	}
	return &s, nil
}

// findImage returns the first image in dump behind the staging header, and where
// it starts.
func findImage(dump []byte) (*Image, int) {
	for at := nextBootInfo(dump, 0); at >= 0; at = nextBootInfo(dump, at+4) {
		boot := decodeBootInfo(dump[at:])
		if boot.check() != nil {
			continue
		}
		for base := max(stagingHeaderSize, at-at%4-(BootSize-4)); base <= at; base += 4 {
			m := dump[min(uint64(base)+uint64(boot.ManifestOffset), uint64(len(dump))):]
			if !bytes.HasPrefix(m, []byte("QMAN")) {
				continue
			}
			if im, err := parsePrefix(dump[base:]); err == nil {
				return im, base
			}
		}
	}
	return nil, 0
}
