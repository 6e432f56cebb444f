// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"encoding/binary"
	"fmt"

	"github.com/quine-fw/quine/patch/internal/stream"
)

// literalTrees are one of high bytes and three of low ones, of 256 nodes each.
const literalTrees = 4

const (
	// archiveWeight is how many halfwords each archive counts for.
	archiveWeight = 50000

	literalDoubt = 4
)

// trainLiterals counts the halfwords in the code of archives as the stream codes
// them: the high byte by itself, the low byte by range of the high one.
func trainLiterals(archives []string) (string, error) {
	tallies := make([]tally, literalTrees*256)
	for _, name := range archives {
		counts := make([][2]int, len(tallies))
		err := readCode(name, func(code []byte) {
			for ; len(code) >= 2; code = code[2:] {
				h := uint32(binary.LittleEndian.Uint16(code))
				countByte(counts[:256], h>>8)
				countByte(counts[256*stream.LiteralTree(h>>8):], h&0xFF)
			}
		})
		root := counts[1]
		halfwords := root[0] + root[1]
		if err == nil && halfwords == 0 {
			err = fmt.Errorf("no Thumb code")
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		for i, n := range counts {
			tallies[i].add(n, archiveWeight/float64(halfwords))
		}
	}
	return pack(tallies, func(t tally) int { return t.level(literalDoubt) }), nil
}

// countByte counts the bits of a byte in its tree.
func countByte(tree [][2]int, b uint32) {
	x := uint32(1)
	for i := 7; i >= 0; i-- {
		bit := b >> i & 1
		tree[x][bit]++
		x = x<<1 | bit
	}
}
