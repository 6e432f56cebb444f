// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"math"
	"slices"
)

// An operation makes size bytes of the new image: copied from a place of the old
// image, or spelled out as a literal.
type operation struct {
	from    uint32
	size    uint32
	literal bool
}

// window holds the operations that have been sent and not yet done, and what the
// model of the next one needs.
type window struct {
	queue       [lookAhead + 1]operation
	head, count uint8
	covered     uint32 // end of the queued operations in the new image
	end         uint32 // where the last copy ended in the old image
	last        uint32 // size of the literal that was sent last, 0 if it was a copy
	sources     uint8  // how the last copies named their source, 3 bits each
	recent      [4]uint32
	recentCount uint8
}

func (w *window) push(o operation) {
	w.queue[(w.head+w.count)%uint8(len(w.queue))] = o
	w.count++
}

func (w *window) pop() operation {
	o := w.queue[w.head]
	w.head = (w.head + 1) % uint8(len(w.queue))
	w.count--
	return o
}

const (
	sourcesMax = 5 // candidates for the source of a copy
	sourceFar  = sourcesMax
)

// operation codes the next operation and queues it.
func (c *codec) operation(o operation) {
	w := &c.window
	if w.last == 0 && c.bit(ctxOperation+int(w.sources&1), flag(o.literal)) == 1 {
		o.literal = true
		o.size = c.length(numLiteralLength, 0, o.size)
		w.last = o.size
	} else {
		after := flag(w.last != 0)
		o.literal = false
		diagonal := c.source(o.from-w.covered, after)
		o.from = w.covered + diagonal
		o.size = c.length(numCopyLength, 1, o.size)
		w.end, w.last = o.from+o.size, 0
		w.remember(diagonal)
		if o.from > uint32(len(c.old)) || o.size > uint32(len(c.old))-o.from {
			c.fail()
			return
		}
	}
	if o.size > c.newSize-w.covered {
		c.fail()
		return
	}
	if !o.literal {
		at := o.from + c.address
		c.flash.learn(at, at+o.size-1, w.covered-o.from)
	}
	w.covered += o.size
	w.push(o)
}

// length codes the size of an operation, at least 1. Most are even.
func (c *codec) length(tree, parity int, size uint32) uint32 {
	odd := uint32(c.bit(ctxParity+parity, int(size&1)))
	half := c.number(tree, (size-1)>>1) + 1 // rounded up
	if half > math.MaxInt32 {
		c.fail()
		half = 1
	}
	return half<<1 - odd
}

// source codes the diagonal of a copy: its place in the old image less its place
// in the new one. A few candidates are asked for one by one; any other diagonal
// is coded as its distance from the one the last copy was on.
func (c *codec) source(diagonal uint32, after int) uint32 {
	w := &c.window
	far := flag(w.sources&7 == sourceFar)
	var room candidates
	for i, d := range c.sourceCandidates(&room, after) {
		if c.bit(ctxSource+(i*2+after)*2+far, flag(d != diagonal)) == 0 {
			w.sources = w.sources<<3 | uint8(i)
			return d
		}
	}
	w.sources = w.sources<<3 | sourceFar
	straight := w.end + w.last - w.covered
	return c.distance(diagonal-straight, after) + straight
}

// candidates are room for the diagonals that are asked for.
type candidates [sourcesMax + 1]uint32

// sourceCandidates lists likely diagonals of the next copy: after a literal, the
// one that skips as many bytes of the old image and the one that skips none; then
// what the address map says of this place, and the diagonals of recent copies. A
// copy that follows a copy is never on the same diagonal. The list lies in room.
func (c *codec) sourceCandidates(room *candidates, after int) []uint32 {
	w := &c.window
	excluded := 1 - after
	list := room[:0]
	add := func(d uint32) {
		if len(list) < sourcesMax+excluded && !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	add(w.end + w.last - w.covered)
	if after == 1 {
		add(w.end - w.covered)
	}
	if shift, ok := c.flash.origin(w.covered + c.address); ok {
		add(-shift)
	}
	for _, d := range w.recent[:w.recentCount] {
		add(d)
	}
	return list[excluded:]
}

// distance codes how far a diagonal is from the last one. Code moves by multiples
// of four more often than not, so the two lowest bits have contexts of their own.
func (c *codec) distance(v uint32, after int) uint32 {
	negative := uint32(c.bit(ctxDistance+after, int(v>>31)))
	flip := -negative
	context := ctxDistance + 2 + after*3
	bit0 := uint32(c.bit(context, int(v&1)))
	bit1 := uint32(c.bit(context+1+int(bit0), int(v>>1&1)))
	return (c.number(numDistance, (v^flip)>>2)^flip)<<2 | bit1<<1 | bit0
}

// remember moves diagonal d to the front of the recent ones.
func (w *window) remember(d uint32) {
	i := uint8(0)
	for i < w.recentCount && w.recent[i] != d {
		i++
	}
	if i == uint8(len(w.recent)) {
		i--
	} else if i == w.recentCount {
		w.recentCount++
	}
	copy(w.recent[1:i+1], w.recent[:i])
	w.recent[0] = d
}
