// SPDX-License-Identifier: BSD-3-Clause

package image

// fill sets every byte of b to v.
func fill(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}

// isBlank reports whether every byte of b is blank (0xFF).
func isBlank(b []byte) bool { return isFilled(b, 0xFF) }

// isZero reports whether every byte of b is zero.
func isZero(b []byte) bool { return isFilled(b, 0x00) }

// isFilled reports whether every byte of b is v.
func isFilled(b []byte, v byte) bool {
	for _, x := range b {
		if x != v {
			return false
		}
	}
	return true
}
