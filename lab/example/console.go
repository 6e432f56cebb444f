// SPDX-License-Identifier: BSD-3-Clause

// Package example talks to the example firmware of folder examples: the console
// on its UART, and the Simple Management Protocol beside it. [Connect] waits for
// the banner, [Console.SendPatch] sends a patch by that protocol, and
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
	"github.com/quine-fw/quine/internal/smp"
)

// pieceMax is how much of a patch goes into a request, in bytes: less than the
// firmware could take, so that even short patches come in pieces.
const pieceMax = 64

// Staged is what the firmware prints when it has the whole of a patch and has
// rebuilt the image.
const Staged = "patch complete\r\n"

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
	smp  *smp.Client
}

// A Banner is what the firmware prints when it starts.
type Banner struct {
	Version string // "1.2.3"
	ID      [8]byte
}

var (
	banner = regexp.MustCompile(`quine example (\d+\.\d+\.\d+) id ([0-9a-f]{16})\r\n> `)
	status = regexp.MustCompile(`pending (\d)\r\nlast (-?\d+)\r\n> `)
	frame  = regexp.MustCompile(`(?:\x06\x09|\x04\x14)[A-Za-z0-9+/=]*\n`)
	ticks  = regexp.MustCompile(`ticks (\d+) core (\d+)\r\n> `)
	fault  = regexp.MustCompile(`HardFault handler of the application\r\n`)
	prompt = regexp.MustCompile(`(?s)^(.*)\r\n> `)
)

// NewConsole returns the console on a line.
func NewConsole(line Line) *Console {
	client := smp.New(frames{line})
	client.PieceMax = pieceMax
	client.Timeout = time.Minute // a debugger may stop the firmware meanwhile
	return &Console{line, client}
}

// Connect waits until the firmware has started.
func Connect(ctx context.Context, line Line) (*Console, Banner, error) {
	c := NewConsole(line)
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

// frames are the lines on a UART that belong to the protocol.
type frames struct{ Line }

// ReadLine implements [smp.Line].
func (f frames) ReadLine(ctx context.Context) ([]byte, error) {
	m, err := f.ExpectRegexp(ctx, frame)
	if err != nil {
		return nil, err
	}
	return []byte(m[0]), nil
}

// SMP returns the client of the protocol on the same UART.
func (c *Console) SMP() *smp.Client { return c.smp }

// SendPatch sends a patch and waits until the firmware has rebuilt, checked and
// marked the new image. A refusal is a [quine.Code]. It calls progress, which may be
// nil, with the number of bytes taken.
func (c *Console) SendPatch(ctx context.Context, patch []byte, progress func(taken int)) error {
	_, err := c.smp.Upload(ctx, patch, progress)
	return err
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
