// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/internal/ctr"
	"github.com/quine-fw/quine/lab/sim"
	"github.com/quine-fw/quine/patch"
)

// A scenario is what happens to a device besides power cuts. Images have numbers: 0
// runs at first, the goal in the end, those between may run on the way, and those
// behind the goal never.
type scenario struct {
	name    string
	images  func(b *build) []sim.Recipe
	patches []delta
	scripts []string // of the application of each image: device/test/host/sweep.h
	options string   // of the sweep
	staged  bool     // patch 0 is received already, and no cut falls before the install

	prepare func(f *fixture, d *sim.Device) error // what else is there at first
	fits    func(b *build) bool                   // nil for all
}

// A delta says how to make a patch: from one image, or from none if -1, to another.
type delta struct {
	from, to int
	cut      int // bytes that are missing at its end
}

// pair returns images of two sizes.
func pair(old, new func(b *build) sim.Recipe) func(b *build) []sim.Recipe {
	return func(b *build) []sim.Recipe { return []sim.Recipe{old(b), new(b)} }
}

func small(b *build) sim.Recipe {
	return sim.Recipe{App: b.small, Seed: 1, Version: 1, Counter: 5, Blank: b.blank}
}

func large(b *build) sim.Recipe {
	return sim.Recipe{App: b.large, Seed: 1, Changes: 6, Version: 2, Counter: 5, Blank: b.blank}
}

// same is as large as large and differs in its last sector and its first.
func same(b *build) sim.Recipe {
	r := large(b)
	r.Changes, r.Version = 3, 3
	return r
}

// other has another content altogether.
func other(b *build) sim.Recipe {
	r := small(b)
	r.Seed, r.Version, r.App = 9, 3, b.small+32
	return r
}

func newBoot(b *build) sim.Recipe {
	r := large(b)
	r.Boot = 1
	return r
}

func with(r func(b *build) sim.Recipe, version uint8) func(b *build) sim.Recipe {
	return func(b *build) sim.Recipe {
		made := r(b)
		made.Version = version
		return made
	}
}

// three returns images of three recipes.
func three(r0, r1, r2 func(b *build) sim.Recipe) func(b *build) []sim.Recipe {
	return func(b *build) []sim.Recipe { return []sim.Recipe{r0(b), r1(b), r2(b)} }
}

// dead says whether the store neither reads nor can be written while it goes wrong, which
// the client is told.
func (s *scenario) dead() bool {
	switch s.name {
	case "brief-abort", "dead-failing", "dead-busy", "dead-absent", "dead-zeros",
		"dying-failing", "dying-busy", "dying-absent", "dying-zeros":
		return true
	}
	return false
}

func external(b *build) bool { return !b.Internal }

var (
	growing   = pair(small, large)
	shrinking = pair(with(large, 1), with(small, 2))
	one       = []delta{{from: 0, to: 1}}
	update    = []string{"r0 i"}
	truncated = fmt.Sprintf("x1:%d", quine.CodeTruncated)
	wrongBase = fmt.Sprintf("x2:%d", quine.CodeBase)
	pending   = fmt.Sprintf("x1:%d", quine.CodePending)
)

