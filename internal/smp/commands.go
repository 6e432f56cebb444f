// SPDX-License-Identifier: BSD-3-Clause

package smp

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"github.com/quine-fw/quine"
)

type none struct{}

// encoded is a request that is encoded already.
type encoded []byte

// Echo has the device say a text.
func (c *Client) Echo(ctx context.Context, text string) (string, error) {
	var answer struct {
		R string `cbor:"r"`
	}
	err := c.do(ctx, opWrite, groupOS, 0, map[string]string{"d": text}, &answer)
	return answer.R, err
}

// Reset resets the device, which then installs what waits to be installed.
func (c *Client) Reset(ctx context.Context) error {
	return c.do(ctx, opWrite, groupOS, 5, none{}, &none{})
}

// Refused returns why the device's boot code did not install the last image; 0 if it
// did. Only a device with Quine can tell.
func (c *Client) Refused(ctx context.Context) (quine.Code, error) {
	var answer struct {
		Response int `cbor:"response"`
	}
	err := c.do(ctx, opRead, groupOS, 8, map[string]string{"query": "refused"}, &answer)
	return quine.Code(-answer.Response), err
}

// An Image is what a device says of one of its slots. Slot 0 is what runs.
type Image struct {
	Slot    int    `cbor:"slot"`
	Version string `cbor:"version"`
	Hash    []byte `cbor:"hash"` // with Quine, the head id
	Active  bool   `cbor:"active"`
	Pending bool   `cbor:"pending"`
}

// Images returns the state of the slots.
func (c *Client) Images(ctx context.Context) ([]Image, error) {
	var answer struct {
		Images []Image `cbor:"images"`
	}
	err := c.do(ctx, opRead, groupImage, 0, none{}, &answer)
	return answer.Images, err
}

// Running returns the image that runs.
func (c *Client) Running(ctx context.Context) (Image, error) {
	images, err := c.Images(ctx)
	if err != nil {
		return Image{}, err
	}
	for _, im := range images {
		if im.Active || im.Slot == 0 {
			return im, nil
		}
	}
	return Image{}, errors.New("smp: device does not say which image runs")
}

// Erase drops what was uploaded.
func (c *Client) Erase(ctx context.Context) error {
	return c.do(ctx, opWrite, groupImage, 5, none{}, &none{})
}

// A piece is the request that uploads one.
type piece struct {
	Offset uint32 `cbor:"off"`
	Data   []byte `cbor:"data"`
	Size   uint32 `cbor:"len,omitempty"`
	SHA    []byte `cbor:"sha,omitempty"`
}

// Upload sends data and waits until the device has taken all of it. An upload of the
// same data that was broken off goes on where the device stopped, which resumed tells:
// the number of bytes that it had already. Upload calls progress, which may be nil,
// with the number that it has.
func (c *Client) Upload(ctx context.Context, data []byte, progress func(taken int)) (resumed int, err error) {
	if err := c.askBuffer(ctx); err != nil {
		return 0, err
	}
	sum := sha256.Sum256(data)
	stalled := 0
	for at := 0; ; {
		p := piece{Offset: uint32(at), Data: []byte{}}
		if at == 0 {
			p.Size, p.SHA = uint32(len(data)), sum[:]
		}
		n, err := c.room(&p)
		if err != nil {
			return resumed, err
		}
		p.Data = data[at:min(at+n, len(data))]
		var answer struct {
			Offset uint32 `cbor:"off"`
		}
		if err := c.do(ctx, opWrite, groupImage, 1, p, &answer); err != nil {
			return resumed, err
		}
		next := int(answer.Offset)
		if next > len(data) {
			return resumed, fmt.Errorf("smp: device asks for byte %d of %d", next, len(data))
		}
		if at == 0 && next > len(p.Data) {
			resumed = next
		}
		if next > at {
			stalled = 0
		} else if stalled++; stalled > c.Tries {
			return resumed, fmt.Errorf("smp: device does not go on at byte %d of %d", at, len(data))
		}
		at = next
		if progress != nil {
			progress(at)
		}
		if at == len(data) {
			return resumed, nil
		}
	}
}

// room returns how many bytes of data fit the request p.
func (c *Client) room(p *piece) (int, error) {
	empty, err := cbor.Marshal(p)
	if err != nil {
		return 0, err
	}
	n := c.buffer - frameAround - headerSize - len(empty) - 2 // a longer head of the data
	if c.PieceMax > 0 {
		n = min(n, c.PieceMax)
	}
	if n < 1 {
		return 0, fmt.Errorf("smp: device has a buffer of %d bytes, too small to upload", c.buffer)
	}
	return n, nil
}

// askBuffer asks how long a request may be.
func (c *Client) askBuffer(ctx context.Context) error {
	if c.buffer > 0 {
		return nil
	}
	var answer struct {
		Size int `cbor:"buf_size"`
	}
	err := c.do(ctx, opRead, groupOS, 6, none{}, &answer)
	var refusal *Error
	if err != nil && !errors.As(err, &refusal) {
		return err
	}
	c.buffer = min(answer.Size, bufferMax)
	if c.buffer <= 0 {
		c.buffer = bufferMin
	}
	return nil
}

// Raw sends a request whose payload may be anything, and returns what the device
// thinks of it: nil or an [*Error].
func (c *Client) Raw(ctx context.Context, op, group, id byte, payload []byte) error {
	return c.do(ctx, op, group, id, encoded(payload), &none{})
}
