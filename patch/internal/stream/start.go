// SPDX-License-Identifier: BSD-3-Clause

package stream

// Tables are the trained constants of a stream. An entry is the four bits of a level,
// the first of a byte in its low half.
type Tables struct {
	Start   string // of the cells with a place of their own; 0 where nothing is known
	Changed string // trees of changed bytes: high, low, step
	Literal string // trees of literal halfwords: high byte, low byte by range of the high
}

// Trained returns the tables of the format.
func Trained() Tables { return trained }

// nodes is the number of entries for a tree of bytes; the first is not used.
const nodes = 256

// level returns entry i of a table.
func level(table string, i int) int { return int(table[i>>1] >> (i & 1 * 4) & 15) }

// startAdaptations is how often a cell with a trained start value counts as
// having adapted.
const startAdaptations = 4

// startCell is the start value of a cell with a place of its own.
func (t *Tables) startCell(i int) cell {
	l := level(t.Start, i)
	if l == 0 {
		return cellFresh
	}
	return cell(squash(int32(priorStretch[l])))&^15 | startAdaptations
}

// LiteralTree returns which tree of Tables.Literal is that of a low byte below the
// given high byte: immediates, loads and stores, others. Tree 0 is that of the high
// byte.
func LiteralTree(high uint32) int {
	switch {
	case high < 0x40:
		return 1
	case high >= 0x50 && high < 0xA0:
		return 2
	}
	return 3
}