// scenarios lists all of them but those of stores that go wrong.
var scenarios = []*scenario{
	{name: "update", images: growing, patches: one, scripts: update},
	{name: "install", images: growing, patches: one, scripts: update, staged: true},
	{name: "shrink", images: shrinking, patches: one, scripts: update},
	{name: "install-shrink", images: shrinking, patches: one, scripts: update, staged: true},
	{name: "same-size", images: pair(with(same, 1), large), patches: one, scripts: update},
	{name: "install-same-size", images: pair(with(same, 1), large), patches: one, scripts: update, staged: true},
	{name: "full-image", images: growing, patches: []delta{{from: -1, to: 1}}, scripts: update},
	{name: "abandoned", images: three(small, large, other), patches: []delta{{from: 0, to: 2}, {from: 0, to: 1}},
		scripts: []string{"b w0:0:700 r1 i"}},
	{name: "aborted", images: three(small, other, large), options: "goal=2",
		patches: []delta{{from: 0, to: 1}, {from: 0, to: 2}, {from: -1, to: 2}}, scripts: []string{"r0 a r1 i", "r2 i"}},
	{name: "two-updates", images: three(small, with(large, 2), with(same, 3)), options: "goal=2",
		patches: []delta{{from: 0, to: 1}, {from: 1, to: 2}}, scripts: []string{"r0 i", "r1 i"}},
	{name: "there-and-back", images: three(with(large, 1), with(small, 2), with(same, 3)), options: "goal=2",
		patches: []delta{{from: 0, to: 1}, {from: 1, to: 2}}, scripts: []string{"r0 i", "r1 i"}},
	{name: "wrong-first", images: three(small, large, other), scripts: []string{truncated + " " + wrongBase + " r0 i"},
		patches: []delta{{from: 0, to: 1}, {from: 0, to: 1, cut: 3}, {from: 2, to: 1}}},
	{name: "wrong-after", images: growing, scripts: []string{"r0 " + pending + " i"},
		patches: []delta{{from: 0, to: 1}, {from: 0, to: 1, cut: 3}}},
	{name: "boot-sector", images: pair(small, newBoot), patches: one, scripts: update, options: "window=1",
		fits: func(b *build) bool { return !b.BootFixed }},
	{name: "watchdog", images: growing, patches: one, scripts: update, options: "bites=2:60 boots=5"},
	{name: "watchdog-ram", images: growing, patches: one, scripts: update, options: "bites=2:60 boots=5 ram=1"},
	{name: "attempts", images: growing, patches: one, scripts: update, options: "bites=9:60 boots=16"},
	{name: "leftover", images: three(small, large, other), patches: one, scripts: update, prepare: (*fixture).leaveHeader},
}

// faults lists scenarios of a store that goes wrong for one boot after a cut, or from
// some read of the install on. They begin with the new image staged.
func faults() []*scenario {
	var list []*scenario
	add := func(name, options string, images func(b *build) []sim.Recipe) {
		list = append(list, &scenario{name: name, images: images, patches: one, scripts: update, staged: true,
			options: options + " boots=6", prepare: (*fixture).giveOther, fits: external})
	}
	for how := sim.Failing; how <= sim.Zeros; how++ {
		add("dead-"+how.String(), fmt.Sprintf("fault=%d:1:0", how), growing)
		add("dying-"+how.String(), fmt.Sprintf("fault=%d:0:0", how), shrinking)
		add("flaky-"+how.String(), fmt.Sprintf("fault=%d:0:2", how), growing)
	}
	// Boot does not see what is pending, the application does.
	list = append(list, &scenario{name: "brief-abort", images: growing, patches: one, scripts: []string{"a r0 i"}, staged: true,
		options: fmt.Sprintf("fault=%d:1:1 boots=6", sim.Failing), fits: external})
	add("brief-begin", fmt.Sprintf("fault=%d:1:2", sim.Failing), growing) // nor does its first look
	for from := 1; from < 512; from += 11 {
		add(fmt.Sprintf("swapped-%d", from), fmt.Sprintf("swap=%d:%d", sim.Swapped, from), growing)
	}
	return list
}

// A fixture is a scenario with its images and patches, made for a build.
type fixture struct {
	build    *build
	scenario *scenario
	images   []*image.Image
	patches  [][]byte
}

