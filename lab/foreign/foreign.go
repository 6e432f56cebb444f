// SPDX-License-Identifier: BSD-3-Clause

// Package foreign runs the firmware of examples/foreign, which was written without
// Quine, on boards of QEMU. [Start] switches one on, [Device.Release] waits for what it
// says of itself, and [Device.Send] sends a patch as its update code wants it.
package foreign

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/quine-fw/quine/lab/qemu"
)

// pieceMax is the largest piece of a patch, in bytes.
const pieceMax = 255

var (
	greeting = regexp.MustCompile(`([a-z]+ release \d+)\r\n`)
	beat     = regexp.MustCompile(`\.\.`)
	answer   = regexp.MustCompile(`\+|refused\r\n`)
)

// ErrRefused reports that the firmware did not take a patch.
var ErrRefused = errors.New("foreign: the firmware refused the patch")

// A Device is a board that runs firmware.
type Device struct {
	machine *qemu.Machine
}

// Start programs an image into the flash of a board as a programmer would, and switches
// the board on.
func Start(ctx context.Context, board qemu.Board, image []byte) (*Device, error) {
	m, err := qemu.Start(ctx, board, nil)
	if err != nil {
		return nil, err
	}
	d := &Device{m}
	if err = m.LoadFlash(image); err == nil {
		err = m.Continue()
	}
	if err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Close switches the board off.
func (d *Device) Close() error { return d.machine.Close() }

// Release waits until the firmware has started and its timer interrupt counts, and
// returns what it says of itself.
func (d *Device) Release(ctx context.Context) (string, error) {
	m, err := d.machine.UART().ExpectRegexp(ctx, greeting)
	if err != nil {
		return "", err
	}
	_, err = d.machine.UART().ExpectRegexp(ctx, beat)
	return m[1], err
}

// Send sends a patch. The firmware installs it, and [Device.Release] tells the end of
// that. It returns ErrRefused if the firmware does not take the patch.
func (d *Device) Send(ctx context.Context, patch []byte) error {
	if err := d.pieces(ctx, patch); err != nil {
		return err
	}
	_, err := d.machine.UART().Write([]byte{0})
	return err
}

// SendAndCut sends a patch and cuts the power when the processor comes to the address
// for the n-th time while the patch is being installed. It reports whether it came there;
// if not, what the firmware says after the install is still to be read.
func (d *Device) SendAndCut(ctx context.Context, patch []byte, addr uint32, n int) (cut bool, err error) {
	if err := d.pieces(ctx, patch); err != nil {
		return false, err
	}
	if _, err := d.machine.Interrupt(); err != nil {
		return false, err
	}
	if _, err := d.machine.UART().Write([]byte{0}); err != nil {
		return false, err
	}
	if cut, err = d.machine.CutPower(ctx, addr, n, "release"); err != nil || cut {
		return cut, err
	}
	return false, d.machine.Continue()
}

// pieces sends a patch without its end.
func (d *Device) pieces(ctx context.Context, patch []byte) error {
	uart := d.machine.UART()
	if _, err := uart.Write([]byte("U")); err != nil {
		return err
	}
	for len(patch) > 0 {
		n := min(pieceMax, len(patch))
		frame := append([]byte{byte(n)}, patch[:n]...)
		sum := byte(0)
		for _, b := range patch[:n] {
			sum += b
		}
		if _, err := uart.Write(append(frame, sum)); err != nil {
			return err
		}
		m, err := uart.ExpectRegexp(ctx, answer)
		if err != nil {
			return err
		}
		if m[0] != "+" {
			return ErrRefused
		}
		patch = patch[n:]
	}
	return nil
}

// Compare compares the start of the flash with an image.
func (d *Device) Compare(image []byte) error {
	if _, err := d.machine.Interrupt(); err != nil {
		return err
	}
	flash, err := d.machine.ReadMemory(d.machine.Board().FlashBase, len(image))
	if err != nil {
		return err
	}
	for i := range image {
		if flash[i] != image[i] {
			return fmt.Errorf("foreign: flash differs from the image at byte %d", i)
		}
	}
	return d.machine.Continue()
}
