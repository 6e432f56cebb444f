// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
)

// How a call of the device's code ends when it does not return.
var (
	ErrPowerCut = errors.New("sim: power was cut")
	ErrReset    = errors.New("sim: the device has reset")
	ErrOff      = errors.New("sim: no application runs")
)

// An Area is a memory of a device.
type Area string

// The areas. Offsets in Store count from its own first byte, wherever it lies.
const (
	Flash Area = "flash"
	Store Area = "store"
)

// A Device is a simulated device. Its methods must not be called concurrently.
type Device struct {
	process *process
	patch   int // size of the patch in bytes
}

// Start starts a program that [Build] made: a device with erased memories that is
// off.
func Start(ctx context.Context, program string) (*Device, error) {
	p, err := startProcess(ctx, program)
	if err != nil {
		return nil, err
	}
	return &Device{process: p}, nil
}

// Close ends the program. It returns what has gone wrong with the device, if
// anything has.
func (d *Device) Close() error { return d.process.close() }

// one executes one command and returns its answer.
func (d *Device) one(format string, args ...any) (string, error) {
	answers, err := d.process.call(fmt.Sprintf(format, args...))
	if err != nil {
		return "", err
	}
	return answers[0], nil
}

// scan executes one command and scans its answer.
func (d *Device) scan(command string, into ...any) error {
	answer, err := d.one("%s", command)
	if err == nil {
		_, err = fmt.Sscan(answer, into...)
	}
	return err
}

// do executes one command that answers nothing.
func (d *Device) do(format string, args ...any) error {
	_, err := d.one(format, args...)
	return err
}

// outcome turns the answer to a call of the device's code into an error.
func outcome(answer string) error {
	var code quine.Code
	switch {
	case answer == "cut":
		return ErrPowerCut
	case answer == "reset":
		return ErrReset
	case answer == "off":
		return ErrOff
	case answer == "returned 0":
		return nil
	}
	if _, err := fmt.Sscanf(answer, "returned %d", &code); err != nil {
		return fmt.Errorf("sim: unexpected answer %q", answer)
	}
	return code
}

// BootInfo returns the constants of the boot sector, as they lie in each image.
func (d *Device) BootInfo() ([]byte, error) {
	answer, err := d.one("info")
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(answer)
}

// StoreInfo describes the staging store, in bytes.
type StoreInfo struct {
	ImageBase, ImageMax, EraseUnit int
}

// StoreInfo returns the geometry of the staging store.
func (d *Device) StoreInfo() (s StoreInfo, err error) {
	err = d.scan("store", &s.ImageBase, &s.ImageMax, &s.EraseUnit)
	return s, err
}

// Poke changes bytes of an area without an operation, as a programmer does, or
// time.
func (d *Device) Poke(area Area, offset int, data []byte) error {
	return d.do("poke %s %d %s", area, offset, encode(data))
}

// Wear wears out a byte of an area, the only one then: its lowest bit stays zero
// from the next operation on, until [Device.Restore].
func (d *Device) Wear(area Area, offset int) error { return d.do("wear %s %d", area, offset) }

// Lock keeps the erase unit of a byte of an area from being erased, the only one
// then, until [Device.Restore].
func (d *Device) Lock(area Area, offset int) error { return d.do("lock %s %d", area, offset) }

// Record replaces what boot remembers over a reset: four words of RAM.
func (d *Device) Record(words [4]uint32) error {
	var data []byte
	for _, w := range words {
		data = binary.LittleEndian.AppendUint32(data, w)
	}
	return d.do("record %s", encode(data))
}

// Bite lets the watchdog reset the device at the n-th feed from now, as if that
// came too late; 0 takes that back.
func (d *Device) Bite(n int) error { return d.do("bite %d", n) }

// SetFault plans faults of the store; the zero Fault takes the plan back. A store
// in internal flash has none.
func (d *Device) SetFault(f Fault) error { return d.do("fault %d %d %d", f.From, f.Reads, f.How) }

// SetOther gives the first bytes of the store that [Swapped] reads come from.
func (d *Device) SetOther(data []byte) error { return d.do("other %s", encode(data)) }

// Dump returns n bytes of an area as they read now.
func (d *Device) Dump(area Area, offset, n int) ([]byte, error) {
	answer, err := d.one("dump %s %d %d", area, offset, n)
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(answer)
}

// Load programs an image as a factory does.
func (d *Device) Load(im []byte) error { return d.Poke(Flash, 0, im) }

// Remember gives an image the number i, 0 to 3, for [Device.Boot].
func (d *Device) Remember(i int, im []byte) error {
	return d.do("image %d %s", i, encode(im))
}

// An Event says how boot has ended.
type Event string

// The ways in which boot ends.
const (
	Started Event = "started" // the application runs
	Waiting Event = "waiting" // for a usable staged image
	Reset   Event = "reset"
	CutOff  Event = "cut" // power was cut
)

// A Boot is what has come of one boot or more.
type Boot struct {
	Event Event // of the last one
	Boots int
	Image int // number of the image that flash holds, seal included, or -1
	Torn  int // bytes of it that a power cut has left torn, whatever they read
}

// Boot lets the device boot, again each time it resets, at most n times.
func (d *Device) Boot(n int) (b Boot, err error) {
	err = d.scan(fmt.Sprintf("boot %d", n), &b.Event, &b.Boots, &b.Image, &b.Torn)
	return b, err
}

