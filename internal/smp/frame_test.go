// SPDX-License-Identifier: BSD-3-Clause

package smp

import (
	"bytes"
	"testing"
)

// The frame is that of the documentation of the Python package smp.
func TestEncodeFrame(t *testing.T) {
	got := encodeFrame([]byte("Hello, world!"))
	if want := "\x06\x09AA9IZWxsbywgd29ybGQhet4=\n"; string(got) != want {
		t.Errorf("frame %q, want %q", got, want)
	}
}

// assemble returns the last message in text and whether a frame was damaged.
func assemble(text []byte) (message []byte, damaged bool) {
	var a assembler
	for _, line := range bytes.SplitAfter(text, []byte("\n")) {
		got, err := a.add(line)
		if got != nil {
			message = got
		}
		damaged = damaged || err != nil
	}
	return message, damaged
}

func TestAssemble(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 88, 89, 90, 91, 92, 93, 94, 180, 1000} {
		want := bytes.Repeat([]byte{0xA5, 0x06, 0x0A}, size)[:size]
		text := encodeFrame(want)
		if got, damaged := assemble(text); damaged || !bytes.Equal(got, want) {
			t.Errorf("%d bytes become %d, damaged: %v", size, len(got), damaged)
		}
		if got, _ := assemble(append([]byte("\x06\x09AAA=\n\x06\x09AAoK\n"), text...)); !bytes.Equal(got, want) {
			t.Errorf("%d bytes after a cut frame become %d", size, len(got))
		}
		for i := range text {
			bad := bytes.Clone(text)
			bad[i] ^= 1
			if got, _ := assemble(bad); got != nil && !bytes.Equal(got, want) {
				t.Fatalf("%d bytes with bit 0 of byte %d wrong are taken", size, i)
			}
		}
	}
}

func FuzzAssemble(f *testing.F) {
	f.Add(encodeFrame([]byte("Hello, world!")))
	f.Add(encodeFrame(make([]byte, 300)))
	f.Add([]byte("\x04\x14AAAA\n\x06\x09\n\x06\x09AAAA\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		message, _ := assemble(text)
		if message == nil {
			return
		}
		if again, _ := assemble(encodeFrame(message)); !bytes.Equal(again, message) {
			t.Errorf("%x becomes %x", message, again)
		}
	})
}
