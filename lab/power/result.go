// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/quine-fw/quine/image"
)

// A Result tells what became of an update under power cuts.
type Result struct {
	Part       string `json:"part"`
	OldVersion string `json:"old_version"`
	NewVersion string `json:"new_version"`

	// Operations of the update without a cut; the first Download of them are the
	// client's, 0 if the image was staged from the start.
	Operations int `json:"operations"`
	Download   int `json:"download_operations"`

	// Trials made: with one power cut at an operation, with two, and with a reset at an
	// instruction. Cuts counts power cuts that took place, by how they met the operation.
	Single int            `json:"single_cuts"`
	Pairs  int            `json:"pairs_of_cuts"`
	Resets int            `json:"resets"`
	Ways   map[string]int `json:"cuts_by_way"`

	// What the trials came to: the new image at once, or the old one first. Of the latter
	// UpdatedAgain made the whole update anew and reached the new image.
	New          int `json:"new_image"`
	Old          int `json:"old_image"`
	UpdatedAgain int `json:"updated_again"`

	// Bricks are trials that ended in neither. Failures are the first of them.
	Bricks   int       `json:"bricks"`
	Failures []Failure `json:"failures"`

	// Window is about the rewriting of the boot sector, nil if the update keeps it.
	Window *Window `json:"window,omitempty"`

	MostBoots int    `json:"most_boots"` // until an image ran
	ECCFaults int    `json:"ecc_faults"` // raised by reads of torn units
	Units     []Unit `json:"erase_units"`

	// Install is how long erasing and programming takes in boot without a cut, by the
	// part's data, and Instructions how many instructions boot executes in that time.
	InstallTypical float64 `json:"install_typical_ms"`
	InstallMax     float64 `json:"install_max_ms"`
	Instructions   uint64  `json:"install_instructions"`

	// NativeCRC says that boot's CRC-32 agreed with this program's in a comparison before,
	// and was computed by it then. Instructions does not count it.
	NativeCRC bool `json:"native_crc"`

	Timeline []Step `json:"timeline,omitempty"`
}

// A Failure is a trial that ended in a brick.
type Failure struct {
	Replay string `json:"replay"` // for [Config.Replay]
	What   string `json:"what"`
}

// A Window is the time in which a device has no boot sector: the one in which a power cut
// may end in a brick.
type Window struct {
	Operations int     `json:"operations"`
	Cuts       int     `json:"cuts"`   // trials that met one of these, resets included
	Bricks     int     `json:"bricks"` // those that left the device without
	Typical    float64 `json:"typical_ms"`
	Max        float64 `json:"max_ms"`
	Lost       string  `json:"lost"` // what the part can do then
}

// A Unit is an erase unit of flash that the update erases.
type Unit struct {
	Offset uint32 `json:"offset"`
	Size   uint32 `json:"size"`
	Clean  int    `json:"erases"`      // without a cut
	Most   int    `json:"most_erases"` // in any trial
}

// A Step is an operation of the update without a cut, and what cuts at it came to.
type Step struct {
	Operation
	Boot bool `json:"boot"` // done by boot, not by the client

	New     int     `json:"new_image"`
	Old     int     `json:"old_image"`
	Window  int     `json:"window"`
	Bricks  int     `json:"bricks"`
	Typical float64 `json:"typical_ms"` // duration by the part's data
}

// A NoCutError says that a trial to be replayed does not take place in this update.
type NoCutError struct {
	Replay     string
	Operations int
}

func (e *NoCutError) Error() string {
	return fmt.Sprintf("the update has %d operations and comes to no cut %s", e.Operations, e.Replay)
}

// newResult returns a result without trials.
func (l *lab) newResult() *Result {
	return &Result{
		Ways:     make(map[string]int),
		Units:    make([]Unit, len(l.ready.flash.erases)),
		Timeline: slices.Clone(l.timeline),
		Window:   &Window{},
	}
}

// mostFailures is how many bricks are told apart.
const mostFailures = 10

