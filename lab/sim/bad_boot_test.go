// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
)

// refused checks that boot starts the old image, says why it does not install what is
// staged, has not written flash since the last rewind, and takes the next update.
func (p *pair) refused(t *testing.T, reason quine.Code) {
	t.Helper()
	p.boots(t, 0)
	if s, err := p.Status(); err != nil || s.Pending || s.Reason != reason {
		t.Fatalf("status %+v, want reason %v, %v", s, reason, err)
	}
	if trace, err := p.Trace(); err != nil || len(trace) != 0 {
		t.Fatalf("boot wrote flash: %v, %v", trace, err)
	}
	check(t, p.Reset())
	p.boots(t, 0)
	p.updates(t)
}

// TestHeaderFields puts extremes into each word of a staging header. A header names
// the image only to be recognised: what is staged describes itself.
func TestHeaderFields(t *testing.T) {
	more(t, func(t *testing.T, g Geometry) {
		p := stagedPair(t, g, sanitized(g))
		good := p.header(t, p.old, p.new)
		le := binary.LittleEndian
		for word := range 8 {
			was := le.Uint32(good[4*word:])
			for _, v := range []uint32{0, 1, 2, was - 1, was + 1, ^was, was | 1<<31, was ^ 0xFF00,
				math.MaxInt32, 1 << 31, math.MaxUint32 - 1, math.MaxUint32} {
				if v == was {
					continue
				}
				h := append([]byte(nil), good...)
				le.PutUint32(h[4*word:], v)
				if word < 7 {
					le.PutUint32(h[28:], sum(h[:28]))
				}
				check(t, p.Rewind(1, Cut{}))
				check(t, p.Poke(Store, 0, h))
				check(t, p.Reset())
				switch word {
				case 2, 3: // the id
					p.boots(t, 1)
				case 4, 5: // the base
					p.refused(t, quine.CodeStale)
				default:
					p.refused(t, 0)
				}
			}
		}
	})
}

// TestStale leaves headers in the store that were made for another image.
func TestStale(t *testing.T) {
	p := stagedPair(t, NRF51, true)
	other := recipe{Seed: 7, Version: 1, Counter: 5}.image(t, p.Device)
	blank := &image.Image{}
	for i := range blank.Manifest.ID {
		blank.Manifest.ID[i] = 0xFF
	}
	tests := []struct {
		base, staged *image.Image
		image        int
	}{
		{other, p.new, 0},
		{other, other, 0},
		{blank, blank, 0},
		{&image.Image{}, &image.Image{}, 0},
		{p.new, p.new, 0},
		{p.old, other, 1},
		{other, p.old, 1}, // as after a cut between seal and erased header
		{p.old, p.old, 1},
	}
	for _, test := range tests {
		check(t, p.Rewind(1, Cut{}))
		check(t, p.Poke(Store, 0, p.header(t, test.base, test.staged)))
		check(t, p.Reset())
		if test.image == 0 {
			p.refused(t, quine.CodeStale)
		} else {
			p.boots(t, 1)
		}
	}
}

// TestBites lets the watchdog bite at a feed of boot. During the verification it does
// so until boot gives up; during the install boot never gives up.
func TestBites(t *testing.T) {
	for _, g := range []Geometry{NRF51, Tiny, L0} {
		t.Run(g.Name, func(t *testing.T) {
			t.Parallel()
			p := stagedPair(t, g, false)
			verify := len(p.new.Data) / 32
			check(t, p.Reset())
			p.boots(t, 1)
			c, err := p.Counts()
			check(t, err)
			step := 3
			switch {
			case *fullFlag:
				step = 1
			case testing.Short():
				step = 31
			}
			for at := 1; at <= c.Feeds; at += step {
				limit := 3 // QUINE_ATTEMPTS_MAX of the host
				if at > verify {
					limit = 5
				}
				for bites := limit; bites >= 0; bites -= 1 + at%2*limit {
					p.bitten(t, at, bites)
					if at <= verify && bites == limit {
						p.refused(t, quine.CodeAttempts)
					} else {
						p.boots(t, 1)
					}
				}
			}
			t.Logf("%d feeds, %d of them of the verification", c.Feeds, verify)
		})
	}
}

// bitten lets the watchdog bite so many times at one feed, each time in a new boot.
func (p *pair) bitten(t *testing.T, at, bites int) {
	t.Helper()
	check(t, p.Rewind(1, Cut{}))
	check(t, p.Reset())
	for range bites {
		check(t, p.Bite(at))
		if b, err := p.Boot(1); err != nil || b.Event != Reset && b.Image != 1 {
			t.Fatalf("bite at feed %d: %+v, %v", at, b, err)
		}
	}
	check(t, p.Bite(0))
}

