// SPDX-License-Identifier: BSD-3-Clause

package main

// heatshrink's parameters: a window of 2 KiB and a look-ahead of 16 bytes, the
// largest common setting of a decoder on a microcontroller.
const (
	heatshrinkWindow    = 11
	heatshrinkLookahead = 4
)

// heatshrinkSize returns the bytes of what heatshrink makes of data: a literal costs
// 9 bits, a reference 1 + window + look-ahead bits, and the encoder takes at each
// place the longest match in the window if that pays. The original program's files
// are one or two bytes smaller, because it also refers to zeros before the data.
func heatshrinkSize(data []byte) int {
	const reference = 1 + heatshrinkWindow + heatshrinkLookahead
	bits := 0
	chains := newChains(len(data))
	for at := 0; at < len(data); {
		n := chains.longest(data, at)
		if 8*n <= reference {
			bits += 9
			n = 1
		} else {
			bits += reference
		}
		for range n {
			chains.add(data, at)
			at++
		}
	}
	return (bits + 7) / 8
}

// chains links places that start with the same two bytes.
type chains struct {
	last [1 << 16]int32 // by the two bytes; less 1
	next []int32
}

func newChains(size int) *chains { return &chains{next: make([]int32, size)} }

func (c *chains) add(data []byte, at int) {
	if at+1 < len(data) {
		key := int(data[at])<<8 | int(data[at+1])
		c.next[at] = c.last[key]
		c.last[key] = int32(at + 1)
	}
}

// longest returns the length of the longest match in the window, at least 2, or 0.
func (c *chains) longest(data []byte, at int) int {
	if at+1 >= len(data) {
		return 0
	}
	best := 0
	limit := min(1<<heatshrinkLookahead, len(data)-at)
	key := int(data[at])<<8 | int(data[at+1])
	for p := c.last[key]; p > 0 && at-int(p-1) <= 1<<heatshrinkWindow && best < limit; p = c.next[p-1] {
		n := 2
		for n < limit && data[int(p-1)+n] == data[at+n] {
			n++
		}
		best = max(best, n)
	}
	return best
}