// record adds a trial to the worker's tally.
func (w *worker) record(cuts []Cut, o outcome) {
	r := w.tally
	var step Step
	at := &step
	switch c := cuts[0]; {
	case c.How == None:
		r.Resets++
	case len(cuts) > 1:
		r.Pairs++
		at = &r.Timeline[c.At-1]
	default:
		r.Single++
		at = &r.Timeline[c.At-1]
	}
	for _, c := range cuts[:min(o.cuts, len(cuts))] {
		if c.How != None {
			r.Ways[c.How.String()]++
		}
	}
	r.MostBoots = max(r.MostBoots, o.boots)
	for i, n := range o.erases {
		r.Units[i].Most = max(r.Units[i].Most, n)
	}
	window := w.windowed && w.noBootSector(w.trial)
	if w.windowed && (at.Boot && !at.Store && at.Offset < image.BootSize || window) {
		r.Window.Cuts++
	}
	switch {
	case o.err != nil && window:
		r.Window.Bricks++
		at.Window++
	case o.err != nil:
		r.Bricks++
		at.Bricks++
		if len(r.Failures) < mostFailures {
			words := make([]string, len(cuts))
			for i, c := range cuts {
				words[i] = c.String()
			}
			r.Failures = append(r.Failures, Failure{strings.Join(words, ","), o.err.Error()})
		}
	case o.old:
		r.Old++
		at.Old++
	default:
		r.New++
		at.New++
	}
	if o.again && o.err == nil {
		r.UpdatedAgain++
	}
}

// noBootSector says whether sector 0 of a device is neither the old nor the new one.
func (l *lab) noBootSector(m *machine) bool {
	sector := m.flash.cells[:image.BootSize]
	return m.flash.tornIn(0, image.BootSize) > 0 ||
		!bytes.Equal(sector, l.factory[0][:image.BootSize]) && !bytes.Equal(sector, l.factory[1][:image.BootSize])
}

// add adds the trials of another result.
func (r *Result) add(o *Result) {
	r.Single += o.Single
	r.Pairs += o.Pairs
	r.Resets += o.Resets
	r.New += o.New
	r.Old += o.Old
	r.UpdatedAgain += o.UpdatedAgain
	r.Bricks += o.Bricks
	r.ECCFaults += o.ECCFaults
	r.Window.Cuts += o.Window.Cuts
	r.Window.Bricks += o.Window.Bricks
	r.MostBoots = max(r.MostBoots, o.MostBoots)
	r.Failures = append(r.Failures, o.Failures...)
	for way, n := range o.Ways {
		r.Ways[way] += n
	}
	for i := range r.Units {
		r.Units[i].Most = max(r.Units[i].Most, o.Units[i].Most)
	}
	for i := range r.Timeline {
		s, t := &r.Timeline[i], &o.Timeline[i]
		s.New += t.New
		s.Old += t.Old
		s.Window += t.Window
		s.Bricks += t.Bricks
	}
}

// finish fills in what does not come from trials.
func (r *Result) finish(l *lab) {
	r.Part = l.Part.Name
	r.OldVersion, r.NewVersion = l.Old.Manifest.Version.String(), l.New.Manifest.Version.String()
	r.Operations, r.Download = len(l.timeline), l.download
	r.Instructions, r.NativeCRC = l.booted, l.ready.native
	r.Failures = r.Failures[:min(len(r.Failures), mostFailures)]
	for i := range r.Timeline {
		s := &r.Timeline[i]
		if s.Store {
			continue
		}
		number, first, size := l.ready.flash.unit(s.Offset)
		typical, most := l.Part.Operation(s.Offset, s.Size, s.Erase)
		s.Typical = typical
		if s.Boot {
			r.InstallTypical += typical
			r.InstallMax += most
		}
		if s.Erase {
			u := &r.Units[number]
			u.Offset, u.Size = first, size
			u.Clean++
		}
		if l.inWindow(i + 1) {
			r.Window.Operations++
		}
	}
	r.Units = slices.DeleteFunc(r.Units, func(u Unit) bool { return u.Clean == 0 })
	if !l.windowed {
		r.Window = nil
		return
	}
	typical, most := l.Part.Window(image.BootSize)
	r.Window.Typical, r.Window.Max = float64(typical.Milliseconds()), float64(most.Milliseconds())
	r.Window.Lost = l.Part.BootSectorLost
}
