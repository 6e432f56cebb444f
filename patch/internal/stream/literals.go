// SPDX-License-Identifier: BSD-3-Clause

package stream

// literalUnit codes the next halfword, high byte first, or byte of a literal.
func (c *codec) literalUnit(s *current) (v, size uint32) {
	last := c.tail >> 24
	if c.position&1 == 0 && s.left >= 2 {
		want := c.wanted(2)
		high := c.mixedByte(treeLiteralHigh, c.tables.Literal, last, want>>8)
		low := c.mixedByte(treeLiteralLow, c.tables.Literal[LiteralTree(high)*nodes/2:], high, want&0xFF)
		v, size = high<<8|low, 2
	} else {
		v, size = c.mixedByte(treeLiteralByte, "", last, c.wanted(1)), 1
	}
	c.advance(v, size)
	s.left -= size
	return v, size
}
