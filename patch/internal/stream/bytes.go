// SPDX-License-Identifier: BSD-3-Clause

package stream

// Bit trees of bytes.
const (
	treeHigh        = iota // high byte of a changed halfword
	treeLow                // its low byte, where both change
	treeStep               // step of a byte that changes alone
	treeLiteralHigh        // high byte of a literal halfword
	treeLiteralLow         // its low byte
	treeLiteralByte        // literal byte that is no part of a halfword
	byteTrees
)

// mixedByte codes a byte by bit tree. Each bit is mixed from two hashed cells, one
// of which knows the context, and a static prior.
func (c *codec) mixedByte(tree int, prior string, context, v uint32) uint32 {
	seed, seedContext := hashed(uint32(2*tree), 0), hashed(uint32(2*tree+1), context)
	x := uint32(1)
	for i := 7; i >= 0; i-- {
		var st int32
		if prior != "" {
			st = int32(priorStretch[level(prior, int(x))])
		}
		contexts := [2]int{slot(seed, x), slot(seedContext, x)}
		x = x<<1 | uint32(c.mix(&c.byteWeights[tree], contexts[:], st, int(v>>i&1)))
	}
	return x & 0xFF
}
