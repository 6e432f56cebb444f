// SPDX-License-Identifier: BSD-3-Clause

// Package stream implements the body of a patch: the delta stream of
// spec/stream.md, profile 1. [Encode] and [Decode] are most of its interface; what
// goes around a stream is the business of package patch.
//
// The model is walked by encoder and decoder alike, through the bitCoder interface,
// so that the two cannot disagree. What the encoder decides is in parse.go,
// search.go and polish.go.
package stream

import (
	"bytes"
	"errors"
	"io"
	"math"

	"github.com/quine-fw/quine"
)

// Profile is the number of this stream format in a patch's first byte.
const Profile = 1

// MaxSize is the largest old or new image in bytes.
const MaxSize = math.MaxInt32

// Params are what encoder and decoder of a stream must agree on.
type Params struct {
	Address uint32  // where the first byte of both images is loaded
	Tables  *Tables // nil for those of the format; others are for training
}

func (p Params) tables() *Tables {
	if p.Tables == nil {
		return &trained
	}
	return p.Tables
}

// Errors of a [Decoder].
var (
	ErrTruncated = errors.New("stream ends before the image is whole")
	ErrTrailing  = errors.New("bytes follow the end of the stream")
	ErrMalformed = errors.New("stream is malformed")
)

// Decode returns the image of size bytes, at most [MaxSize], that the stream makes
// of old. Errors have the codes TRUNCATED, TRAILING and STREAM; their offset is the
// number of bytes that were read before the fault was seen.
func Decode(old []byte, size int, p Params, stream []byte) ([]byte, error) {
	d := NewDecoder(bytes.NewReader(stream), old, uint32(size), p)
	out, err := io.ReadAll(d)
	if err != nil {
		return nil, coded(err, d.Offset())
	}
	return out, nil
}

// coded gives an error of a [Decoder] its number.
func coded(err error, offset int64) error {
	code := quine.CodeStream
	switch {
	case errors.Is(err, ErrTruncated):
		code = quine.CodeTruncated
	case errors.Is(err, ErrTrailing):
		code = quine.CodeTrailing
	}
	return quine.ErrorAt(code, offset, "%v", err)
}
