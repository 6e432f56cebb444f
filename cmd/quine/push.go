// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/internal/smp"
	"github.com/quine-fw/quine/patch"
)

// How long a device may take for an answer: for the first, which tells whether there is
// one at all, for those to an upload, behind which it may erase flash or read back the
// whole image, and for the others.
const (
	firstTimeout  = 3 * time.Second
	uploadTimeout = 10 * time.Second
	resetTimeout  = 500 * time.Millisecond
)

// pushFlags are the flags of quine push.
type pushFlags struct {
	port string
	baud int
	wait time.Duration
	json bool
}

func newPush(c *console) *cobra.Command {
	var f pushFlags
	cmd := &cobra.Command{
		Use:   "push PATCH --port PORT",
		Short: "Send a patch to a device, have it installed, and see it run",
		Long: `Push sends a patch over a serial line by the Simple Management Protocol, as mcumgr and
smpmgr do, resets the device, and waits until the new image runs. If the line breaks,
the same command goes on where the device stopped.

PORT is a serial port such as /dev/ttyACM0, /dev/cu.usbmodem1 or COM3, or the Unix
socket of an emulator. It ends with status 1 if the device refuses the patch, or runs
the old image in the end; the error number says why.`,
		Example: `  quine push update.patch --port /dev/ttyACM0
  quine push update.patch --port COM3 --baud 57600
  quine push update.patch --port /dev/ttyACM0 --json | jq .after.version`,
		Args: operands("PATCH"),
	}
	cmd.RunE = verb(func(args []string) error { return c.push(args[0], &f) })
	flags := cmd.Flags()
	flags.StringVar(&f.port, "port", "", "serial `port` of the device")
	flags.IntVar(&f.baud, "baud", 115200, "bits per second")
	flags.DurationVar(&f.wait, "wait", 2*time.Minute, "how long the installation may take")
	jsonFlag(cmd, &f.json)
	return cmd
}

// A pushReport is what quine push --json writes.
type pushReport struct {
	File      string       `json:"file"`
	Port      string       `json:"port"`
	Size      int          `json:"size"`       // of the patch, in bytes
	ResumedAt int          `json:"resumed_at"` // bytes that the device had already
	Before    *runningInfo `json:"before,omitempty"`
	After     *runningInfo `json:"after,omitempty"`
	Installed bool         `json:"installed"`       // the image of the patch runs
	Code      int          `json:"code,omitempty"`  // error number of spec/errors.md
	Error     string       `json:"error,omitempty"` // what is wrong
}

// A runningInfo tells which image runs.
type runningInfo struct {
	Version string `json:"version"`
	ID      string `json:"id"`
}

func newRunningInfo(im smp.Image) *runningInfo {
	return &runningInfo{im.Version, hex.EncodeToString(im.Hash)}
}

