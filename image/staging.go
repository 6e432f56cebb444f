// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/quine-fw/quine"
)

const (
	stagingMagic      = 0x47545351 // "QSTG"
	stagingLayout     = 1
	stagingHeaderSize = 32
)

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

	// ImageBase is where Image starts, in bytes from the start of the store.
	ImageBase int
}

// ParseStore parses the dump of a staging store. The dump does not say where the
// staged image starts, so it is searched for by its boot info and manifest. It
// fails with [quine.CodeNoImage] if there is neither header nor image.
func ParseStore(dump []byte) (*Store, error) {
	var s Store
	if h, err := ParseStagingHeader(dump); err != nil {
		s.HeaderErr = err
	} else {
		s.Header = &h
	}
	s.Image, s.ImageBase = findImage(dump)
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
