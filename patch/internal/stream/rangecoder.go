// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"errors"
	"io"
	"math/bits"
)

// A bitCoder codes one bit whose probability of being zero is p of 65536. A
// decoder ignores the bit it is given and returns the one it read.
type bitCoder interface {
	code(p uint32, bit int) int
}

const rangeMin = 1 << 24

// zerosMax is how many zero bytes the encoder may drop at the end of a stream.
const zerosMax = 4

// A rangeEncoder is a carry-propagating range coder with 32 bits of state.
type rangeEncoder struct {
	low     uint64
	span    uint32
	started bool
	held    byte // the last byte that a carry may still reach
	ones    int  // 0xFF bytes behind it
	out     []byte
}

func newRangeEncoder() *rangeEncoder { return &rangeEncoder{span: 0xFFFFFFFF} }

func (e *rangeEncoder) code(p uint32, bit int) int {
	bound := e.span >> 16 * p
	if bit == 0 {
		e.span = bound
	} else {
		e.low += uint64(bound)
		e.span -= bound
	}
	for e.span < rangeMin {
		e.span <<= 8
		e.shift()
	}
	return bit
}

func (e *rangeEncoder) shift() {
	if uint32(e.low) < 0xFF000000 || e.low>>32 != 0 {
		carry := byte(e.low >> 32)
		if e.started {
			e.out = append(e.out, e.held+carry)
		}
		for ; e.ones > 0; e.ones-- {
			e.out = append(e.out, 0xFF+carry)
		}
		e.started, e.held = true, byte(e.low>>24)
	} else {
		e.ones++
	}
	e.low = e.low & 0xFFFFFF << 8
}

// finish ends the stream with the value that has most trailing zero bytes and
// drops what the decoder will assume.
func (e *rangeEncoder) finish() []byte {
	for zeros := uint(32); ; zeros -= 8 {
		mask := uint64(1)<<zeros - 1
		if v := (e.low + mask) &^ mask; v < e.low+uint64(e.span) {
			e.low = v
			break
		}
	}
	for range 5 {
		e.shift()
	}
	for n := 0; n < zerosMax && len(e.out) > 0 && e.out[len(e.out)-1] == 0; n++ {
		e.out = e.out[:len(e.out)-1]
	}
	return e.out
}

// A rangeDecoder reads what rangeEncoder wrote.
type rangeDecoder struct {
	src    io.ByteReader
	span   uint32
	value  uint32
	last   byte  // the latest byte of src
	zeros  int   // that were assumed behind it
	offset int64 // bytes taken from src
	err    error
}

func newRangeDecoder(src io.ByteReader) *rangeDecoder {
	d := &rangeDecoder{src: src, span: 0xFFFFFFFF}
	for range 4 {
		d.next()
	}
	return d
}

func (d *rangeDecoder) next() {
	d.value <<= 8
	if d.err != nil {
		return
	}
	b, err := d.src.ReadByte()
	switch {
	case err == nil:
		d.offset++
		d.last = b
		d.value |= uint32(b)
	case !errors.Is(err, io.EOF):
		d.err = err
	case d.zeros == zerosMax:
		d.err = ErrTruncated
	default:
		d.zeros++
	}
}

func (d *rangeDecoder) code(p uint32, _ int) int {
	bound := d.span >> 16 * p
	bit := 0
	if d.value < bound {
		d.span = bound
	} else {
		d.value -= bound
		d.span -= bound
		bit = 1
	}
	for d.span < rangeMin {
		d.span <<= 8
		d.next()
	}
	return bit
}

// spare tells whether the stream ends otherwise than the encoder would have ended it: in
// the shortest way, with the least last byte. So a bit of it that changes is noticed.
func (d *rangeDecoder) spare() bool {
	return d.zeros < zerosMax && (d.last == 0 || d.value>>(8*d.zeros) != 0)
}

// A costMeter adds up what bits would cost, in units of 1/costUnit bit.
type costMeter struct {
	total uint64
	bits  int // how many there were
}

const costUnit = 1 << 12

func (m *costMeter) code(p uint32, bit int) int {
	if bit != 0 {
		p = 65536 - p
	}
	m.total += uint64(costTable[p>>4])
	m.bits++
	return bit
}

// costTable[i] is -log2((i+1/2)/4096) in units of 1/costUnit bit.
var costTable = makeCostTable()

func makeCostTable() (t [4097]uint32) {
	for i := range t {
		t[i] = 13*costUnit - log2Fixed(uint32(2*i+1))
	}
	return t
}

// log2Fixed is log2(x) in units of 1/costUnit, by repeated squaring.
func log2Fixed(x uint32) uint32 {
	n := uint32(bits.Len32(x) - 1)
	m := uint64(x) << (31 - n) // 1.31 fixed point
	r := n
	for unit := costUnit; unit > 1; unit >>= 1 {
		m = m * m >> 31
		r <<= 1
		if m >= 1<<32 {
			m >>= 1
			r |= 1
		}
	}
	return r
}