// Patience lets boot feed the watchdog n times without changing flash before that
// counts as [Waiting]. By default boot waits once and tries again.
func (d *Device) Patience(n int) error { return d.do("patience %d", n) }

// PowerCycle cuts power now.
func (d *Device) PowerCycle() error { return d.do("power") }

// Reset resets the device now; RAM keeps what it holds.
func (d *Device) Reset() error { return d.do("reset") }

// SetPatch gives the patch that [Device.Write] and [Device.Update] send.
func (d *Device) SetPatch(p []byte) error {
	d.patch = len(p)
	return d.do("patch 0 %s", encode(p))
}

// A Feed says in what pieces a patch is sent.
type Feed struct {
	Piece int    // bytes; 0 for all at once
	Seed  uint32 // if not 0, pieces have random lengths from 1 to Piece
}

// arguments returns f as the program reads it, for a patch of n bytes.
func (f Feed) arguments(n int) string {
	piece := f.Piece
	if piece == 0 {
		piece = max(n, 1)
	}
	return fmt.Sprintf("%d %d", piece, f.Seed)
}

// call executes a command that calls the device's code.
func (d *Device) call(format string, args ...any) error {
	answer, err := d.one(format, args...)
	if err != nil {
		return err
	}
	return outcome(answer)
}

// Begin calls quine_update_begin.
func (d *Device) Begin() error { return d.call("begin") }

// Write calls quine_update_write with n bytes of the patch, in pieces, until it
// fails.
func (d *Device) Write(from, n int, f Feed) error {
	return d.call("write %d %d %s", from, n, f.arguments(n))
}

// Finish calls quine_update_finish.
func (d *Device) Finish() error { return d.call("finish") }

// Abort calls quine_update_abort.
func (d *Device) Abort() error { return d.call("abort") }

// Install calls quine_update_install. It returns [ErrReset] when all is well.
func (d *Device) Install() error { return d.call("install") }

// Receive begins an update, sends the whole patch and finishes, as far as each
// call succeeds.
func (d *Device) Receive(f Feed) error { return d.call("receive %s", f.arguments(d.patch)) }

// Update is Receive followed by Install.
func (d *Device) Update(f Feed) error { return d.call("update %s", f.arguments(d.patch)) }

// A Status is what quine_status tells.
type Status struct {
	Pending bool
	Reason  quine.Code
	Version image.Version
	Counter uint32
	ID      string // of the running image, in hexadecimal
}

// Status calls quine_status.
func (d *Device) Status() (s Status, err error) {
	answer, err := d.one("status")
	if err != nil {
		return s, err
	}
	if answer == "off" {
		return s, ErrOff
	}
	var pending int
	_, err = fmt.Sscan(answer, &pending, &s.Reason, &s.Version.Major, &s.Version.Minor,
		&s.Version.Patch, &s.Version.Build, &s.Counter, &s.ID)
	s.Pending = pending != 0
	return s, err
}

// Plan plans a power cut; the zero Cut takes the plan back.
func (d *Device) Plan(c Cut) error {
	return d.do("plan %d %d %d", c.At, c.How, c.Seed)
}

// Rewind restores a slot, starts a new count and plans a cut.
func (d *Device) Rewind(slot int, c Cut) error {
	_, err := d.process.call(fmt.Sprintf("restore %d", slot), "zero",
		fmt.Sprintf("plan %d %d %d", c.At, c.How, c.Seed))
	return err
}

// Counts are the numbers of operations since [Device.Zero].
type Counts struct {
	Operations int // begun, those cut included
	Erases     int // of a unit each
	Programs   int // of a unit each
	Blank      int // programs of nothing but blank bytes
	Unfed      int // most operations between two feeds of the watchdog
	Cuts       int // power cuts that took place
	Reads      int // of a store that is not internal flash
	Feeds      int // of the watchdog
}

// Zero starts a new count.
func (d *Device) Zero() error { return d.do("zero") }

// Counts returns the counts since Zero.
func (d *Device) Counts() (c Counts, err error) {
	err = d.scan("count", &c.Operations, &c.Erases, &c.Programs, &c.Blank, &c.Unfed, &c.Cuts,
		&c.Reads, &c.Feeds)
	return c, err
}

// An Operation is an erase or a program of one unit.
type Operation struct {
	Erase  bool
	Area   byte // 'f' or 's', the first letter of the memory's name
	Offset int
}

// Trace returns the operations since Zero, in order.
func (d *Device) Trace() ([]Operation, error) {
	answer, err := d.one("trace")
	if err != nil {
		return nil, err
	}
	var trace []Operation
	for _, word := range strings.Fields(answer) {
		op := Operation{Erase: word[0] == 'e', Area: word[1]}
		if _, err := fmt.Sscan(word[2:], &op.Offset); err != nil {
			return nil, err
		}
		trace = append(trace, op)
	}
	return trace, nil
}

// Save keeps the state of the device, memories, RAM and plan, in a slot, 0 to 3.
func (d *Device) Save(slot int) error { return d.do("save %d", slot) }

// Restore brings back the state that a slot keeps.
func (d *Device) Restore(slot int) error { return d.do("restore %d", slot) }

// encode returns data as the program reads it.
func encode(data []byte) string {
	if len(data) == 0 {
		return "-"
	}
	return hex.EncodeToString(data)
}
