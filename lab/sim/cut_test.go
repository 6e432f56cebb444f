// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/quine-fw/quine"
)

var cutsFlag = flag.String("cuts", "", "power cuts to replay, such as 17-weak-3 or 17-weak-3,4-bits-1")

var fullFlag = flag.Bool("full", false, "cut at every operation, however long it takes")

// A recovery is what became of a device that was to be updated while its power was
// cut.
type recovery struct {
	fired   int // cuts that took place
	boots   int // most boots in a row that an application took to start
	retries int // downloads begun anew
	torn    int // most torn bytes in an image that has started
}

// recover updates the device, whatever is in the way, and cuts its power: the
// first cut is planned at once, each other one when that before it has fired. It
// fails when anything but the old or the new image starts, and when the new one
// does not come to run.
func (p *pair) recover(slot int, f Feed, cuts ...Cut) (r recovery, err error) {
	next := func() Cut {
		if r.fired < len(cuts) {
			return cuts[r.fired]
		}
		return Cut{}
	}
	if err := p.Rewind(slot, next()); err != nil {
		return r, err
	}
	for round := range 12 {
		var b Boot
		if round > 0 || slot > 0 {
			if b, err = p.Boot(20); err != nil {
				return r, err
			}
		} else {
			b = Boot{Event: Started}
		}
		r.boots = max(r.boots, b.Boots)
		switch {
		case b.Event == CutOff:
			r.fired++
			err = p.Plan(next())
			continue
		case b.Event != Started:
			return r, fmt.Errorf("boot ends in %+v", b)
		case b.Image < 0:
			return r, errors.New("what starts is neither the old image nor the new one")
		}
		r.torn = max(r.torn, b.Torn)
		if b.Image == 1 {
			return r, nil
		}
		switch err = p.Update(f); err {
		case ErrReset:
		case ErrPowerCut:
			r.fired++
			r.retries++
			err = p.Plan(next())
		case quine.CodePending:
			err = p.Reset()
		}
		if err != nil && err != ErrReset {
			return r, err
		}
	}
	return r, errors.New("the new image does not come to run")
}

// operations returns how many operations an update without a cut takes, and how
// many of them download and finish.
func (p *pair) operations(t testing.TB, f Feed) (total, download int) {
	t.Helper()
	check(t, p.Rewind(0, Cut{}))
	check(t, p.Receive(f))
	c, err := p.Counts()
	check(t, err)
	download = c.Operations
	_, err = p.recover(0, f)
	check(t, err)
	c, err = p.Counts()
	check(t, err)
	return c.Operations, download
}

// replay returns the line that repeats a test with certain cuts.
func replay(t testing.TB, cuts ...Cut) string {
	return fmt.Sprintf("go test ./lab/sim -run '^%s$' -cuts %s", slashes(t), join(cuts))
}

// slashes returns the name of a test as -run wants it, but for what lies around it.
func slashes(t testing.TB) string { return strings.ReplaceAll(t.Name(), "/", "$/^") }

func join(cuts []Cut) string {
	words := make([]string, len(cuts))
	for i, c := range cuts {
		words[i] = c.String()
	}
	return strings.Join(words, ",")
}

// asked returns the cuts of the -cuts flag, if any.
func asked(t testing.TB) (cuts []Cut) {
	t.Helper()
	for word := range strings.SplitSeq(*cutsFlag, ",") {
		if word == "" {
			continue
		}
		c, err := ParseCut(word)
		check(t, err)
		cuts = append(cuts, c)
	}
	return cuts
}

// parallel shares the numbers 0 to n-1 out among devices like p and calls try for
// each, until one fails.
func parallel(t *testing.T, n int, make func() *pair, try func(p *pair, i int) error) {
	t.Helper()
	const workers = 2
	var next atomic.Int64
	var wait sync.WaitGroup
	var failed atomic.Bool
	for range workers {
		p := make()
		wait.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := try(p, i); err != nil {
					failed.Store(true)
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

// tryCut updates a device with one cut, which must take place.
func (p *pair) tryCut(t *testing.T, c Cut, f Feed) error {
	r, err := p.recover(0, f, c)
	switch {
	case err != nil:
	case r.fired != 1:
		err = errors.New("the cut did not take place")
	case r.torn > 0:
		err = fmt.Errorf("an image starts with %d torn bytes", r.torn)
	case r.boots > 3:
		err = fmt.Errorf("%d boots to recover", r.boots)
	}
	if err != nil {
		return fmt.Errorf("cut %v: %w\n%s", c, err, replay(t, c))
	}
	return nil
}

// TestCut cuts power once, at every operation of download, finish and install, in
// every way. Those with large erase units have weak cells by the thousand, which
// take time, as sanitizers do: there, some operations will do.
func TestCut(t *testing.T) {
	tests := []struct {
		name     string
		g        Geometry
		sanitize bool
		most     int // operations
	}{
		{"nrf51", NRF51, false, math.MaxInt},
		{"tiny", Tiny, false, math.MaxInt},
		{"large", Large, false, 60},
		{"ecc", ECC, false, 300},
		{"l0", L0, false, 60},
		{"wide16", Wide16, false, 60},
		{"wide32", Wide32, false, 60},
		{"nrf51-sanitized", NRF51, true, 60},
		{"nrf51-signed", SignedNRF51, false, 60},
		{"tiny-signed", SignedTiny, false, 200},
		{"tiny-encrypted", EncryptedTiny, false, 200},
		{"ecc-sanitized", ECC, true, 60},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			most := test.most
			switch {
			case *fullFlag:
				most = math.MaxInt
			case testing.Short():
				most = min(most/4, 60)
			}
			old, new := small(test.g)
			testCuts(t, most, func() *pair { return newPair(t, test.g, test.sanitize, old, new) })
		})
	}
}

// testCuts cuts the power of devices that fresh makes at so many operations at
// most, evenly spread. Weak cells get several seeds.
func testCuts(t *testing.T, most int, fresh func() *pair) {
	f := Feed{Piece: 64}
	p := fresh()
	if cuts := asked(t); cuts != nil {
		check(t, p.tryCut(t, cuts[0], f))
		return
	}
	total, download := p.operations(t, f)
	step := (total-1)/most + 1
	var tried atomic.Int64
	n := (total + step - 1) / step
	parallel(t, n, fresh, func(p *pair, i int) error {
		at := 1 + i*step
		ways := Ways
		if at > download || *fullFlag {
			ways = append(slices.Clone(Ways), Weak, Slow, Slow)
		}
		for way, how := range ways {
			c := Cut{At: at, How: how, Seed: uint32(16*i + way)}
			if err := p.tryCut(t, c, f); err != nil {
				return err
			}
			tried.Add(1)
		}
		return nil
	})
	t.Logf("%d cuts at %d of %d operations, %d of them of the install", tried.Load(), n, total, total-download)
}
