// SPDX-License-Identifier: BSD-3-Clause

package smp

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
)

// The marks at the start of a line: the first of a frame, and each further one.
var (
	markFirst   = []byte{0x06, 0x09}
	markFurther = []byte{0x04, 0x14}
)

const (
	lineDigits = 124  // base64 digits in a line of at most 127 bytes
	lineMax    = 1024 // longest line that is taken, in bytes
)

// crc16 returns the CRC-16/XMODEM of data.
func crc16(data []byte) uint16 {
	var crc uint16
	for _, b := range data {
		crc ^= uint16(b) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// encodeFrame returns a message as the lines that carry it.
func encodeFrame(message []byte) []byte {
	raw := binary.BigEndian.AppendUint16(nil, uint16(len(message)+2))
	raw = append(raw, message...)
	raw = binary.BigEndian.AppendUint16(raw, crc16(message))
	digits := base64.StdEncoding.AppendEncode(nil, raw)
	var out []byte
	for mark := markFirst; len(digits) > 0; mark = markFurther {
		n := min(lineDigits, len(digits))
		out = append(append(append(out, mark...), digits[:n]...), '\n')
		digits = digits[n:]
	}
	return out
}

var errFrame = errors.New("smp: frame is damaged")

// An assembler puts messages together from lines.
type assembler struct {
	raw     []byte
	started bool
}

// add takes a line and returns the message that it completes, nil if there is none
// yet. After an error it waits for the start of the next frame.
func (a *assembler) add(line []byte) (message []byte, err error) {
	switch {
	case bytes.HasPrefix(line, markFirst):
		a.raw, a.started = nil, true
	case !a.started || !bytes.HasPrefix(line, markFurther):
		return nil, nil
	}
	part, err := base64.StdEncoding.AppendDecode(nil, bytes.TrimRight(line[2:], "\r\n"))
	if err != nil {
		a.started = false
		return nil, errFrame
	}
	a.raw = append(a.raw, part...)
	if len(a.raw) < 2 {
		return nil, nil
	}
	size := int(binary.BigEndian.Uint16(a.raw))
	if len(a.raw) < 2+size {
		return nil, nil
	}
	a.started = false
	if size < 2 || len(a.raw) != 2+size || crc16(a.raw[2:]) != 0 {
		return nil, errFrame
	}
	return a.raw[2:size], nil
}
