// SPDX-License-Identifier: BSD-3-Clause

package stream

// A reference is an instruction or a word that names a place in the image.
// All places are absolute addresses, so that branches and pointers share one
// address map.

// isBranch tells whether two halfwords, the first in the low half of w, are a
// BL or a B.W with 25 bits of offset.
func isBranch(w uint32) bool {
	return w&0x9000F800 == 0x9000F000
}

// branchOffset returns the signed offset of a branch from its own address + 4.
func branchOffset(w uint32) uint32 {
	s := w >> 10 & 1
	j1 := w>>29&1 ^ s ^ 1
	j2 := w>>27&1 ^ s ^ 1
	return -s<<24 | j1<<23 | j2<<22 | w&0x3FF<<12 | w>>16&0x7FF<<1
}

// withOffset returns branch w with another offset.
func withOffset(w, offset uint32) uint32 {
	s := offset >> 24 & 1
	j1 := offset>>23&1 ^ s ^ 1
	j2 := offset>>22&1 ^ s ^ 1
	return w&0xD000F800 | s<<10 | offset>>12&0x3FF | j1<<29 | j2<<27 | offset>>1&0x7FF<<16
}

// shortKind names the 16 bit instructions that hold a reference.
type shortKind uint8

const (
	shortNone   shortKind = iota
	shortLoad             // LDR Rt, [PC, #imm8*4]
	shortCond             // B<cond> imm8
	shortBranch           // B imm11
)

func shortKindOf(h uint32) shortKind {
	switch {
	case h&0xF800 == 0x4800:
		return shortLoad
	case h&0xF000 == 0xD000 && h&0x0E00 != 0x0E00:
		return shortCond
	case h&0xF800 == 0xE000:
		return shortBranch
	}
	return shortNone
}

// shortTarget returns the place that instruction h of kind k at address pc names.
func shortTarget(k shortKind, h, pc uint32) uint32 {
	switch k {
	case shortLoad:
		return (pc+4)&^3 + h&0xFF<<2
	case shortCond:
		return pc + 4 + uint32(int32(h<<24)>>23)
	}
	return pc + 4 + uint32(int32(h<<21)>>20)
}

// withTarget returns instruction h of kind k at address pc with another target,
// or h itself and false where the target is out of reach.
func withTarget(k shortKind, h, pc, target uint32) (uint32, bool) {
	field, offset := uint32(0xFF), (target-pc-4)>>1
	switch k {
	case shortLoad:
		offset = (target - (pc+4)&^3) >> 2
	case shortBranch:
		field = 0x7FF
	}
	v := h&^field | offset&field
	return v, shortTarget(k, v, pc) == target
}
