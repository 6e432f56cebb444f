// SPDX-License-Identifier: BSD-3-Clause

package smp

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/quine-fw/quine"
)

// A Line carries frames to and from a device, and may carry a console beside them.
type Line interface {
	io.Writer

	// ReadLine returns the next line that belongs to a frame, with its mark. Other
	// text is dropped.
	ReadLine(ctx context.Context) ([]byte, error)
}

const (
	headerSize  = 8
	bufferMin   = 128  // taken for granted in a device that does not tell
	bufferMax   = 4096 // used at most, in bytes
	version2    = 1 << 3
	frameAround = 4 // length and CRC, which count as part of the device's buffer
)

// The operations, and the groups of commands.
const (
	opRead  = 0
	opWrite = 2

	groupOS    = 0
	groupImage = 1
)

// A Client sends requests and waits for their answers.
type Client struct {
	// Timeout limits the wait for one answer, after which the request is sent
	// again; Tries is how often at most. [New] sets both.
	Timeout time.Duration
	Tries   int

	// PieceMax limits the data in one request of an upload, in bytes; 0 means as
	// much as the device can hold.
	PieceMax int

	line     Line
	sequence byte
	buffer   int // of the device, in bytes; 0 if not asked yet
}

// New returns a client on a line.
func New(line Line) *Client {
	return &Client{line: line, Timeout: 10 * time.Second, Tries: 3}
}

// ErrTimeout reports that a device did not answer.
var ErrTimeout = errors.New("device does not answer")

// An Error is a refusal by the device. If the reason has an error number of Quine,
// [errors.Is] and [errors.As] find it as a [quine.Code].
type Error struct {
	RC     int    // error number of the protocol
	Group  int    // whose number it is, negative for the general ones
	Reason string // what the device says about it; may be empty
}

// Error returns reason and number.
func (e *Error) Error() string {
	s := fmt.Sprintf("device refuses with SMP error %d", e.RC)
	if e.Group >= 0 {
		s += fmt.Sprintf(" of group %d", e.Group)
	}
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}

var quineNumber = regexp.MustCompile(`\bE(\d{1,3})$`)

// Unwrap returns the error number of Quine, nil if there is none.
func (e *Error) Unwrap() error {
	m := quineNumber.FindStringSubmatch(e.Reason)
	if m == nil {
		return nil
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return err
	}
	return quine.Code(-n)
}

// do sends a request and decodes what is answered.
func (c *Client) do(ctx context.Context, op, group, id byte, request, answer any) error {
	payload, ok := request.(encoded)
	var err error
	if !ok {
		if payload, err = cbor.Marshal(request); err != nil {
			return err
		}
	}
	c.sequence++
	message := []byte{op | version2, 0, byte(len(payload) >> 8), byte(len(payload)), 0, group, c.sequence, id}
	message = append(message, payload...)
	for range max(c.Tries, 1) {
		var got []byte
		if got, err = c.try(ctx, message); err == nil {
			return decodeAnswer(got, answer)
		}
		if ctx.Err() != nil || !errors.Is(err, ErrTimeout) {
			break
		}
	}
	return err
}

// try sends a request once.
func (c *Client) try(ctx context.Context, message []byte) ([]byte, error) {
	if _, err := c.line.Write(encodeFrame(message)); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.Timeout, ErrTimeout)
	defer cancel()
	var a assembler
	for {
		line, err := c.line.ReadLine(ctx)
		if err != nil {
			if errors.Is(context.Cause(ctx), ErrTimeout) {
				return nil, ErrTimeout
			}
			return nil, err
		}
		got, err := a.add(line)
		if err == nil && isAnswer(got, message) {
			return got[headerSize:], nil
		}
	}
}

// isAnswer reports whether got is the answer to the request sent, and not a late one
// to another.
func isAnswer(got, sent []byte) bool {
	return len(got) >= headerSize && got[0]&7 == sent[0]&7|1 && got[4] == sent[4] && got[5] == sent[5] &&
		got[6] == sent[6] && got[7] == sent[7] && int(binary.BigEndian.Uint16(got[2:])) == len(got)-headerSize
}

// decodeAnswer decodes an answer, or the refusal in it.
func decodeAnswer(payload []byte, answer any) error {
	var refusal struct {
		RC     int    `cbor:"rc"`
		Reason string `cbor:"rsn"`
		Err    *struct {
			Group int `cbor:"group"`
			RC    int `cbor:"rc"`
		} `cbor:"err"`
	}
	if err := cbor.Unmarshal(payload, &refusal); err != nil {
		return fmt.Errorf("smp: answer: %w", err)
	}
	if refusal.RC != 0 {
		return &Error{RC: refusal.RC, Group: -1, Reason: refusal.Reason}
	}
	if refusal.Err != nil && refusal.Err.RC != 0 {
		return &Error{RC: refusal.Err.RC, Group: refusal.Err.Group}
	}
	if err := cbor.Unmarshal(payload, answer); err != nil {
		return fmt.Errorf("smp: answer: %w", err)
	}
	return nil
}
