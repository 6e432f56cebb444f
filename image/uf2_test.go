// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/quine-fw/quine"
)

// uf2File returns a good UF2 file and the image in it, which ends within a block.
func uf2File(t *testing.T) ([]byte, *Image) {
	t.Helper()
	im, err := Seal(readFixture(t), Options{Version: Version{Major: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if len(im.Data)%uf2Payload == 0 {
		t.Fatal("image ends with a block")
	}
	var b bytes.Buffer
	if err := im.WriteUF2(&b, 0x57755A57); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), im
}

func TestUF2RoundTrip(t *testing.T) {
	file, im := uf2File(t)
	raw, err := Read(file)
	if err != nil || !bytes.Equal(raw.Data, im.Data) {
		t.Fatalf("read back: %v", err)
	}
	// The same blocks in another order.
	var turned []byte
	for at := len(file) - uf2Block; at >= 0; at -= uf2Block {
		turned = append(turned, file[at:at+uf2Block]...)
	}
	raw, err = ReadUF2(turned)
	if err != nil || !bytes.Equal(raw.Data, im.Data) {
		t.Fatalf("blocks in another order: %v", err)
	}
	const second = "5546320a57515d9e0020000000010008000100000100000012000000575a7557"
	if got := hex.EncodeToString(file[uf2Block : uf2Block+uf2Head]); got != second {
		t.Errorf("head of the second block\n%s, want\n%s", got, second)
	}
	if got := hex.EncodeToString(file[uf2Block-4 : uf2Block]); got != "306fb10a" {
		t.Errorf("a block ends with %s", got)
	}
}

func TestUF2Errors(t *testing.T) {
	file, _ := uf2File(t)
	edit := func(at int, v uint32) []byte {
		d := bytes.Clone(file)
		binary.LittleEndian.PutUint32(d[uf2Block+at:], v)
		return d
	}
	tests := []struct {
		name string
		data []byte
		want quine.Code
	}{
		{"first magic", edit(0, 0), quine.CodeFormat},
		{"second magic", edit(4, 0), quine.CodeFormat},
		{"last magic", edit(uf2Block-4, 0), quine.CodeFormat},
		{"part of a file", edit(8, uf2FileContainer), quine.CodeFormat},
		{"two families", edit(28, 1), quine.CodeFormat},
		{"too much data", edit(16, uf2DataMax+4), quine.CodeFormat},
		{"huge data", edit(16, 0xFFFFFFFF), quine.CodeFormat},
		{"beyond the address space", edit(12, 0xFFFFFFF0), quine.CodeFormat},
		{"twice", edit(12, 0x08000000), quine.CodeFormat},
		{"more blocks", edit(24, 0xFFFFFFFF), quine.CodeTruncated},
		{"less blocks", edit(24, 1), quine.CodeTrailing},
		{"within a block", file[:len(file)-1], quine.CodeTruncated},
		{"block missing", file[:len(file)-uf2Block], quine.CodeTruncated},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := ReadUF2(tt.data); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// The file is the one that dfu-suffix of dfu-util 0.11 makes.
func TestWriteDFU(t *testing.T) {
	im := &Image{Data: []byte("123456789")}
	var b bytes.Buffer
	if err := im.WriteDFU(&b, 0x0483, 0xDF11); err != nil {
		t.Fatal(err)
	}
	const want = "313233343536373839" + "ffff" + "11df" + "8304" + "0001" + "554644" + "10" + "8b1e3939"
	if got := hex.EncodeToString(b.Bytes()); got != want {
		t.Errorf("file %s, want %s", got, want)
	}
}