// TestRecord starts with anything in the RAM that is kept over a reset.
func TestRecord(t *testing.T) {
	p := stagedPair(t, NRF51, true)
	header, err := p.Dump(Store, 0, 32)
	check(t, err)
	crc := binary.LittleEndian.Uint32(header[28:])
	with := func(refused uint32, state int32) [4]uint32 {
		return [4]uint32{0x12345678, refused, uint32(state), ^uint32(state)}
	}
	tests := []struct {
		record [4]uint32
		image  int
		reason quine.Code // when the image is the old one
	}{
		{[4]uint32{}, 1, 0},
		{[4]uint32{math.MaxUint32, math.MaxUint32, math.MaxUint32, math.MaxUint32}, 1, 0},
		{[4]uint32{1, 2, 3, 4}, 1, 0},
		{[4]uint32{0, ^crc, math.MaxInt32, math.MaxInt32}, 1, 0},
		{with(0, 0), 1, 0},
		{with(0, 2), 1, 0},
		{with(0, 3), 0, quine.CodeAttempts},
		{with(0, math.MaxInt32), 0, quine.CodeAttempts},
		{with(0, -1), 1, 0},
		{with(0, math.MinInt32), 1, 0},
		{with(crc, int32(quine.CodeDigest)), 0, quine.CodeDigest},
	}
	for i, test := range tests {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			check(t, p.Rewind(1, Cut{}))
			check(t, p.Record(test.record))
			check(t, p.Reset())
			if test.image == 1 {
				p.boots(t, 1)
			} else {
				p.refused(t, test.reason)
			}
			check(t, p.Restore(0)) // with nothing staged
			check(t, p.Record(test.record))
			check(t, p.Reset())
			p.boots(t, 0)
			p.updates(t)
		})
	}
}

// TestLocked cannot erase the header after an install: boot must not install again at
// each reset. Nor does it begin when flash is locked.
func TestLocked(t *testing.T) {
	more(t, func(t *testing.T, g Geometry) {
		p := stagedPair(t, g, sanitized(g))
		check(t, p.Lock(Store, 0))
		for range 3 {
			check(t, p.Reset())
			p.boots(t, 1)
			check(t, p.Zero())
			for range 4 {
				check(t, p.Reset())
				p.boots(t, 1)
			}
			if trace, err := p.Trace(); err != nil || len(trace) != 0 {
				t.Fatalf("boot wrote flash: %v, %v", trace, err)
			}
			if s, err := p.Status(); err != nil || s.Pending || s.Reason != 0 {
				t.Fatalf("status %+v, %v", s, err)
			}
			check(t, p.PowerCycle()) // may forget it: one more install
		}
		check(t, p.SetPatch(create(t, nil, p.old)))
		p.boots(t, 1)
		if err := p.Receive(Feed{}); err != quine.CodeIO {
			t.Fatalf("Receive = %v", err)
		}
		check(t, p.Rewind(1, Cut{}))
		check(t, p.Lock(Flash, 0))
		check(t, p.Reset())
		p.boots(t, 0)
		if s, err := p.Status(); err != nil || s.Reason != quine.CodeIO {
			t.Fatalf("status %+v, %v", s, err)
		}
		if trace, err := p.Trace(); err != nil || len(trace) != 0 {
			t.Fatalf("boot wrote flash: %v, %v", trace, err)
		}
	})
}

// TestGap has a byte between boot sector and application, where no install writes, that no
// image has: boot must see it before it destroys anything, for it could not be made good
// again.
func TestGap(t *testing.T) {
	old, new := small(Large)
	p := newPair(t, Large, sanitized(Large), old, new)
	const gap = image.BootSize + 100
	check(t, p.Poke(Flash, gap, []byte{0x5A}))
	check(t, p.SetPatch(create(t, nil, p.new)))
	if err := p.Update(Feed{}); err != ErrReset {
		t.Fatalf("Update = %v", err)
	}
	check(t, p.Zero())
	b, err := p.Boot(20)
	check(t, err)
	if b.Event != Started || b.Torn != 0 {
		t.Fatalf("boot = %+v, want the old application", b)
	}
	if s, err := p.Status(); err != nil || s.Pending || s.Reason != quine.CodeBoot {
		t.Fatalf("status %+v, %v", s, err)
	}
	if trace, err := p.Trace(); err != nil || len(trace) != 0 {
		t.Fatalf("boot wrote flash: %v, %v", trace, err)
	}
	check(t, p.Poke(Flash, gap, []byte{0xFF}))
	check(t, p.Reset())
	p.boots(t, 0)
	p.updates(t)
}
