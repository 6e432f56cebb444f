// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"bufio"
	"io"
)

// A Decoder turns a stream back into the new image. Its output does not depend on
// the sizes of reads on either side.
type Decoder struct {
	c       *codec
	rc      *rangeDecoder
	src     io.ByteReader
	pending uint32 // bytes of a unit that had no room
	count   uint32
	err     error
}

// NewDecoder returns a Decoder of an image of newSize bytes that reads the stream
// from src.
func NewDecoder(src io.Reader, old []byte, newSize uint32, p Params) *Decoder {
	in, ok := src.(io.ByteReader)
	if !ok {
		in = bufio.NewReader(src)
	}
	d := &Decoder{src: in}
	d.rc = newRangeDecoder(in)
	d.c = newCodec(d.rc, old, newSize, p)
	d.c.prologue(prologue{})
	d.err = d.failure()
	return d
}

// Offset returns how many bytes of the stream have been used.
func (d *Decoder) Offset() int64 { return d.rc.offset }

// failure is the first error of the steps so far. Input that ran out comes first:
// whatever followed is an effect of it.
func (d *Decoder) failure() error {
	if d.rc.err != nil {
		return d.rc.err
	}
	return d.c.err
}

// Read implements io.Reader. At the end of the image it checks that the stream
// ends as well, and returns io.EOF.
func (d *Decoder) Read(out []byte) (n int, err error) {
	for n < len(out) {
		if d.count == 0 && !d.refill() {
			if n > 0 && d.err == io.EOF {
				return n, nil
			}
			return n, d.err
		}
		out[n] = byte(d.pending)
		d.pending >>= 8
		d.count--
		n++
	}
	return n, nil
}

// refill takes steps until there is output and tells whether there is.
func (d *Decoder) refill() bool {
	for d.err == nil && !d.c.done() {
		d.pending, d.count = d.c.step()
		if d.err = d.failure(); d.err == nil && d.count > 0 {
			return true
		}
	}
	if d.err == nil {
		d.err = d.finish()
	}
	d.count = 0
	return false
}

// finish checks that the stream ends where the image does and returns io.EOF then. A
// last byte that may as well be missing is one too many.
func (d *Decoder) finish() error {
	switch _, err := d.src.ReadByte(); {
	case err == nil:
		return ErrTrailing
	case err != io.EOF:
		return err
	case d.rc.spare():
		return ErrTrailing
	}
	return io.EOF
}
