// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"cmp"
	"slices"

	"github.com/quine-fw/quine/patch"
)

// An Input is what a report is about.
type Input struct {
	Old, New []byte       // the images, New as the patch makes it
	Patch    []byte       // from Old to New
	Parts    []patch.Part // of the patch, as [patch.Trace] or [patch.TraceRaw] visits them
	Address  uint32       // where the images are loaded; 0 if that is not known

	// OldELF and NewELF are the files that the images were made of, nil if they
	// are not at hand.
	OldELF, NewELF *ELF
}

// A Report tells where the bytes of a patch go.
type Report struct {
	PatchSize int `json:"patch_size"`
	OldSize   int `json:"old_size"`
	NewSize   int `json:"new_size"`

	// Kinds are the bytes by kind of decision, the most expensive first.
	Kinds []KindCost `json:"kinds"`

	// Places are the bytes by place of the new image, the most expensive first.
	// Together they cover it, and what costs nothing is left out.
	Places []Place `json:"places"`

	// Causes are what a developer might remove, the most expensive first.
	Causes []Cause `json:"causes"`

	// Symbols tells whether places are symbols rather than blocks.
	Symbols bool `json:"symbols"`
}

// A KindCost is what a kind of decision takes of a patch.
type KindCost struct {
	Kind  string  `json:"kind"`
	Means string  `json:"means"`
	Bytes float64 `json:"bytes"`
}

// A Place is a part of the new image: a function, an object, or a block.
type Place struct {
	Name    string  `json:"name"`
	Section string  `json:"section,omitempty"`
	Offset  int     `json:"offset"` // in the new image
	Size    int     `json:"size"`
	Bytes   float64 `json:"bytes"` // of the patch

	// Kinds are the bytes by name of the kind; a kind without any is left out.
	Kinds map[string]float64 `json:"kinds"`

	block bool // rather than a symbol
}

// kinds are the names and meanings of the kinds of parts.
var kinds = [patch.PartKinds]struct{ name, means string }{
	patch.PartOperation: {"operations", "what is copied from where, and how much is new"},
	patch.PartLiteral:   {"new bytes", "bytes that the old image has nowhere"},
	patch.PartChange:    {"changed code", "instructions and data that were edited in place"},
	patch.PartReference: {"references", "branches and loads whose target moved unexpectedly"},
	patch.PartPointer:   {"pointers", "pointers and constants that changed"},
	patch.PartFlag:      {"flags", "that what was predicted holds"},
	patch.PartHeader:    {"header", "the patch's header"},
}

// New examines a patch.
func New(in Input) *Report {
	l := newLedger(in.Parts, len(in.New))
	a := &analysis{Input: in, ledger: l, copies: copiesOf(in.Parts)}
	a.places = placesOf(in.NewELF, len(in.New))
	nameStrings(a.places, in.New)
	r := &Report{
		PatchSize: len(in.Patch), OldSize: len(in.Old), NewSize: len(in.New),
		Symbols: in.NewELF != nil,
		Places:  []Place{},
	}
	for k, info := range kinds {
		if bytes := l.totals[k] / 8; bytes > 0 {
			r.Kinds = append(r.Kinds, KindCost{info.name, info.means, bytes})
		}
	}
	slices.SortStableFunc(r.Kinds, func(a, b KindCost) int { return cmp.Compare(b.Bytes, a.Bytes) })
	for _, p := range a.places {
		if p.charge(l); p.Bytes > 0 {
			r.Places = append(r.Places, p)
		}
	}
	slices.SortStableFunc(r.Places, func(a, b Place) int { return cmp.Compare(b.Bytes, a.Bytes) })
	r.Causes = a.causes()
	return r
}

// charge sets what p costs.
func (p *Place) charge(l *ledger) {
	p.Kinds = map[string]float64{}
	for k := range patch.PartHeader {
		if bits := l.kind(k, p.Offset, p.Offset+p.Size); bits > 0 {
			p.Kinds[kinds[k].name] = bits / 8
			p.Bytes += bits / 8
		}
	}
}
