// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"fmt"
	"time"
)

// Script says what the application does when the image with number i runs; the
// steps are those of device/test/host/sweep.h.
func (d *Device) Script(i int, steps string) error { return d.do("script %d %s", i, steps) }

// SetPatchNumber gives the patch with number i, 0 to 3, to scripts.
func (d *Device) SetPatchNumber(i int, p []byte) error {
	return d.do("patch %d %s", i, encode(p))
}

// Told returns what a closed device has told about its sweeps with trace=1.
func (d *Device) Told() string { return d.process.said() }

// CPUTime returns what a closed device has taken of the processor's time.
func (d *Device) CPUTime() time.Duration {
	if state := d.process.cmd.ProcessState; state != nil {
		return state.UserTime() + state.SystemTime()
	}
	return 0
}

// A Sweep is what has come of [Device.Sweep].
type Sweep struct {
	Planned int // cuts, from recorded runs
	Fired   int // cuts that took place
	Deepest int // of these: the last ones of a run with as many cuts as were asked for
	Runs    int // of the device to its goal
	Known   int // of these: not made, since their end was known
	Lost    int // cuts that lost the boot sector in its window
	Window  int // operations from the first to the last one at which that happens

	Operations int // without a cut
	Boots      int // most from the last cut to the goal

	CPU time.Duration // set by whoever has closed the device

	// Most erases of one unit, of flash and of the store, without a cut and with.
	FlashErases, StoreErases       int
	FlashErasesCut, StoreErasesCut int
}

// Add adds what has come of another sweep.
func (s *Sweep) Add(other Sweep) {
	s.Planned += other.Planned
	s.Fired += other.Fired
	s.Deepest += other.Deepest
	s.Runs += other.Runs
	s.Known += other.Known
	s.Lost += other.Lost
	s.CPU += other.CPU
	s.Window = max(s.Window, other.Window)
	s.Operations = max(s.Operations, other.Operations)
	s.Boots = max(s.Boots, other.Boots)
	s.FlashErases = max(s.FlashErases, other.FlashErases)
	s.StoreErases = max(s.StoreErases, other.StoreErases)
	s.FlashErasesCut = max(s.FlashErasesCut, other.FlashErasesCut)
	s.StoreErasesCut = max(s.StoreErasesCut, other.StoreErasesCut)
}

// Sweep cuts power everywhere: the options are those of device/test/host/sweep.h. It
// begins with the device as it is, and leaves it so. An error says what went wrong
// and, behind an @, at which cuts.
func (d *Device) Sweep(options string) (s Sweep, err error) {
	err = d.scan(fmt.Sprint("sweep ", options), &s.Planned, &s.Fired, &s.Deepest, &s.Runs, &s.Known, &s.Lost, &s.Window, &s.Operations,
		&s.Boots, &s.FlashErases, &s.StoreErases, &s.FlashErasesCut, &s.StoreErasesCut)
	if err == nil && s.Planned != s.Fired {
		err = fmt.Errorf("sim: %d cuts were planned, %d took place", s.Planned, s.Fired)
	}
	return s, err
}
