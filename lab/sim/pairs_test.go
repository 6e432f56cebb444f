// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
)

// TestPairs cuts power twice, on a very small image. The first cut falls anywhere;
// the second one anywhere between the first and the start of the new image. Cuts
// in the install come in more ways, and closer, than those in the download.
func TestPairs(t *testing.T) {
	t.Run("tiny", func(t *testing.T) { testPairs(t, Tiny, 1) })
	t.Run("signed", func(t *testing.T) { testPairs(t, SignedTiny, 5) })
}

// testPairs takes every so many a first cut.
func testPairs(t *testing.T, g Geometry, every int) {
	p, fresh := pairOf(t, g)
	f := Feed{}
	if cuts := asked(t); cuts != nil {
		_, err := p.recover(0, f, cuts...)
		check(t, err)
		return
	}
	total, download := p.operations(t, f)
	var tried, torn, most atomic.Int64
	parallel(t, total, fresh, func(p *pair, i int) error {
		ways, step := []How{Bits, Slow}, 41
		if i >= download-4 {
			ways, step = []How{Bits, Done, Weak, Slow}, 3
		}
		switch {
		case *fullFlag:
			ways, step = append(slices.Clone(Ways), Weak, Slow, Slow), (step+3)/4
		case testing.Short() && i%17 != 0, i%every != 0:
			return nil
		}
		for way, how := range ways {
			first := Cut{At: i + 1, How: how, Seed: uint32(16*i + way)}
			if err := p.cutAt(first, f); err != nil {
				return err
			}
			for _, how := range ways {
				// One seed for all, so that what happens before the cut is the same.
				for at := 1 + i%step; ; at += step {
					second := Cut{At: at, How: how, Seed: uint32(i + way)}
					r, err := p.recover(1, f, second)
					if err == nil && r.torn > 8 {
						err = fmt.Errorf("an image starts with %d torn bytes", r.torn)
					}
					if err != nil {
						return fmt.Errorf("cuts %v and %v: %w\n%s", first, second, err, replay(t, first, second))
					}
					if r.fired == 0 {
						break // behind the end
					}
					tried.Add(1)
					if r.torn > 0 {
						torn.Add(1)
					}
					if b := int64(r.boots); b > most.Load() {
						most.Store(b)
					}
				}
			}
		}
		return nil
	})
	t.Logf("%d pairs, %d of which leave a torn seal, at most %d boots in a row", tried.Load(), torn.Load(), most.Load())
}

// pairOf returns a device with very small images, and a function that makes more
// of them.
func pairOf(t *testing.T, g Geometry) (*pair, func() *pair) {
	old := recipe{App: g.EraseUnit + 32, Seed: 1, Version: 1, Counter: 1}
	new := recipe{App: g.EraseUnit + 96, Seed: 1, Version: 2, Changes: 2, Counter: 2}
	fresh := func() *pair { return newPair(t, g, false, old, new) }
	return fresh(), fresh
}

// cutAt updates the device until a cut takes place, and keeps it in slot 1.
func (p *pair) cutAt(c Cut, f Feed) error {
	if err := p.Rewind(0, c); err != nil {
		return err
	}
	err := p.Update(f)
	if err == ErrReset {
		var b Boot
		if b, err = p.Boot(20); err == nil && b.Event != CutOff {
			err = fmt.Errorf("cut %v did not take place: %+v", c, b)
		}
	} else if err == ErrPowerCut {
		err = nil
	}
	if err != nil {
		return err
	}
	return p.Save(1)
}
