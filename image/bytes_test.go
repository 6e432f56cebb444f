// SPDX-License-Identifier: BSD-3-Clause

package image

import "testing"

// TestIsBlank tries every byte: those of 0x80 and up have fooled an implementation
// that went by way of UTF-8.
func TestIsBlank(t *testing.T) {
	for v := range 256 {
		b := []byte{byte(v), byte(v), byte(v)}
		if got := isBlank(b); got != (v == 0xFF) {
			t.Errorf("isBlank(%x) is %v", b, got)
		}
		if got := isZero(b); got != (v == 0) {
			t.Errorf("isZero(%x) is %v", b, got)
		}
	}
	if !isBlank(nil) || !isZero(nil) {
		t.Error("nothing is neither blank nor zero")
	}
}
