// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/quine-fw/quine"
)

// The record types of Intel HEX.
const (
	hexData = iota
	hexEnd
	hexSegment // address bits 4 to 19
	hexStartSegment
	hexLinear // address bits 16 to 31
	hexStartLinear
)

// hexRow is how many bytes of content WriteHEX puts in one record.
const hexRow = 16

// ReadHEX reads firmware in Intel HEX form. Lines may end in LF or CRLF.
//
// It fails with [quine.CodeFormat] if a record is malformed or two of them claim
// the same address, with [quine.CodeTruncated] if the end record is missing, with
// [quine.CodeTrailing] if something follows it, with [quine.CodeLayout] if there is
// no good boot info record, and with [quine.CodeSize] if the firmware passes the
// end of the application region. Offsets in its errors are those of the line.
func ReadHEX(data []byte) (*Raw, error) {
	chunks, err := hexChunks(data)
	if err != nil {
		return nil, err
	}
	return place(chunks)
}

// hexChunks returns the content of an Intel HEX file, by runs of addresses.
func hexChunks(data []byte) ([]chunk, error) {
	var (
		chunks []chunk
		base   uint64
		ended  bool
	)
	for line, at := 1, 0; at < len(data); line++ {
		text, _, _ := bytes.Cut(data[at:], []byte("\n"))
		start := int64(at)
		at += len(text) + 1
		text = bytes.TrimSpace(text)
		if len(text) == 0 {
			continue
		}
		if ended {
			return nil, quine.ErrorAt(quine.CodeTrailing, start, "line %d follows the end record", line)
		}
		r, err := parseHexRecord(text)
		if err != nil {
			return nil, quine.ErrorAt(quine.CodeFormat, start, "line %d: %w", line, err)
		}
		switch r.kind {
		case hexData:
			c := chunk{base + uint64(r.addr), r.data}
			if c.end() > 1<<32 {
				return nil, quine.ErrorAt(quine.CodeFormat, start, "line %d passes the end of the address space", line)
			}
			chunks = appendChunk(chunks, c)
		case hexEnd:
			ended = true
		case hexSegment:
			base = uint64(r.data[0])<<12 | uint64(r.data[1])<<4
		case hexLinear:
			base = uint64(r.data[0])<<24 | uint64(r.data[1])<<16
		}
	}
	if !ended {
		return nil, quine.ErrorAt(quine.CodeTruncated, int64(len(data)), "hex file ends without an end record")
	}
	return chunks, nil
}

// appendChunk appends c, which it joins to the last chunk if that ends there.
func appendChunk(chunks []chunk, c chunk) []chunk {
	if n := len(chunks); n > 0 && chunks[n-1].end() == c.addr {
		chunks[n-1].data = append(chunks[n-1].data, c.data...)
		return chunks
	}
	return append(chunks, c)
}

// A hexRecord is one line of an Intel HEX file.
type hexRecord struct {
	addr uint16
	kind byte
	data []byte
}

// hexSizes are the sizes in bytes of the records' content, except for hexData.
var hexSizes = [...]int{hexEnd: 0, hexSegment: 2, hexStartSegment: 4, hexLinear: 2, hexStartLinear: 4}

// parseHexRecord parses a line without its end.
func parseHexRecord(text []byte) (hexRecord, error) {
	if text[0] != ':' {
		return hexRecord{}, fmt.Errorf("record does not begin with a colon")
	}
	b := make([]byte, hex.DecodedLen(len(text)-1))
	if _, err := hex.Decode(b, text[1:]); err != nil {
		return hexRecord{}, fmt.Errorf("record is not hexadecimal")
	}
	if len(b) < 5 || len(b) != 5+int(b[0]) {
		return hexRecord{}, fmt.Errorf("record has not the length that it states")
	}
	var sum byte
	for _, v := range b {
		sum += v
	}
	if sum != 0 {
		return hexRecord{}, fmt.Errorf("checksum is wrong")
	}
	r := hexRecord{uint16(b[1])<<8 | uint16(b[2]), b[3], b[4 : len(b)-1]}
	if int(r.kind) >= len(hexSizes) {
		return hexRecord{}, fmt.Errorf("record type %d is unknown", r.kind)
	}
	if r.kind != hexData && len(r.data) != hexSizes[r.kind] {
		return hexRecord{}, fmt.Errorf("record of type %d has %d bytes, not %d", r.kind, len(r.data), hexSizes[r.kind])
	}
	return r, nil
}

// WriteHEX writes the image's bytes to w in Intel HEX form, at the load address
// and with the seal as it is in Data. Blank bytes are written too, because not
// every part reads an erased cell as 0xFF.
func (im *Image) WriteHEX(w io.Writer) error {
	bw := bufio.NewWriter(w)
	base := uint32(0)
	for at := 0; at < len(im.Data); {
		addr := im.Boot.LoadAddress + uint32(at)
		if upper := addr >> 16; upper != base>>16 {
			writeHexRecord(bw, 0, hexLinear, []byte{byte(upper >> 8), byte(upper)})
			base = addr
		}
		// A row ends at a multiple of its size, so none crosses 64 KiB.
		n := min(hexRow-int(addr%hexRow), len(im.Data)-at)
		writeHexRecord(bw, uint16(addr), hexData, im.Data[at:at+n])
		at += n
	}
	writeHexRecord(bw, 0, hexEnd, nil)
	return bw.Flush()
}

// writeHexRecord writes one line. The writer keeps the error, if any.
func writeHexRecord(w *bufio.Writer, addr uint16, kind byte, data []byte) {
	b := append([]byte{byte(len(data)), byte(addr >> 8), byte(addr), kind}, data...)
	var sum byte
	for _, v := range b {
		sum -= v
	}
	fmt.Fprintf(w, ":%X\n", append(b, sum))
}