// push is the verb.
func (c *console) push(name string, f *pushFlags) error {
	if f.port == "" {
		return &hinted{usagef("missing flag --port"), "name the device's serial port, such as --port /dev/ttyACM0"}
	}
	data, err := c.read(name)
	if err != nil {
		return err
	}
	header, err := patch.ParseHeader(data)
	if err == nil && header.Raw {
		err = quine.Errorf(quine.CodeFormat, "patch is for files, not for devices; make it without --raw")
	}
	if _, bad := parseImage(data); bad == nil {
		err = &hinted{err, "this is an image, and devices take patches: quine diff makes them, with --full for any device"}
	}
	if err != nil {
		return inFile(name, err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	p := &pushing{console: c, flags: f, data: data, id: header.ID.String()}
	p.report = pushReport{File: name, Port: f.port, Size: len(data)}
	err = p.run(ctx)
	if err != nil && ctx.Err() != nil {
		err = &hinted{errors.New("interrupted"), "the same command goes on where it stopped"}
	}
	err = inFile(name, withCure(err))
	if f.json {
		if err != nil {
			p.report.Error = message(err)
			var e *quine.Error
			if errors.As(err, &e) {
				p.report.Code = int(e.Code)
			}
		}
		return errors.Join(err, writeJSON(c.out, &p.report))
	}
	if err != nil {
		return err
	}
	if p.report.Before == p.report.After {
		_, err = fmt.Fprintf(c.out, "version %s runs already, id %s; nothing was sent\n", p.report.After.Version, p.report.After.ID)
		return err
	}
	_, err = fmt.Fprintf(c.out, "version %s runs, id %s; it was %s; patch of %d bytes\n",
		p.report.After.Version, p.report.After.ID, p.report.Before.Version, len(data))
	return err
}

// A pushing is one run of quine push.
type pushing struct {
	*console
	flags  *pushFlags
	data   []byte
	id     string // head id of the image that the patch makes
	report pushReport

	port   *smp.Port
	client *smp.Client
}

// run sends, resets and waits.
func (p *pushing) run(ctx context.Context) error {
	if err := p.open(); err != nil {
		return err
	}
	defer func() { p.port.Close() }()
	p.client.Timeout, p.client.Tries = firstTimeout, 4
	before, err := p.client.Running(ctx)
	if errors.Is(err, smp.ErrTimeout) {
		return &hinted{fmt.Errorf("no answer on port %s", p.flags.port),
			"check port and --baud, and that the firmware runs and speaks SMP there"}
	}
	if err != nil {
		return err
	}
	p.client.Timeout, p.client.Tries = uploadTimeout, 3
	p.report.Before = newRunningInfo(before)
	if p.report.Before.ID == p.id {
		p.report.After, p.report.Installed = p.report.Before, true
		return nil
	}
	if err := p.upload(ctx); err != nil {
		return refusal(err)
	}
	if err := p.reset(ctx); err != nil {
		return refusal(err)
	}
	after, err := p.restarted(ctx)
	if err != nil {
		return err
	}
	p.report.After = newRunningInfo(after)
	if p.report.Installed = p.report.After.ID == p.id; p.report.Installed {
		return nil
	}
	code, err := p.client.Refused(ctx)
	if err == nil && code != 0 {
		return fmt.Errorf("not installed: %w", &quine.Error{Code: code, Offset: -1})
	}
	return fmt.Errorf("version %s runs after the reset, id %s, not the image of the patch", after.Version, p.report.After.ID)
}

// open opens the port anew.
func (p *pushing) open() error {
	if p.port != nil {
		p.port.Close()
	}
	port, err := smp.Open(p.flags.port, p.flags.baud)
	if err != nil {
		return &hinted{fmt.Errorf("port %s: %w", p.flags.port, err), "check that the device is connected, and that no other program has its port"}
	}
	p.port, p.client = port, smp.New(port)
	return nil
}

// upload sends the patch.
func (p *pushing) upload(ctx context.Context) error {
	bar := p.bar("sending", len(p.data))
	defer bar.Close()
	var err error
	p.report.ResumedAt, err = p.client.Upload(ctx, p.data, func(taken int) { bar.Set(taken) })
	return err
}

// reset resets the device, whose answer may be lost with that.
func (p *pushing) reset(ctx context.Context) error {
	p.client.Timeout, p.client.Tries = resetTimeout, 1
	err := p.client.Reset(ctx)
	var refused *smp.Error
	if errors.As(err, &refused) || ctx.Err() != nil {
		return err
	}
	return nil
}

// restarted waits until the device answers again, and returns what runs. A port that
// is gone, as that of a device with USB of its own is during a reset, is opened anew.
func (p *pushing) restarted(ctx context.Context) (smp.Image, error) {
	defer p.progress("installing")()
	wait, cancel := context.WithTimeout(ctx, p.flags.wait)
	defer cancel()
	for {
		p.client.Timeout, p.client.Tries = resetTimeout, 1
		im, err := p.client.Running(wait)
		switch {
		case err == nil:
			return im, nil
		case wait.Err() != nil:
			return smp.Image{}, &hinted{fmt.Errorf("device does not answer within %v of the reset", p.flags.wait),
				"give a slow installation more --wait; it goes on by itself"}
		case errors.Is(err, smp.ErrTimeout):
			continue
		}
		select {
		case <-wait.Done():
		case <-time.After(200 * time.Millisecond):
		}
		p.open()
	}
}

// refusal says that a device has refused, and why.
func refusal(err error) error {
	var code quine.Code
	if errors.As(err, &code) && code.Known() {
		return fmt.Errorf("refused by the device: %w", &quine.Error{Code: code, Offset: -1})
	}
	return err
}