// newFixture makes them with a device, for its boot info.
func newFixture(b *build, s *scenario, d *sim.Device) (*fixture, error) {
	f := &fixture{build: b, scenario: s}
	for _, r := range s.images(b) {
		im, err := r.Image(d)
		if err != nil {
			return nil, err
		}
		f.images = append(f.images, im)
	}
	for _, delta := range s.patches {
		var old *image.Image
		if delta.from >= 0 {
			old = f.images[delta.from]
		}
		opts := &patch.Options{AllowBootChange: true, Effort: 1}
		if b.Build == sim.Encrypted {
			opts.Key = sim.AESKey
			opts.Rand = rand.NewChaCha8([32]byte{byte(len(f.patches))})
		}
		p, err := patch.Create(old, f.images[delta.to], opts)
		if err != nil {
			return nil, err
		}
		f.patches = append(f.patches, p[:len(p)-delta.cut])
	}
	return f, nil
}

// load puts a device to where the scenario begins.
func (f *fixture) load(d *sim.Device) error {
	for i, im := range f.images {
		if err := d.Remember(i, im.Data); err != nil {
			return err
		}
	}
	for i, p := range f.patches {
		if err := d.SetPatchNumber(i, p); err != nil {
			return err
		}
	}
	for i, s := range f.scenario.scripts {
		if f.build.Build == sim.Encrypted { // a tag is missing then
			s = strings.ReplaceAll(s, truncated, fmt.Sprintf("x1:%d", quine.CodeTag))
		}
		if err := d.Script(i, s); err != nil {
			return err
		}
	}
	if err := d.Load(f.images[0].Data); err != nil {
		return err
	}
	if f.scenario.staged {
		if b, err := d.Boot(1); err != nil || b.Event != sim.Started {
			return fmt.Errorf("the old image does not start: %+v, %w", b, err)
		}
		if err := d.Receive(sim.Feed{}); err != nil {
			return fmt.Errorf("the new image is not staged: %w", err)
		}
	}
	if f.scenario.prepare != nil {
		if err := f.scenario.prepare(f, d); err != nil {
			return err
		}
	}
	return d.PowerCycle()
}

// header returns the staging header of an image that was staged over another.
func (f *fixture) header(base, staged *image.Image) []byte {
	h := make([]byte, 32)
	copy(h, "QSTG\x01")
	copy(h[8:], staged.Manifest.ID[:])
	copy(h[16:], base.Manifest.ID[:])
	binary.LittleEndian.PutUint32(h[28:], crc32.ChecksumIEEE(h[:28]))
	return h
}

// store returns what a store holds in which an image is staged, under the nonce of the first patch if it is
// encrypted.
func (f *fixture) store(d *sim.Device, header, im []byte) ([]byte, error) {
	info, err := d.StoreInfo()
	if err != nil {
		return nil, err
	}
	data := bytes.Repeat([]byte{0xFF}, info.ImageBase)
	copy(data, header)
	if f.build.Build == sim.Encrypted {
		h, err := patch.ParseHeader(f.patches[0])
		if err != nil {
			return nil, err
		}
		if im, err = ctr.XOR(sim.AESKey, h.Nonce, ctr.ImageBlock, im); err != nil {
			return nil, err
		}
		block := bytes.Repeat([]byte{0xFF}, 32)
		copy(block, h.Nonce[:])
		data = append(data, block...)
	}
	return append(data, im...), nil
}

// leaveHeader leaves an image in the store that is announced for another one than
// runs, as after programming the device through a debugger.
func (f *fixture) leaveHeader(d *sim.Device) error {
	data, err := f.store(d, f.header(f.images[1], f.images[2]), f.images[2].Blank())
	if err != nil {
		return err
	}
	return d.Poke(sim.Store, 0, data)
}

// giveOther gives the contents of a store in the hands of an attacker: an image that
// is whole in itself, brings its seal along, and is for another product.
func (f *fixture) giveOther(d *sim.Device) error {
	r := other(f.build)
	r.App, r.Version, r.Info = len(f.images[1].Data)-int(f.images[1].Boot.ManifestOffset), 9, sim.OtherProduct
	im, err := r.Image(d)
	if err != nil {
		return err
	}
	data, err := f.store(d, f.header(f.images[0], f.images[1]), im.Data)
	if err != nil {
		return err
	}
	return d.SetOther(data)
}
