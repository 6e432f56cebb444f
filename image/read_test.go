// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quine-fw/quine"
)

func TestReadELF(t *testing.T) {
	raw := readFixture(t)
	if raw.Boot.Offset != 0x40 || raw.Boot.Product != 0x424C4E4B {
		t.Errorf("boot info %+v", raw.Boot)
	}
	if !isBlank(raw.Data[0x7C:0x1000]) {
		t.Error("gap between two sections of one segment is not blank")
	}
	// .data runs in RAM and is loaded right behind .note.gnu.build-id.
	if got := binary.LittleEndian.Uint32(raw.Data[0x11A8:]); got != 0x1FFF {
		t.Errorf("initialised data is 0x%x", got)
	}
	if len(raw.Outside) != 0 {
		t.Errorf("content outside: %v", raw.Outside)
	}
}

// TestReadELFDamaged feeds every prefix and every byte of the headers changed:
// nothing may panic, and what is read must have been checked.
func TestReadELFDamaged(t *testing.T) {
	data, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	for n := range data {
		if raw, err := ReadELF(data[:n]); err == nil && raw.Boot.check() != nil {
			t.Errorf("prefix of %d bytes: bad boot info", n)
		}
	}
	for at := range 52 + 3*32 {
		for bit := range 8 {
			data[at] ^= 1 << bit
			if raw, err := ReadELF(data); err == nil && len(raw.Data) > int(raw.Boot.ImageMax) {
				t.Errorf("bit %d of byte %d: %d bytes are more than the region", bit, at, len(raw.Data))
			}
			data[at] ^= 1 << bit
		}
	}
}

func TestReadELFErrors(t *testing.T) {
	data, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	edit := func(at int, b ...byte) []byte {
		d := bytes.Clone(data)
		copy(d[at:], b)
		return d
	}
	const firstSegment, paddr = 52, 12
	const manifestHeader = 0x143C + 3*40 // of the section .quine.manifest
	tests := []struct {
		name string
		data []byte
		want quine.Code
		text string
	}{
		{"no ELF", edit(0, 'x'), quine.CodeFormat, "malformed"},
		{"other machine", edit(18, 3), quine.CodeFormat, "not a linked 32-bit little-endian ARM executable"},
		{"relocatable", edit(16, 1), quine.CodeFormat, "ET_REL"},
		{"other load address", edit(firstSegment+paddr+2, 1), quine.CodeLayout, "own load address"},
		{"no boot info", bytes.Replace(data, bootInfoMagic, []byte("quinebt1"), 1), quine.CodeLayout, "QUINEBT1"},
		{"manifest section elsewhere", edit(manifestHeader+12, 0xC8), quine.CodeLayout, "lies at 0x080010c8"},
		{"manifest section too small", edit(manifestHeader+20, 0x40), quine.CodeLayout, "has 64 bytes"},
		{"overlap", edit(firstSegment+32+paddr, 0), quine.CodeFormat, "claim the address 0x08001100"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadELF(tt.data)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got %v, want %v with %q", err, tt.want, tt.text)
			}
		})
	}
}

func TestGNUBuildID(t *testing.T) {
	const note = "\x04\x00\x00\x00\x05\x00\x00\x00\x03\x00\x00\x00GNU\x00abcde\x00\x00\x00"
	tests := []struct{ name, in, want string }{
		{"alone", note, "abcde"},
		{"second", "\x01\x00\x00\x00\x01\x00\x00\x00\x03\x00\x00\x00X\x00\x00\x00y\x00\x00\x00" + note, "abcde"},
		{"unpadded at the end", note[:len(note)-3], "abcde"},
		{"cut off", note[:len(note)-4], ""},
		{"name of 4 GiB", "\xff\xff\xff\xff" + note[4:], ""},
		{"content of 4 GiB", note[:4] + "\xff\xff\xff\xff" + note[8:], ""},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(gnuBuildID([]byte(tt.in))); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestReadBinaryErrors(t *testing.T) {
	raw := readFixture(t)
	if _, err := Read(append(raw.Data, make([]byte, raw.Boot.ImageMax)...)); !errors.Is(err, quine.CodeSize) {
		t.Errorf("too large: got %v", err)
	}
	if _, err := Read(nil); !errors.Is(err, quine.CodeLayout) {
		t.Errorf("empty: got %v", err)
	}
}

func TestHEXRoundTrip(t *testing.T) {
	im := sealFixture(t, Options{Version: Version{1, 0, 0, 0}})
	var b bytes.Buffer
	if err := im.WriteHEX(&b); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"LF":   b.String(),
		"CRLF": strings.ReplaceAll(b.String(), "\n", "\r\n"),
	} {
		raw, err := Read([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(im.Data, raw.Data); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestReadHEXAddresses(t *testing.T) {
	const text = ":020000021000EC\n" + // segment 0x1000
		":01FFFF00AA57\n" +
		":020000040800F2\n" + // upper half 0x0800
		":020000000102FB\n"
	chunks, err := hexChunks([]byte(text + ":00000001FF\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []chunk{{0x1FFFF, []byte{0xAA}}, {0x08000000, []byte{1, 2}}}
	if diff := cmp.Diff(want, chunks, cmp.AllowUnexported(chunk{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadHEXErrors(t *testing.T) {
	const end = ":00000001FF\n"
	tests := []struct {
		name, text string
		want       quine.Code
	}{
		{"no colon", "00000001FF\n", quine.CodeFormat},
		{"odd digits", ":00000001F\n", quine.CodeFormat},
		{"no digits", ":0000000xFF\n", quine.CodeFormat},
		{"short", ":0000\n", quine.CodeFormat},
		{"length", ":01000001FE\n", quine.CodeFormat},
		{"checksum", ":00000001FE\n", quine.CodeFormat},
		{"type", ":00000006FA\n", quine.CodeFormat},
		{"type with wrong size", ":0100000400FB\n", quine.CodeFormat},
		{"beyond the address space", ":02000004FFFFFC\n:02FFFF000000FE\n" + end, quine.CodeFormat},
		{"twice", ":0100000000FF\n:0100000000FF\n" + end, quine.CodeFormat},
		{"no end", ":0100000000FF\n", quine.CodeTruncated},
		{"after the end", end + end, quine.CodeTrailing},
		{"no firmware", end, quine.CodeLayout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := ReadHEX([]byte(tt.text)); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestPlaceOutside(t *testing.T) {
	raw := readFixture(t)
	chunks := []chunk{
		{0x20000000, []byte{1, 2}},
		{0x08000000, raw.Data},
		{0x1000, []byte{3}},
	}
	got, err := place(chunks)
	if err != nil {
		t.Fatal(err)
	}
	want := []Extent{{0x1000, 1}, {0x20000000, 2}}
	if diff := cmp.Diff(want, got.Outside); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !bytes.Equal(got.Data, raw.Data) {
		t.Error("other content than the ELF file")
	}
	_, err = place([]chunk{{0x08000000, append(raw.Data, make([]byte, 0x8000)...)}})
	if !errors.Is(err, quine.CodeSize) {
		t.Errorf("too large: got %v", err)
	}
}
