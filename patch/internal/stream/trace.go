// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"bytes"
	"math"
)

// A Kind says what a part of a stream is for.
type Kind uint8

// The kinds.
const (
	KindOperation Kind = iota // where to copy from, how much, and how much is new
	KindLiteral               // new bytes
	KindChange                // what was copied, refers to nothing, and differs
	KindReference             // branches and loads that are not as predicted
	KindPointer               // pointers and other words of literal pools that are not as predicted
	KindFlag                  // that what was predicted holds
	KindHeader                // what comes before the first operation
	Kinds
)

// A Part is a piece of a stream and what it does.
type Part struct {
	Kind Kind
	At   int     // first byte of the new image that it is about
	Size int     // how many; of an operation, those that it makes
	From int     // of an operation that copies, the first byte it copies; else -1
	Bits float64 // its share of the stream
}

// Trace decodes a stream as [Decode] does and then calls visit for its parts, in the
// order of the stream. It returns the address that the stream takes the images to be
// loaded at.
func Trace(old []byte, size int, p Params, stream []byte, visit func(Part)) (address uint32, err error) {
	if _, err := Decode(old, size, p, stream); err != nil {
		return 0, err
	}
	m := &tracer{rangeDecoder: newRangeDecoder(bytes.NewReader(stream))}
	c := newCodec(m, old, uint32(size), p)
	c.prologue(prologue{})
	visit(Part{KindHeader, 0, 0, -1, m.take()})
	for !c.done() {
		part := c.traced()
		part.Bits = m.take()
		visit(part)
	}
	return c.address, nil
}

// traced takes a step and tells what it did.
func (c *codec) traced() Part {
	covered, at := int(c.window.covered), int(c.position)
	if c.current.left == 0 && c.window.count <= lookAhead && c.window.covered < c.newSize {
		c.step()
		o := c.window.queue[(c.window.head+c.window.count-1)%uint8(len(c.window.queue))]
		if o.literal {
			return Part{Kind: KindOperation, At: covered, Size: int(o.size), From: -1}
		}
		return Part{Kind: KindOperation, At: covered, Size: int(o.size), From: int(o.from)}
	}
	if c.current.left == 0 {
		c.start(c.window.pop())
	}
	if c.current.literal {
		_, n := c.step()
		return Part{Kind: KindLiteral, At: at, Size: int(n), From: -1}
	}
	saved := c.tracker
	u := c.predict(c.current.from, c.current.left)
	c.tracker = saved
	v, n := c.step()
	part := Part{Kind: KindFlag, At: at, Size: int(n), From: -1}
	if v != u.candidates[0] {
		part.Kind = changeKinds[u.kind]
	}
	return part
}

// changeKinds are the kinds of units that are not as predicted.
var changeKinds = [unitKinds]Kind{
	unitByte: KindChange, unitHalf: KindChange,
	unitShort: KindReference, unitBranch: KindReference,
	unitFlash: KindPointer, unitRAM: KindPointer, unitWord: KindPointer,
}

// A tracer is a range decoder that adds up the information in what it decodes.
type tracer struct {
	*rangeDecoder
	bits float64
}

func (t *tracer) code(p uint32, _ int) int {
	bit := t.rangeDecoder.code(p, 0)
	if bit != 0 {
		p = 1<<16 - p
	}
	t.bits += 16 - math.Log2(float64(p))
	return bit
}

// take returns the bits since it was last called.
func (t *tracer) take() float64 {
	bits := t.bits
	t.bits = 0
	return bits
}
