// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"encoding/binary"
	"encoding/hex"
)

// An ID is the head id of an image: 64 bits of its digest, in the order in which
// they lie in the manifest.
type ID [8]byte

// Valid reports whether none of the four 16-bit halves of id reads as blank
// (0xFFFF) or zero, so that id cannot be mistaken for an erased, zeroed or half
// programmed unit of flash.
func (id ID) Valid() bool {
	for i := 0; i < len(id); i += 2 {
		if half := binary.LittleEndian.Uint16(id[i:]); half == 0 || half == 0xFFFF {
			return false
		}
	}
	return true
}

// String returns the 16 hexadecimal digits of id.
func (id ID) String() string { return hex.EncodeToString(id[:]) }
