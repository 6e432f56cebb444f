// SPDX-License-Identifier: BSD-3-Clause

// Package example talks to the example firmware of folder examples: the console
// on its UART, and the update commands behind it. [Connect] waits for the
// banner, [Console.SendPatch] sends a patch in small acknowledged pieces, and
// [Console.Install] lets boot install what was rebuilt.
package example

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"github.com/quine-fw/quine"
)

// PieceMax is the largest piece of a patch that the firmware takes at once, in
// bytes.
const PieceMax = 64

// cancelLine drops what the firmware has of a line: bytes that a power cut left on
// the way.
const cancelLine = "\x15"

// A Line is the firmware's UART: package lab/qemu has one.
type Line interface {
	io.Writer
	ExpectRegexp(ctx context.Context, re *regexp.Regexp) ([]string, error)
}

// A Console is the firmware's command line.
type Console struct {
	line Line
}

// A Banner is what the firmware prints when it starts.
type Banner struct {
	Version string // "1.2.3"
	ID      [8]byte
}

var (
	banner = regexp.MustCompile(`quine example (\d+\.\d+\.\d+) id ([0-9a-f]{16})\r\n> `)
	status = regexp.MustCompile(`pending (\d)\r\nlast (-?\d+)\r\n> `)
	result = regexp.MustCompile(`(ok|error (-?\d+))\r\n> `)
	piece  = regexp.MustCompile(`\+|error (-?\d+)\r\n> `)
	ticks  = regexp.MustCompile(`ticks (\d+) core (\d+)\r\n> `)
	fault  = regexp.MustCompile(`HardFault handler of the application\r\n`)
	prompt = regexp.MustCompile(`(?s)^(.*)\r\n> `)
)

// Connect waits until the firmware has started.
func Connect(ctx context.Context, line Line) (*Console, Banner, error) {
	c := &Console{line: line}
	b, err := c.Banner(ctx)
	return c, b, err
}

// Banner waits for the banner of the next start.
func (c *Console) Banner(ctx context.Context) (Banner, error) {
	m, err := c.line.ExpectRegexp(ctx, banner)
	if err != nil {
		return Banner{}, fmt.Errorf("waiting for the banner: %w", err)
	}
	b := Banner{Version: m[1]}
	_, err = hex.Decode(b.ID[:], []byte(m[2]))
	return b, err
}

// command sends a line and waits for the answer that re describes.
func (c *Console) command(ctx context.Context, text string, re *regexp.Regexp) ([]string, error) {
	if _, err := io.WriteString(c.line, cancelLine+text+"\n"); err != nil {
		return nil, err
	}
	m, err := c.line.ExpectRegexp(ctx, re)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	return m, nil
}

// Run sends a command and returns what the firmware prints.
func (c *Console) Run(ctx context.Context, command string) (string, error) {
	m, err := c.command(ctx, command, prompt)
	if err != nil {
		return "", err
	}
	return m[1], nil
}

// Ticks are what two interrupts have counted since the start, in hundredths of a
// second.
type Ticks struct {
	Timer int // of a peripheral
	Core  int // SysTick, or another peripheral where the part has none
}

// Ticks returns what the interrupts have counted.
func (c *Console) Ticks(ctx context.Context) (Ticks, error) {
	m, err := c.command(ctx, "ticks", ticks)
	if err != nil {
		return Ticks{}, err
	}
	var t Ticks
	_, err = fmt.Sscan(m[1]+" "+m[2], &t.Timer, &t.Core)
	return t, err
}

// Ticking returns an error when one of the interrupts does not count.
func (c *Console) Ticking(ctx context.Context) error {
	before, err := c.Ticks(ctx)
	if err != nil {
		return err
	}
	for now := before; now.Timer == before.Timer || now.Core == before.Core; {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("an interrupt does not count: from %+v to %+v: %w", before, now, context.Cause(ctx))
		}
		if now, err = c.Ticks(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Status says whether a staged image is pending, and why boot did not install
// the last one (0 when it did).
func (c *Console) Status(ctx context.Context) (pending bool, last quine.Code, err error) {
	m, err := c.command(ctx, "status", status)
	if err != nil {
		return false, 0, err
	}
	n, err := strconv.Atoi(m[2])
	return m[1] == "1", quine.Code(n), err
}

// code returns the error that the firmware reports by number.
func code(number string) error {
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	return quine.Code(n)
}

// SendPatch sends a patch in pieces of at most size bytes and waits until the
// firmware has rebuilt, checked and marked the new image. A refusal is a
// [quine.Code]. After each piece it calls progress, which may be nil, with the
// number of bytes taken.
func (c *Console) SendPatch(ctx context.Context, patch []byte, size int, progress func(sent int)) error {
	if err := c.sendPieces(ctx, patch, size, progress); err != nil {
		return err
	}
	return c.result(ctx)
}

// sendPieces sends a patch to its end, but does not wait for what the firmware
// makes of it.
func (c *Console) sendPieces(ctx context.Context, patch []byte, size int, progress func(sent int)) error {
	if _, err := io.WriteString(c.line, cancelLine+"patch\n"); err != nil {
		return err
	}
	for sent := 0; sent < len(patch); {
		n := min(size, PieceMax, len(patch)-sent)
		if err := c.sendPiece(ctx, patch[sent:sent+n]); err != nil {
			return err
		}
		sent += n
		if progress != nil {
			progress(sent)
		}
	}
	_, err := c.line.Write([]byte{0})
	return err
}

// sendPiece sends one piece and waits for its acknowledgement.
func (c *Console) sendPiece(ctx context.Context, data []byte) error {
	frame := append([]byte{byte(len(data))}, data...)
	sum := byte(0)
	for _, b := range data {
		sum += b
	}
	if _, err := c.line.Write(append(frame, sum)); err != nil {
		return err
	}
	m, err := c.line.ExpectRegexp(ctx, piece)
	if err != nil {
		return err
	}
	if m[1] != "" {
		return code(m[1])
	}
	return nil
}

// result waits for the end of a command that reports ok or an error number.
func (c *Console) result(ctx context.Context) error {
	m, err := c.line.ExpectRegexp(ctx, result)
	if err != nil {
		return err
	}
	if m[2] != "" {
		return code(m[2])
	}
	return nil
}

// Install resets the part, which installs the pending image, and waits for the
// banner of what starts then.
func (c *Console) Install(ctx context.Context) (Banner, error) {
	if _, err := io.WriteString(c.line, cancelLine+"install\n"); err != nil {
		return Banner{}, err
	}
	return c.Banner(ctx)
}

// Fault executes a command that ends in the application's HardFault handler, and
// waits until the handler has said so and the firmware has started again.
func (c *Console) Fault(ctx context.Context, command string) (Banner, error) {
	if _, err := c.command(ctx, command, fault); err != nil {
		return Banner{}, err
	}
	return c.Banner(ctx)
}
