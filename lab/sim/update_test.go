// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"bytes"
	"slices"
	"testing"

	"github.com/quine-fw/quine"
)

// each runs a test for all geometries, or only the first in short mode.
func each(t *testing.T, test func(t *testing.T, g Geometry)) {
	for i, g := range Geometries {
		if i > 0 && testing.Short() {
			break
		}
		t.Run(g.Name, func(t *testing.T) {
			t.Parallel()
			test(t, g)
		})
	}
}

// sanitized says whether each and more test a geometry with sanitizers.
func sanitized(g Geometry) bool { return slices.Contains(Geometries, g) }

// more is each for more geometries, the first one also in short mode.
func more(t *testing.T, test func(t *testing.T, g Geometry)) {
	each(t, test)
	for i, g := range MoreGeometries {
		if i > 0 && testing.Short() {
			break
		}
		t.Run(g.Name, func(t *testing.T) {
			t.Parallel()
			test(t, g)
		})
	}
}

// all is more for signed devices, too.
func all(t *testing.T, test func(t *testing.T, g Geometry)) {
	more(t, test)
	signed(t, test)
}

// TestUpdate tests updates that nothing disturbs.
func TestUpdate(t *testing.T) {
	all(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		p := newPair(t, g, sanitized(g), old, new)
		full := create(t, nil, p.new)
		for _, f := range []Feed{{}, {Piece: 1}, {Piece: 7}, {Piece: 64}, {50, 1}, {50, 2}, {300, 3}} {
			for _, patch := range [][]byte{p.patch, full} {
				check(t, p.Restore(0))
				check(t, p.SetPatch(patch))
				if err := p.Receive(f); err != nil {
					t.Fatalf("%+v: %v", f, err)
				}
				if s, err := p.Status(); err != nil || !s.Pending {
					t.Fatalf("status %+v, %v", s, err)
				}
				if err := p.Install(); err != ErrReset {
					t.Fatalf("Install = %v", err)
				}
				p.boots(t, 1)
				s, err := p.Status()
				m := p.new.Manifest
				if want := (Status{false, 0, m.Version, m.Counter, m.ID.String()}); err != nil || s != want {
					t.Fatalf("status %+v, want %+v, %v", s, want, err)
				}
			}
		}
		// The image stays in the store: it is the repair copy.
		store, err := p.StoreInfo()
		check(t, err)
		want := p.staged(t, full)
		staged, err := p.Dump(Store, store.ImageBase, len(want))
		check(t, err)
		if !bytes.Equal(staged, want) {
			t.Error("the staged image is not the new one with a blank seal")
		}
	})
}

// TestChain tests several updates in a row, growing and shrinking, the last one
// with another boot sector.
func TestChain(t *testing.T) {
	all(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		p := newPair(t, g, sanitized(g), old, new)
		unit := min(g.EraseUnit, 2048)
		from := p.old
		for i, r := range []recipe{
			{App: 3*unit + 32, Seed: 1, Changes: 9, Version: 3, Counter: 5},
			{App: 200, Seed: 1, Changes: 9, Version: 4, Counter: 5},
			{App: 5*unit - 32, Seed: 2, Version: 5, Counter: 6},
			{App: 5 * unit, Seed: 2, Changes: 1, Version: 6, Counter: 7, Boot: 1},
			{App: unit, Seed: 1, Version: 7, Counter: 7, Boot: 1},
		} {
			if g.EraseUnit > 4096 {
				r.App *= 2
			}
			to := r.image(t, p.Device)
			check(t, p.Remember(1, to.Data))
			check(t, p.SetPatch(create(t, from, to)))
			if err := p.Update(Feed{}); err != ErrReset {
				t.Fatalf("update %d: %v", i, err)
			}
			p.boots(t, 1)
			from = to
		}
	})
}

