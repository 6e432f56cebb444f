// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"

	"github.com/quine-fw/quine"
)

// The layout of UF2 by https://github.com/microsoft/uf2, README.md: blocks of 512
// bytes, each with 32 bytes in front of its data and a magic number at its end.
const (
	uf2Block   = 512
	uf2Head    = 32
	uf2DataMax = 476
	uf2Payload = 256 // that all loaders take, at a multiple of it

	uf2Magic0   = 0x0A324655 // "UF2\n"
	uf2Magic1   = 0x9E5D5157
	uf2MagicEnd = 0x0AB16F30

	uf2NotMainFlash  = 0x0001
	uf2FileContainer = 0x1000
	uf2HasFamily     = 0x2000
)

// uf2Start is what a UF2 file begins with. No image starts like it: its first word is
// an address aligned to 4.
var uf2Start = []byte("UF2\nWQ]\x9e")

// IsUF2 reports whether data looks like a UF2 file.
func IsUF2(data []byte) bool { return bytes.HasPrefix(data, uf2Start) }

// ReadUF2 reads firmware in UF2 form. Blocks may come in any order; those that are not
// for the main flash are left out. Blank bytes that fill up the last block of a sealed
// image are cut off.
//
// It fails with [quine.CodeFormat] if a block is malformed, two of them claim the same
// address, or they are for several families, with [quine.CodeTruncated] or
// [quine.CodeTrailing] if there are not as many blocks as they say, with [quine.CodeLayout] if there is no good boot info record, and with
// [quine.CodeSize] if the firmware passes the end of the application region.
func ReadUF2(data []byte) (*Raw, error) {
	chunks, err := uf2Chunks(data)
	if err != nil {
		return nil, err
	}
	raw, err := place(chunks)
	if err != nil {
		return nil, err
	}
	m, err := ParseManifest(raw.window(uint64(raw.Boot.ManifestOffset), raw.Boot.manifestEnd()))
	if err == nil && uint64(m.Size) < uint64(len(raw.Data)) && isBlank(raw.Data[m.Size:]) {
		raw.Data = raw.Data[:m.Size]
	}
	return raw, nil
}

// uf2Chunks returns the content of the blocks.
func uf2Chunks(data []byte) ([]chunk, error) {
	var chunks []chunk
	var family []byte
	for at := 0; at < len(data); at += uf2Block {
		if len(data)-at < uf2Block {
			return nil, quine.ErrorAt(quine.CodeTruncated, int64(len(data)), "UF2 file ends within a block")
		}
		b := data[at : at+uf2Block]
		word := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
		flags, addr, size := word(2), word(3), word(4)
		bad := func(text string) error { return quine.ErrorAt(quine.CodeFormat, int64(at), "UF2 block %s", text) }
		switch {
		case word(0) != uf2Magic0 || word(1) != uf2Magic1 || binary.LittleEndian.Uint32(b[uf2Block-4:]) != uf2MagicEnd:
			return nil, bad("has not its magic numbers")
		case uint64(word(6))*uf2Block > uint64(len(data)):
			return nil, quine.ErrorAt(quine.CodeTruncated, int64(len(data)), "UF2 file ends before the last of %d blocks", word(6))
		case uint64(word(6))*uf2Block < uint64(len(data)):
			return nil, quine.ErrorAt(quine.CodeTrailing, int64(word(6))*uf2Block, "UF2 file goes on after the last of %d blocks", word(6))
		case flags&uf2NotMainFlash != 0:
			continue
		case flags&uf2FileContainer != 0:
			return nil, bad("is part of a file, not of flash")
		case size > uf2DataMax:
			return nil, bad("has more data than fits")
		case uint64(addr)+uint64(size) > 1<<32:
			return nil, bad("passes the end of the address space")
		}
		if flags&uf2HasFamily != 0 {
			if family != nil && !bytes.Equal(family, b[28:32]) {
				return nil, bad("is for another family than the ones before it")
			}
			family = b[28:32]
		}
		chunks = appendChunk(chunks, chunk{uint64(addr), bytes.Clone(b[uf2Head : uf2Head+size])})
	}
	return chunks, nil
}

// WriteUF2 writes the image's bytes to w in UF2 form, at the load address and with the
// seal as it is in Data. The last block is filled up with blank bytes. Family is the
// number that tells loaders whether the file is for them; none is written if it is 0.
// It fails with [quine.CodeLayout] if the load address is not a multiple of 256.
func (im *Image) WriteUF2(w io.Writer, family uint32) error {
	if im.Boot.LoadAddress%uf2Payload != 0 {
		return quine.Errorf(quine.CodeLayout, "UF2 needs a load address that is a multiple of %d, not 0x%08x", uf2Payload, im.Boot.LoadAddress)
	}
	flags := uint32(0)
	if family != 0 {
		flags = uf2HasFamily
	}
	bw := bufio.NewWriter(w)
	count := (len(im.Data) + uf2Payload - 1) / uf2Payload
	for n := range count {
		var b [uf2Block]byte
		for i, v := range []uint32{uf2Magic0, uf2Magic1, flags, im.Boot.LoadAddress + uint32(n*uf2Payload),
			uf2Payload, uint32(n), uint32(count), family} {
			binary.LittleEndian.PutUint32(b[4*i:], v)
		}
		payload := b[uf2Head : uf2Head+uf2Payload]
		fill(payload[copy(payload, im.Data[n*uf2Payload:]):], 0xFF)
		binary.LittleEndian.PutUint32(b[uf2Block-4:], uf2MagicEnd)
		bw.Write(b[:])
	}
	return bw.Flush()
}
