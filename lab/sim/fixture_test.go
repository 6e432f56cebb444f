// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/internal/need"
	"github.com/quine-fw/quine/patch"
)

var library = flag.String("device", "../../device", "device library to test")

// buildDir is where the tests' programs are built.
var buildDir string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "quine-sim-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	buildDir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

var programs sync.Map // of func() (string, error), by name

// program returns the program for a geometry, which is built once.
func program(t testing.TB, g Geometry, sanitize bool) string {
	t.Helper()
	need.Program(t, "cc", "cc")
	build, _ := programs.LoadOrStore(fmt.Sprint(g.Name, sanitize), sync.OnceValues(func() (string, error) {
		return Build(context.Background(), *library, buildDir, g, &BuildOptions{Sanitize: sanitize, Watch: g.ECC})
	}))
	path, err := build.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// start starts a device that is closed, and must have come to no harm, at the end
// of the test.
func start(t testing.TB, g Geometry, sanitize bool) *Device {
	t.Helper()
	d, err := Start(context.Background(), program(t, g, sanitize))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil && !t.Failed() {
			t.Error(err)
		}
	})
	return d
}

// image makes a sealed image for the device.
func (r recipe) image(t testing.TB, d *Device) *image.Image {
	t.Helper()
	im, err := Recipe(r).Image(d)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// A recipe is a Recipe whose image cannot fail to be made.
type recipe Recipe

// create makes a patch from old, or a full one if old is nil.
func create(t testing.TB, old, new *image.Image) []byte {
	t.Helper()
	p, err := patch.Create(old, new, options(new))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// options returns those for a patch to an image.
func options(new *image.Image) *patch.Options {
	o := &patch.Options{AllowBootChange: true}
	if new.Boot.Flags&image.BootEncrypted != 0 {
		o.Key = AESKey
	}
	return o
}

// staged returns what the store is to hold of the new image once it has come by a patch.
func (p *pair) staged(t *testing.T, by []byte) []byte {
	t.Helper()
	h, err := patch.ParseHeader(by)
	check(t, err)
	content, err := p.new.Stage(options(p.new).Key, h.Nonce)
	check(t, err)
	return content
}

// A pair is a device that runs old, ready to become new. Slot 0 keeps it.
type pair struct {
	*Device
	old, new *image.Image
	patch    []byte
}

// newPair starts a device that runs an image made by one recipe, with a patch to
// the other.
func newPair(t testing.TB, g Geometry, sanitize bool, old, new recipe) *pair {
	t.Helper()
	d := start(t, g, sanitize)
	p := &pair{Device: d, old: old.image(t, d), new: new.image(t, d)}
	p.patch = create(t, p.old, p.new)
	check(t, d.Remember(0, p.old.Data))
	check(t, d.Remember(1, p.new.Data))
	check(t, d.SetPatch(p.patch))
	check(t, d.Load(p.old.Data))
	p.boots(t, 0)
	check(t, d.Save(0))
	return p
}

// small returns two recipes of images that fill some sectors of g.
func small(g Geometry) (old, new recipe) {
	unit := min(g.EraseUnit, 2048)
	old = recipe{App: 3*unit + 224, Seed: 1, Version: 1, Counter: 5}
	new = recipe{App: 4*unit + 96, Seed: 1, Version: 2, Counter: 5, Changes: 6}
	return old, new
}

// check ends the test if err is not nil.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// boots boots the device, which must start image i, all of it sound.
func (p *pair) boots(t testing.TB, i int) {
	t.Helper()
	b, err := p.Boot(20)
	check(t, err)
	if want := (Boot{Started, b.Boots, i, 0}); b != want {
		t.Fatalf("boot = %+v, want image %d started", b, i)
	}
}

// updates sends the good patch and checks that the device comes to run the new
// image.
func (p *pair) updates(t testing.TB) {
	t.Helper()
	check(t, p.SetPatch(p.patch))
	if err := p.Update(Feed{}); err != ErrReset {
		t.Fatalf("good patch: %v", err)
	}
	p.boots(t, 1)
}

// refuses sends a patch that the device must refuse with a code, and checks that
// it is none the worse for it: it runs, it boots, and takes the good patch.
func (p *pair) refuses(t testing.TB, bad []byte, f Feed, code quine.Code) {
	t.Helper()
	check(t, p.Restore(0))
	check(t, p.SetPatch(bad))
	if err := p.Receive(f); err != code {
		t.Fatalf("Receive = %v, want %v", err, code)
	}
	if err := p.Receive(f); err != code {
		t.Fatalf("Receive again = %v, want %v", err, code)
	}
	if s, err := p.Status(); err != nil || s.Pending || s.Version != p.old.Manifest.Version {
		t.Fatalf("status %+v, %v", s, err)
	}
	if err := p.Install(); err != quine.CodeState {
		t.Fatalf("Install = %v", err)
	}
	check(t, p.PowerCycle())
	p.boots(t, 0)
	p.updates(t)
}
