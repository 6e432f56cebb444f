// SPDX-License-Identifier: BSD-3-Clause

package stream

import "encoding/binary"

// blanked returns a copy of an image in which all that changes when code moves is
// blanked: offsets of branches, pointers into the image, and pointers to RAM in
// literal pools. Matches are looked for in blanked images.
func blanked(image []byte, address uint32) []byte {
	pools := poolWords(image)
	out := append([]byte(nil), image...)
	for i := 0; i+4 <= len(image); i += 2 {
		w := binary.LittleEndian.Uint32(image[i:])
		switch {
		case i&3 == 0 && (w-address < uint32(len(image)) || pools[i>>2] && isRAM(w)):
			binary.LittleEndian.PutUint32(out[i:], w&0xFF000000|0xA65AA5)
		case isBranch(w):
			binary.LittleEndian.PutUint32(out[i:], w&0xD000F800)
		default:
			continue
		}
		i += 2
	}
	return out
}

// poolWords marks the words that loads relative to the program counter read.
func poolWords(image []byte) []bool {
	marks := make([]bool, len(image)/4+1)
	for i := 0; i+4 <= len(image); i += 2 {
		w := binary.LittleEndian.Uint32(image[i:])
		target := uint32(len(image))
		if w&0xF800 == 0x4800 {
			target = shortTarget(shortLoad, w, uint32(i))
		} else if w&0xFFFF == 0xF8DF {
			target = uint32(i+4)&^3 + w>>16&0xFFF
		}
		if target < uint32(len(image)) {
			marks[target>>2] = true
		}
	}
	return marks
}
