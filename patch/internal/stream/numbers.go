// SPDX-License-Identifier: BSD-3-Clause

package stream

import "math/bits"

// Bit trees of numbers.
const (
	numLiteralLength = iota
	numCopyLength
	numDistance
	numBranch
	numFlash
	numRAM
	numWord
	numberTrees
)

// Cells of one number tree: sign, length prefix, mantissa.
const (
	prefixBits  = 4
	prefixTop   = 1<<prefixBits - 1 // announces a longer prefix
	numMantissa = 1 << prefixBits
	numberCells = numMantissa + prefixTop
)

// number codes v+1 as its bit length and the bits below the first: the length
// and the two highest bits by context, the rest as they are.
func (c *codec) number(tree int, v uint32) uint32 {
	v++
	base := ctxNumber + tree*numberCells
	length := bits.Len32(v) - 1
	x := 1
	for i := prefixBits - 1; i >= 0; i-- {
		x = x<<1 | c.bit(base+x, min(length, prefixTop)>>i&1)
	}
	if x &= prefixTop; x == prefixTop {
		x += int(c.raw(uint32(length-prefixTop), 5))
		if x > 31 {
			c.fail()
			x = 31
		}
	}
	length = x
	r := uint32(1)
	for i := length - 1; i >= 0 && i > length-2; i-- {
		context := base + numMantissa + min(length, prefixTop) - 1
		r = r<<1 | uint32(c.bit(context, int(v>>i&1)))
	}
	if length > 1 {
		r = r<<(length-1) | c.raw(v, length-1)
	}
	return r - 1
}

// signed codes a number that may be negative.
func (c *codec) signed(tree int, v uint32) uint32 {
	negative := v >> 31
	negative = uint32(c.bit(ctxNumber+tree*numberCells, int(negative)))
	return c.number(tree, v^-negative) ^ -negative
}

// raw codes the n low bits of v as they are.
func (c *codec) raw(v uint32, n int) uint32 {
	var r uint32
	for i := n - 1; i >= 0; i-- {
		r = r<<1 | uint32(c.coder.code(1<<15, int(v>>i&1)))
	}
	return r
}
