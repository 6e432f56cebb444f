// SPDX-License-Identifier: BSD-3-Clause

package stream

import "encoding/binary"

// guessAddress guesses where an image is loaded: where most pointers with bit 0
// set hit something that looks like a function. A wrong guess costs size, never
// correctness. It prefers the hint.
func guessAddress(image []byte, hint uint32) uint32 {
	candidates := []uint32{hint, 0, 0x08000000, 0x08004000, 0x08008000, 0x08010000, 0x08020000, 0x08040000,
		0x00080000, 0x1000, 0x2000, 0x4000, 0x8000, 0x10000, 0x18000, 0x1B000, 0x1C000, 0x26000, 0x27000, 0x10000000}
	if len(image) >= 8 {
		reset := binary.LittleEndian.Uint32(image[4:])
		for page := reset &^ 0xFFF; reset-page < uint32(len(image)); page -= 0x1000 {
			candidates = append(candidates, page)
			if page == 0 {
				break
			}
		}
	}
	var pointers []uint32
	for i := 0; i+4 <= len(image); i += 4 {
		if w := binary.LittleEndian.Uint32(image[i:]); w&1 == 1 && w < 0x20000000 {
			pointers = append(pointers, w-1)
		}
	}
	best, most := hint, 0
	for _, c := range candidates {
		hits := 0
		for _, w := range pointers {
			if at := w - c; at < uint32(len(image))-1 {
				h := binary.LittleEndian.Uint16(image[at:])
				if h&0xFE00 == 0xB400 || h == 0xE92D || h == 0x4770 {
					hits++
				}
			}
		}
		if hits > most {
			best, most = c, hits
		}
	}
	return best
}
