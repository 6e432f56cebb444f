// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"bytes"
	"io"
	"testing"
)

// Sizes that keep executions short: of the images of seeds, and of those that are
// encoded.
const (
	fuzzSeedMax = 1 << 11
	fuzzSizeMax = 1 << 14
)

// FuzzApply decodes any bytes: whatever they are, the output is no longer than
// announced and the same however the input is cut.
func FuzzApply(f *testing.F) {
	for _, p := range testPairs(f) {
		if len(p.new) <= fuzzSeedMax {
			f.Add(Encode(p.old, p.new, p.params, Options{}), p.old, uint16(len(p.new)), p.params.Address)
		}
	}
	f.Fuzz(func(t *testing.T, stream, old []byte, size uint16, address uint32) {
		p := Params{Address: address}
		whole := NewDecoder(bytes.NewReader(stream), old, uint32(size), p)
		want, wantErr := io.ReadAll(whole)
		if len(want) > int(size) || wantErr == nil && len(want) != int(size) {
			t.Fatalf("%d bytes of %d, %v", len(want), size, wantErr)
		}
		cut := NewDecoder(bytes.NewReader(stream), old, uint32(size), p)
		got, err := io.ReadAll(oneByteReader{cut})
		if err != wantErr || !bytes.Equal(got, want) || cut.Offset() != whole.Offset() {
			t.Fatalf("byte by byte: %v at %d, want %v at %d", err, cut.Offset(), wantErr, whole.Offset())
		}
	})
}

type oneByteReader struct{ r io.Reader }

func (r oneByteReader) Read(b []byte) (int, error) { return r.r.Read(b[:min(len(b), 1)]) }

// FuzzDiffApply encodes any two images and decodes the result.
func FuzzDiffApply(f *testing.F) {
	for _, p := range testPairs(f) {
		if len(p.new) <= fuzzSeedMax {
			f.Add(p.old, p.new, p.params.Address, byte(1))
		}
	}
	f.Fuzz(func(t *testing.T, old, new []byte, address uint32, effort byte) {
		if len(old) > fuzzSizeMax || len(new) > fuzzSizeMax {
			t.Skip()
		}
		p := Params{Address: address}
		stream := Encode(old, new, p, Options{Effort: int(effort % 6)})
		d := NewDecoder(bytes.NewReader(stream), old, uint32(len(new)), p)
		got, err := io.ReadAll(d)
		if err != nil || !bytes.Equal(got, new) || d.Offset() != int64(len(stream)) {
			t.Fatalf("%v, %d bytes of %d, %d used of %d", err, len(got), len(new), d.Offset(), len(stream))
		}
	})
}
