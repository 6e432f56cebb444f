// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/internal/ctr"
	"github.com/quine-fw/quine/patch/internal/stream"
)

// The upper half of a patch's first byte. The lower half is the stream profile.
const (
	formatImage = 0x50
	formatRaw   = 0xA0
	formatMask  = 0xF0
)

// The flags of an image patch.
const (
	flagSigned = 1 << iota
	flagEncrypted
	flagFull
	flagsEnd
)

const (
	words      = 16     // words of the manifest that a header can change
	wordSize   = 4      // the image size, counted in units of 32 bytes
	wordsID    = 0x000C // the words of the head id, which is sent by itself
	checkSize  = 2
	baseIDSize = 4
)

// A Header is what a patch says before its body.
type Header struct {
	Profile int  // stream profile of the body
	Raw     bool // of two binaries; only Size and the last three fields count
	Size    int  // of the header in bytes; the body follows

	// Signed, Encrypted and Full are the flags of an image patch. A full patch
	// needs no base.
	Signed, Encrypted, Full bool

	BaseID    [baseIDSize]byte    // first bytes of the base's head id; zero when full
	Changed   uint16              // bit i: word i of the manifest differs from the base's
	Delta     [words]uint32       // new word less base word; that of the size in units of 32 bytes
	ID        image.ID            // head id of the new image
	Digest    [32]byte            // what Signature signs; zero unless signed
	Signature [64]byte            // zero unless signed
	Nonce     [ctr.NonceSize]byte // zero unless encrypted

	Growth   int32  // of a raw patch: bytes that the new binary has more than the old
	OldCheck byte   // lowest byte of the CRC-32 of the old binary
	NewCRC   uint32 // CRC-32 of the new binary
}

// Manifest returns the 128 bytes of the manifest that h announces. The base is the
// manifest of the image that the patch was made for, at least 128 bytes; it is not
// looked at if h is full.
func (h *Header) Manifest(base []byte) [image.ManifestSize]byte {
	var m [image.ManifestSize]byte
	le := binary.LittleEndian
	for i := range words {
		var word uint32
		if !h.Full {
			word = le.Uint32(base[4*i:])
		}
		if i == wordSize && h.Changed>>i&1 != 0 {
			word = (word/32 + h.Delta[i]) * 32
		} else {
			word += h.Delta[i]
		}
		le.PutUint32(m[4*i:], word)
	}
	copy(m[offsetID:], h.ID[:])
	copy(m[offsetSignature:], h.Signature[:])
	if !h.Signed {
		fill(m[offsetSignature:], 0xFF)
	}
	return m
}

// announce sets the fields of h that say how the manifest differs from base, which
// is not looked at if h is full. Both are 128 bytes.
func (h *Header) announce(base, manifest []byte) {
	le := binary.LittleEndian
	for i := range words {
		var word uint32
		if !h.Full {
			word = le.Uint32(base[4*i:])
		}
		next := le.Uint32(manifest[4*i:])
		if wordsID>>i&1 != 0 || word == next {
			continue
		}
		if i == wordSize {
			word, next = word/32, next/32
		}
		h.Changed |= 1 << i
		h.Delta[i] = next - word
	}
	h.ID = image.ID(manifest[offsetID:])
	if h.Signed {
		h.Signature = [64]byte(manifest[offsetSignature:])
	}
}

// append appends the encoded header to b, which must be empty.
func (h *Header) append(b []byte) []byte {
	le := binary.LittleEndian
	if h.Raw {
		b = append(b, formatRaw|byte(h.Profile))
		b = appendDifference(b, uint32(h.Growth))
		b = append(b, h.OldCheck)
		return le.AppendUint32(b, h.NewCRC)
	}
	b = append(b, formatImage|byte(h.Profile), h.flags())
	b = le.AppendUint16(b, h.Changed)
	if !h.Full {
		b = append(b, h.BaseID[:]...)
	}
	for i := range words {
		if h.Changed>>i&1 != 0 {
			b = appendDifference(b, h.Delta[i])
		}
	}
	if h.Signed {
		b = append(b, h.Digest[:]...)
		b = append(b, h.Signature[:]...)
	} else {
		b = append(b, h.ID[:]...)
	}
	if h.Encrypted {
		b = append(b, h.Nonce[:]...)
	}
	return le.AppendUint16(b, uint16(crc32.ChecksumIEEE(b)))
}

// appendDifference appends a difference modulo 2³² as a zigzag number.
func appendDifference(b []byte, d uint32) []byte {
	return binary.AppendUvarint(b, uint64(d<<1^uint32(int32(d)>>31)))
}