// TestOrder tests calls out of order.
func TestOrder(t *testing.T) {
	old, new := small(NRF51)
	p := newPair(t, NRF51, true, old, new)
	n := len(p.patch)
	begin := func() error { return p.Begin() }
	write := func() error { return p.Write(0, n, Feed{}) }
	half := func() error { return p.Write(0, n/2, Feed{}) }
	finish := func() error { return p.Finish() }
	abort := func() error { return p.Abort() }
	install := func() error { return p.Install() }
	type call struct {
		do   func() error
		want error
	}
	tests := []struct {
		name  string
		calls []call
	}{
		{"write first", []call{{write, quine.CodeState}}},
		{"finish first", []call{{finish, quine.CodeState}}},
		{"install first", []call{{install, quine.CodeState}}},
		{"abort first", []call{{abort, nil}}},
		{"finish an empty patch", []call{{begin, nil}, {finish, quine.CodeTruncated}, {finish, quine.CodeTruncated}, {write, quine.CodeTruncated}}},
		{"begin twice", []call{{begin, nil}, {half, nil}, {begin, nil}, {write, nil}, {finish, nil}}},
		{"write after abort", []call{{begin, nil}, {half, nil}, {abort, nil}, {write, quine.CodeState}, {finish, quine.CodeState}}},
		{"install half", []call{{begin, nil}, {half, nil}, {install, quine.CodeState}}},
		{"install before finish", []call{{begin, nil}, {write, nil}, {install, quine.CodeState}, {finish, nil}, {install, ErrReset}}},
		{"after finish", []call{{begin, nil}, {write, nil}, {finish, nil}, {finish, quine.CodeState}, {write, quine.CodeState}, {begin, quine.CodePending}, {write, quine.CodeState}, {install, ErrReset}}},
		{"abort what is pending", []call{{begin, nil}, {write, nil}, {finish, nil}, {abort, nil}, {install, quine.CodeState}, {begin, nil}, {write, nil}, {finish, nil}}},
		{"abort after a begin that was refused", []call{{begin, nil}, {write, nil}, {finish, nil}, {begin, quine.CodePending}, {abort, nil}, {install, quine.CodeState}, {begin, nil}, {write, nil}, {finish, nil}}},
		{"after an error", []call{{begin, nil}, {write, nil}, {write, quine.CodeTrailing}, {half, quine.CodeTrailing}, {finish, quine.CodeTrailing}, {install, quine.CodeState}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			check(t, p.Restore(0))
			for i, c := range test.calls {
				if err := c.do(); err != c.want {
					t.Fatalf("call %d: %v, want %v", i, err, c.want)
				}
			}
			check(t, p.PowerCycle())
			b, err := p.Boot(9)
			check(t, err)
			if b.Event != Started || b.Image < 0 {
				t.Fatalf("%+v", b)
			}
			if b.Image == 0 {
				p.updates(t)
			}
		})
	}
}

// TestTwice sends a patch while it is pending, and after it was installed.
func TestTwice(t *testing.T) {
	old, new := small(NRF51)
	p := newPair(t, NRF51, true, old, new)
	if err := p.Receive(Feed{}); err != nil {
		t.Fatal(err)
	}
	if err := p.Receive(Feed{}); err != quine.CodePending {
		t.Errorf("while pending: %v", err)
	}
	if err := p.Install(); err != ErrReset {
		t.Fatal(err)
	}
	p.boots(t, 1)
	if err := p.Receive(Feed{}); err != quine.CodeBase {
		t.Errorf("after install: %v", err)
	}
	check(t, p.PowerCycle())
	p.boots(t, 1)
}

// TestOperations counts what an install that nothing disturbs does to flash.
func TestOperations(t *testing.T) {
	more(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		new.App = old.App // the last sectors are the same
		new.Changes = 1   // in sector 1
		p := newPair(t, g, sanitized(g), old, new)
		check(t, p.Receive(Feed{}))
		check(t, p.Zero())
		if err := p.Install(); err != ErrReset {
			t.Fatal(err)
		}
		p.boots(t, 1)
		trace, err := p.Trace()
		check(t, err)
		want := installOperations(p, g)
		if len(trace) != len(want) {
			t.Errorf("%d operations, want %d", len(trace), len(want))
		}
		for i := range min(len(trace), len(want)) {
			if trace[i] != want[i] {
				t.Fatalf("operation %d is %+v, want %+v", i, trace[i], want[i])
			}
		}
		c, err := p.Counts()
		check(t, err)
		if c.Blank != 0 && g.ProgramUnit >= 4 {
			t.Errorf("%d blank units were programmed", c.Blank)
		}
		if c.Unfed > 4096/g.ProgramUnit+2 {
			t.Errorf("%d operations without a feed of the watchdog", c.Unfed)
		}
	})
}

// installOperations returns the operations that an uncut install of p takes: the
// seal destroyed, each differing sector and the first one erased once, from the
// last down, each of their units programmed once unless blank, the last first, the seal, and the
// header's unit of the store erased. Small units are looked at by the word.
func installOperations(p *pair, g Geometry) []Operation {
	var ops []Operation
	program := func(area byte, from, to int) {
		for at := from; at < to; at += g.ProgramUnit {
			ops = append(ops, Operation{Area: area, Offset: at})
		}
	}
	seal, first := int(p.new.Boot.SealOffset), int(p.new.Boot.ManifestOffset)
	if g.SealErased {
		ops = append(ops, Operation{Erase: true, Area: 'f', Offset: seal})
	} else {
		program('f', seal, seal+8)
	}
	want := p.new.Blank()
	old := p.old.Blank()
	for end := len(want); end > first; {
		start := (end - 1) / g.EraseUnit * g.EraseUnit
		if start == first || end > len(old) || !bytes.Equal(want[start:end], old[start:end]) {
			ops = append(ops, Operation{Erase: true, Area: 'f', Offset: start})
			step := max(g.ProgramUnit, 4)
			for at := end - step; at >= start; at -= step {
				if unit := want[at : at+step]; bytes.Count(unit, []byte{g.erased()}) < step {
					program('f', at, at+step)
				}
			}
		}
		end = start
	}
	program('f', seal, seal+8)
	header := Operation{Erase: true, Area: 's'}
	if g.Internal {
		header = Operation{Erase: true, Area: 'f', Offset: g.ImageMax + g.StoreUnit}
	}
	return append(ops, header)
}
