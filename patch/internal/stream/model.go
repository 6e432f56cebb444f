// SPDX-License-Identifier: BSD-3-Clause

package stream

import "math/bits"

// Sizes of what a decoder keeps. They are part of the format.
const (
	lookAhead    = 12  // operations sent ahead of the bytes
	flashSpans   = 64  // address map of the image
	ramSpans     = 8   // address map of RAM
	replacements = 48  // remembered changes of halfwords
	poolWindow   = 256 // words ahead in which literal pools are seen coming
	hashedCells  = 400 // cells shared by all hashed contexts
)

// Contexts with a cell of their own, by first index.
const (
	ctxClean       = 0                      // a block of a copy holds a miss
	ctxOperation   = ctxClean + 32          // next operation is a literal
	ctxSource      = ctxOperation + 2       // source is not this candidate
	ctxParity      = ctxSource + 20         // lowest bit of a size
	ctxDistance    = ctxParity + 2          // sign and lowest bits of a distance
	ctxReference   = ctxDistance + 8        // reference misses: by kind and sureness
	ctxOutcomes    = ctxReference + 5*32    // unit misses: by last outcomes
	ctxHalfRun     = ctxOutcomes + 7*8      // halfword misses: by run length
	ctxClass       = ctxHalfRun + 8*16      // unit misses: by opcode or class
	ctxByteRun     = ctxClass + 64 + 6*4    // byte misses: by run length
	ctxAlternative = ctxByteRun + 16        // second or third candidate misses
	ctxEscape      = ctxAlternative + 2*5*4 // branch is no branch any more
	ctxReplacement = ctxEscape + 1          // remembered change misses
	ctxStep        = ctxReplacement + 1     // remembered step misses: by opcode
	ctxSameByte    = ctxStep + 16           // byte of a changed halfword differs
	ctxNumber      = ctxSameByte + 64       // bit trees of numbers
	DirectCells    = ctxNumber + numberTrees*numberCells

	cellCount = DirectCells + hashedCells
)

// model is everything a decoder keeps between steps, apart from the range coder
// and its position in the input. It holds no pointers: a copy is a checkpoint.
type model struct {
	cells       [cellCount]cell
	flagWeights [unitKinds][3]int16
	byteWeights [byteTrees][3]int16
	window      window
	current     current
	tracker
}

// tracker is the part of the model that predicts references.
type tracker struct {
	flash, ram   addressMap
	pools        [poolWindow / 32]uint32 // coming words known as literal pool
	position     uint32                  // bytes of the new image done
	tail         uint32                  // last four of them
	steps        [16]uint16              // last step of a changed halfword, by opcode
	run          uint32                  // bytes since the last miss
	pointerRun   uint8                   // how lately a pointer was seen
	replacement  [replacements]replacement
	kindOutcomes [unitKinds]uint8 // last outcomes of each kind of unit
}

// codec codes or decodes a stream, as its coder does.
type codec struct {
	model
	tables  *Tables
	coder   bitCoder
	old     []byte
	new     []byte      // what is to be coded; nil in a decoder
	plan    []operation // and how
	noisy   noisySet    // of the old image, for an encoder in a hurry
	newSize uint32
	address uint32
	units   bool // Thumb units are used
	err     error

	counts *Counts // what the trainer wants to know; nil otherwise
}

func newCodec(coder bitCoder, old []byte, newSize uint32, p Params) *codec {
	c := &codec{tables: p.tables(), coder: coder, old: old, newSize: newSize, address: p.Address, units: true}
	for i := range c.cells {
		c.cells[i] = cellFresh
	}
	for i := range DirectCells {
		c.cells[i] = c.tables.startCell(i)
	}
	for i := range c.flagWeights {
		c.flagWeights[i] = [3]int16{3500, 2500, 2500}
	}
	for i := range c.byteWeights {
		c.byteWeights[i] = [3]int16{3000, 4000, 7000}
	}
	c.flash.limit, c.ram.limit = flashSpans, ramSpans
	return c
}

// fail notes that the stream is malformed, unless something was wrong before. Where
// zeros were assumed it is most likely cut off.
func (c *codec) fail() {
	if c.err != nil {
		return
	}
	c.err = ErrMalformed
	if d, ok := c.coder.(*rangeDecoder); ok && d.zeros > 0 {
		c.err = ErrTruncated
	}
}

// hashed returns the seed of a family of hashed contexts.
func hashed(id, value uint32) uint32 {
	h := (value<<5 | id) * 0x9E3779B1
	return h>>16 ^ h&0xFFFF
}

// slot is the cell of node x in a family of hashed contexts.
func slot(seed, x uint32) int {
	return DirectCells + int((seed+x*0x9E35)&0xFFFF*hashedCells>>16)
}

// magnitude is the bit length of x, at most top.
func magnitude(x uint32, top int) int { return min(bits.Len32(x), top) }

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