func (h *Header) flags() byte {
	var f byte
	if h.Signed {
		f |= flagSigned
	}
	if h.Encrypted {
		f |= flagEncrypted
	}
	if h.Full {
		f |= flagFull
	}
	return f
}

// ParseHeader parses the header at the start of a patch of either kind. It fails
// with the codes FORMAT, PROFILE, RESERVED, HEADER and TRUNCATED.
func ParseHeader(patch []byte) (*Header, error) {
	r := &reader{data: patch}
	first := r.bytes(1)
	if r.err != nil {
		return nil, r.err
	}
	h := &Header{Profile: int(first[0] &^ formatMask)}
	switch first[0] & formatMask {
	case formatImage:
	case formatRaw:
		h.Raw = true
	default:
		return nil, quine.ErrorAt(quine.CodeFormat, 0, "first byte is 0x%02x", first[0])
	}
	if h.Profile != stream.Profile {
		return nil, quine.ErrorAt(quine.CodeProfile, 0, "stream profile %d", h.Profile)
	}
	if h.Raw {
		h.parseRaw(r)
	} else {
		h.parseImage(r)
	}
	h.Size = r.at
	return h, r.err
}

func (h *Header) parseRaw(r *reader) {
	h.Growth = int32(r.difference())
	h.OldCheck = r.bytes(1)[0]
	h.NewCRC = r.uint32()
}

func (h *Header) parseImage(r *reader) {
	flags := r.bytes(1)[0]
	if flags >= flagsEnd {
		r.fail(quine.CodeReserved, 1, "flags 0x%02x", flags)
		return
	}
	h.Signed = flags&flagSigned != 0
	h.Encrypted = flags&flagEncrypted != 0
	h.Full = flags&flagFull != 0
	h.Changed = r.uint16()
	if h.Changed&wordsID != 0 {
		r.fail(quine.CodeReserved, 2, "changed words 0x%04x have the head id among them", h.Changed)
		return
	}
	if !h.Full {
		copy(h.BaseID[:], r.bytes(baseIDSize))
	}
	for i := range words {
		if h.Changed>>i&1 != 0 {
			h.Delta[i] = r.change()
		}
	}
	if h.Signed {
		copy(h.Digest[:], r.bytes(len(h.Digest)))
		copy(h.ID[:], h.Digest[:])
		copy(h.Signature[:], r.bytes(len(h.Signature)))
	} else {
		copy(h.ID[:], r.bytes(len(h.ID)))
	}
	if h.Encrypted {
		copy(h.Nonce[:], r.bytes(len(h.Nonce)))
	}
	at := r.at
	check := r.uint16()
	if sum := uint16(crc32.ChecksumIEEE(r.data[:at])); sum != check {
		r.fail(quine.CodeHeader, at, "header has the check 0x%04x, says 0x%04x", sum, check)
	}
}

// A reader reads the parts of a header. After an error, the first of which it
// keeps, it returns zeros.
type reader struct {
	data []byte
	at   int
	err  error
}

// fail keeps an error, unless there is one.
func (r *reader) fail(code quine.Code, at int, format string, args ...any) {
	if r.err == nil {
		r.err = quine.ErrorAt(code, int64(at), format, args...)
	}
}

// bytes returns the next n bytes.
func (r *reader) bytes(n int) []byte {
	if len(r.data)-r.at < n {
		r.fail(quine.CodeTruncated, len(r.data), "patch ends in its header")
	}
	if r.err != nil {
		return make([]byte, n)
	}
	r.at += n
	return r.data[r.at-n : r.at]
}

func (r *reader) uint16() uint16 { return binary.LittleEndian.Uint16(r.bytes(2)) }

func (r *reader) uint32() uint32 { return binary.LittleEndian.Uint32(r.bytes(4)) }

// varint returns the next LEB128 number of at most 32 bits and refuses any but the
// shortest form.
func (r *reader) varint() uint32 {
	start, v := r.at, uint32(0)
	for i := 0; i < 5; i++ {
		b := r.bytes(1)[0]
		if r.err != nil {
			return 0
		}
		if i == 4 && b > 0x0F || i > 0 && b == 0 {
			break
		}
		v |= uint32(b&0x7F) << (7 * i)
		if b < 0x80 {
			return v
		}
	}
	r.fail(quine.CodeHeader, start, "number is longer than it need be, or than 32 bits")
	return 0
}

// difference returns the next zigzag number.
func (r *reader) difference() uint32 {
	z := r.varint()
	return z>>1 ^ -(z & 1)
}

// change returns the next zigzag number, which must not be zero.
func (r *reader) change() uint32 {
	start := r.at
	d := r.difference()
	if d == 0 {
		r.fail(quine.CodeHeader, start, "word that is said to change does not")
	}
	return d
}
