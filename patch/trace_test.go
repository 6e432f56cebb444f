// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"math"
	"testing"
)

// TestTraceRaw checks that the parts of a patch add up to it and make the whole
// image.
func TestTraceRaw(t *testing.T) {
	old := bytes.Repeat([]byte("the quick brown fox jumps over the lazy dog, and "), 40)
	new := append(bytes.Repeat([]byte("lorem ipsum dolor "), 3), old[100:]...)
	new[1000] ^= 1
	p, err := CreateRaw(old, new, nil)
	if err != nil {
		t.Fatal(err)
	}
	bits, made := 0.0, 0
	_, err = TraceRaw(old, p, func(p Part) {
		if p.Bits < 0 || p.At < 0 || p.At+p.Size > len(new) || p.From > len(old) {
			t.Errorf("part %+v", p)
		}
		bits += p.Bits
		if p.Kind == PartOperation {
			made += p.Size
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if made != len(new) {
		t.Errorf("operations make %d bytes, the image has %d", made, len(new))
	}
	if d := math.Abs(bits/8 - float64(len(p))); d > 6 {
		t.Errorf("parts have %.1f bytes, the patch %d", bits/8, len(p))
	}
	for i := range p {
		if _, err := TraceRaw(old, p[:i], func(Part) {}); err == nil {
			t.Errorf("accepted %d of %d bytes", i, len(p))
		}
	}
}
