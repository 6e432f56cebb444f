// SPDX-License-Identifier: BSD-3-Clause

package stream

// A cell is an adaptive probability: in the high 12 bits that of a zero, in the
// low 4 bits how often it has adapted, which sets how fast it still moves.
type cell uint16

const cellFresh cell = 1 << 15

// adaptLimit is where a cell stops slowing down, so that it never quite forgets how
// to follow.
const adaptLimit = 11

func (c *cell) adapt(bit int) {
	p, n := uint32(*c&^15), *c&15
	r := uint32(adaptRate[n])
	if n < adaptLimit {
		n++
	}
	if bit == 0 {
		p += (65535 - p) * r >> 16
	} else {
		p -= p * r >> 16
	}
	*c = cell(p)&^15 | n
}

// probability of a zero in 16 bits, never 0.
func (c cell) probability() uint32 { return uint32(c)&^15 | 8 }

// stretch is ln(p/(1-p)) * 256 of the cell's probability.
func (c cell) stretch() int32 {
	p := int32(c>>4) - 2048
	if p < 0 {
		return -int32(stretchTable[^p>>4])
	}
	return int32(stretchTable[p>>4])
}

// squash is the inverse of stretch, with 16 bits.
func squash(x int32) int32 {
	if x < 0 {
		return 65536 - int32(squashTable[min(-x, 2047)>>4])
	}
	return int32(squashTable[min(x, 2047)>>4])
}

// bit codes a bit with one cell.
func (c *codec) bit(context int, bit int) int {
	s := &c.cells[context]
	bit = c.coder.code(s.probability(), bit)
	c.count(context, bit)
	s.adapt(bit)
	return bit
}

// mix codes a bit whose probability is mixed from three inputs: cells and, where
// there are but two of them, a static prior (stretched).
func (c *codec) mix(weights *[3]int16, contexts []int, prior int32, bit int) int {
	inputs := [3]int32{2: prior}
	for i, x := range contexts {
		inputs[i] = c.cells[x].stretch()
	}
	dot := int32(0)
	for i, w := range weights {
		dot += inputs[i] * int32(w)
	}
	p := squash(dot >> 13)
	bit = c.coder.code(uint32(p), bit)
	slope := -p >> 2
	if bit == 0 {
		slope = (65536 - p) >> 2
	}
	for i := range weights {
		moveWeight(&weights[i], inputs[i], slope)
	}
	for _, x := range contexts {
		c.count(x, bit)
		c.cells[x].adapt(bit)
	}
	return bit
}

func moveWeight(w *int16, input, slope int32) {
	*w += int16(input * slope >> 14)
}
