// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/image"
)

// A Result tells what became of an update under power cuts.
type Result struct {
	Tool string  `json:"tool"` // version of the program, for the archive
	From Release `json:"from"`
	To   Release `json:"to"`

	// Part, and what its data say of flash and where they come from.
	Part   string `json:"part"`
	Flash  string `json:"flash"`
	Source string `json:"source"`

	PatchSize int `json:"patch_size"` // in bytes

	// Operations of the update without a cut; the first Download of them are the
	// client's, 0 if the image was staged from the start.
	Operations int `json:"operations"`
	Download   int `json:"download_operations"`

	// Trials made: with one power cut at an operation, with two, and with a reset at an
	// instruction. Cuts counts power cuts that took place, by how they met the operation.
	Single int            `json:"single_cuts"`
	Pairs  int            `json:"pairs_of_cuts"`
	Resets int            `json:"resets"`
	All    bool           `json:"all_operations"` // each operation was cut in every way, none left out
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

	MostBoots int    `json:"most_boots"`       // until an image ran
	Slowest   string `json:"most_boots_trial"` // one that took as many, for [Config.Replay]
	ECCFaults int    `json:"ecc_faults"`       // raised by reads of torn units
	Units     []Unit `json:"erase_units"`

	// Install is how long erasing and programming flash takes in boot without a cut, by the
	// part's data, and Instructions how many instructions boot executes besides.
	InstallTypical float64 `json:"install_typical_ms"`
	InstallMax     float64 `json:"install_max_ms"`
	Instructions   uint64  `json:"install_instructions"`

	// NotCovered says what no trial has tried.
	NotCovered []string `json:"not_covered"`

	Timeline []Step `json:"timeline,omitempty"`
}

// A Release is one of the two images.
type Release struct {
	Version string `json:"version"`
	ID      string `json:"id"`
	Size    int    `json:"size"`   // in bytes
	SHA256  string `json:"sha256"` // of the image as a binary file
}

// release tells which image it is.
func release(im *image.Image) Release {
	f := im.Factory()
	return Release{im.Manifest.Version.String(), im.Manifest.ID.String(), len(f), fmt.Sprintf("%x", sha256.Sum256(f))}
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

// A Unit is an erase unit that the update, or a recovery, erases.
type Unit struct {
	Store  bool   `json:"store"` // of a store that is a memory of its own
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
		Failures: []Failure{}, // not null in JSON
		Units:    l.ready.units(),
		Timeline: slices.Clone(l.timeline),
		Window:   &Window{},
	}
}

// units returns all erase units of a device, those of flash first.
func (m *machine) units() (list []Unit) {
	for _, f := range []*flash{m.flash, m.store} {
		for at := uint32(0); f != nil && at < uint32(len(f.cells)); {
			_, _, size := f.unit(at)
			list = append(list, Unit{Store: f.store, Offset: at, Size: size})
			at += size
		}
	}
	return list
}

// erases returns how often each of these was erased.
func (m *machine) erases() []int {
	if m.store == nil {
		return m.flash.erases
	}
	return slices.Concat(m.flash.erases, m.store.erases)
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
	case o.cuts > 1:
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
	if o.boots > r.MostBoots {
		r.MostBoots, r.Slowest = o.boots, replayOf(cuts)
	}
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
			r.Failures = append(r.Failures, Failure{replayOf(cuts), o.err.Error()})
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
	if o.MostBoots > r.MostBoots {
		r.MostBoots, r.Slowest = o.MostBoots, o.Slowest
	}
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
	r.Part, r.Flash, r.Source = l.Part.Name, describe(l.Part), l.Part.Source
	r.From, r.To = release(l.Old), release(l.New)
	r.PatchSize = l.patchSize
	r.Operations, r.Download = len(l.timeline), l.download
	r.Instructions = l.instructions
	r.Failures = r.Failures[:min(len(r.Failures), mostFailures)]
	r.NotCovered = l.notCovered()
	first := 0 // unit of the store
	if l.ready.store != nil {
		first = len(l.ready.flash.erases)
	}
	for i := range r.Timeline {
		s := &r.Timeline[i]
		f, number := l.ready.flash, 0
		if s.Store {
			f, number = l.ready.store, first
		}
		n, _, _ := f.unit(s.Offset)
		if number += n; s.Erase {
			r.Units[number].Clean++
		}
		if s.Store {
			continue
		}
		typical, most := l.Part.Operation(s.Offset, s.Size, s.Erase)
		s.Typical = typical
		if s.Boot {
			r.InstallTypical += typical
			r.InstallMax += most
		}
		if l.inWindow(i + 1) {
			r.Window.Operations++
			r.Window.Typical += typical
			r.Window.Max += most
		}
	}
	r.Units = slices.DeleteFunc(r.Units, func(u Unit) bool { return u.Clean == 0 && u.Most == 0 })
	if !l.windowed {
		r.Window = nil
		return
	}
	r.Window.Lost = l.Part.BootSectorLost
}

// describe tells the geometry of a part.
func describe(p *device.Part) string {
	var b strings.Builder
	b.WriteString("erase units of ")
	for i, r := range p.Erase {
		if i > 0 {
			b.WriteString(", ")
		}
		if r.Count > 0 {
			fmt.Fprintf(&b, "%d times ", r.Count)
		}
		fmt.Fprintf(&b, "%d bytes (%v to %v ms)", r.Unit, r.Typ, r.Max)
	}
	if p.Bank > 0 {
		fmt.Fprintf(&b, " in banks of %d bytes", p.Bank)
	}
	fmt.Fprintf(&b, ", programmed by %d bytes (%v to %v µs), erased %s", p.Program.Unit, p.Program.Typ, p.Program.Max, p.Erased)
	return b.String()
}

// notCovered says what trials leave out.
func (l *lab) notCovered() (list []string) {
	if l.client == nil {
		list = append(list, "the download, without the ELF file of the old image")
	}
	if l.ready.store != nil {
		list = append(list, "the time of operations of the store")
	}
	return append(list, "the drivers of flash and store", "stores that fail", "the application itself, its NMI handler and how it gets the patch",
		"a supply that sags or bounces")
}
