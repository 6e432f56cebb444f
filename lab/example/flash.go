// SPDX-License-Identifier: BSD-3-Clause

package example

import "fmt"

// Compare returns an error when flash, read from its base, does not hold the
// sealed image.
func Compare(flash, sealed []byte) error {
	if len(flash) < len(sealed) {
		return fmt.Errorf("%d bytes of flash for an image of %d", len(flash), len(sealed))
	}
	for i, want := range sealed {
		if flash[i] != want {
			return fmt.Errorf("flash differs from the sealed image at %#x", i)
		}
	}
	return nil
}
