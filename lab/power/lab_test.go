// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/internal/need"
)

// read reads a file that make firmware-all builds.
func read(t testing.TB, name string) []byte {
	t.Helper()
	name = "../../build/" + name
	need.File(t, "firmware", name, "make firmware-all builds it")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parse(t testing.TB, data []byte) *image.Image {
	t.Helper()
	im, err := image.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// part returns the part of an example board.
func part(t testing.TB, board string) *device.Part {
	t.Helper()
	board = strings.TrimSuffix(strings.TrimSuffix(board, "-signed"), "-encrypted")
	name := strings.Replace(board, "-", "/", 1)
	if board == "microbit" {
		name = "nrf51"
	}
	p, err := device.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// config returns the update of an example from version 1 to 2.
func config(t testing.TB, board string, client bool) Config {
	t.Helper()
	c := Config{
		Old: parse(t, read(t, board+"/v1.bin")), New: parse(t, read(t, board+"/v2.bin")), Part: part(t, board),
	}
	if client {
		c.OldELF = read(t, board+"/v1.elf")
	}
	return c
}

// check fails unless the result is that of so many trials without a brick.
func check(t *testing.T, r *Result, err error, trials int) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	r.WriteText(t.Output(), "quine lab")
	windowed := 0
	if r.Window != nil {
		windowed = r.Window.Bricks
	}
	if r.Bricks > 0 || r.New+r.Old+windowed != r.Trials() || r.Trials() < trials || r.MostBoots > 3 {
		t.Errorf("not as it must be")
	}
}

// boards are the example boards whose instructions the emulator knows.
var boards = []string{"microbit", "mps2-an385", "mps2-an386"}

// TestUnits meets images whose boot sector was compiled for other erase units than the part has.
func TestUnits(t *testing.T) {
	tests := []struct {
		name   string
		change func(im *image.Image, p *device.Part)
		want   string
	}{
		{"image", func(im *image.Image, _ *device.Part) { im.Boot.ImageMax -= 512 }, "the application region ends at 0x1fe00, inside an erase unit that ends at 0x20000"},
		{"store", func(im *image.Image, _ *device.Part) { im.Boot.StoreMax -= 512 }, "inside an erase unit"},
		{"part", func(_ *image.Image, p *device.Part) { p.Erase[0].Unit = 4096 }, "the staging store"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := config(t, "microbit", false)
			test.change(c.Old, c.Part)
			if _, err := newLayout(c.Old, c.Part, nil); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("newLayout = %v, want %q", err, test.want)
			}
		})
	}
}

// TestPart meets parts that the images were not made for: a device that does not exist must not pass.
func TestPart(t *testing.T) {
	tests := []struct {
		name   string
		change func(p *device.Part)
		want   string
	}{
		{"base", func(p *device.Part) { p.Base = "0x08000000" }, "flash of nrf51 begins at 0x08000000, the image is for 0x00000000"},
		{"program unit", func(p *device.Part) { p.Program.Unit = 8 }, "in units of 8 bytes, the image does so in units of 4"},
		{"erased", func(p *device.Part) { p.Erased = "0x00" }, "reads 0x00 when it is erased"},
		{"seal", func(p *device.Part) { p.Seal = "own erase unit" }, "must not be programmed twice"},
		{"size", func(p *device.Part) { p.Erase[0].Count = 254 }, "flash of nrf51 ends at 0x3f800, the image's device needs it up to 0x3fc00"},
		{"small erase unit", func(p *device.Part) { p.Erase[0].Unit = 512 }, "do the erase units of nrf51 differ"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := config(t, "microbit", false)
			c.Cuts = 1
			test.change(c.Part)
			if _, err := Run(c); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Run = %v, want %q", err, test.want)
			}
		})
	}
}

// TestPair meets pairs of images that are no update: the client would never stage the new one.
func TestPair(t *testing.T) {
	c := config(t, "microbit", false)
	c.New = parse(t, read(t, "mps2-an385/v2.bin"))
	if _, err := Run(c); !errors.Is(err, quine.CodeProduct) {
		t.Errorf("other product: %v", err)
	}
	c.New = c.Old
	if _, err := Run(c); err == nil || !strings.Contains(err.Error(), "old and new image are the same") {
		t.Errorf("same image: %v", err)
	}
	c = config(t, "microbit", false)
	c.OldELF = read(t, "microbit/v2.elf")
	if _, err := Run(c); err == nil || !strings.Contains(err.Error(), "not that of the old image: they differ at 0x") {
		t.Errorf("other ELF file: %v", err)
	}
}

// TestBootFrom takes the ELF file of an image that carries the boot sector of an older release.
func TestBootFrom(t *testing.T) {
	c := config(t, "microbit", true)
	c.Old, c.New = otherBoot(t, read(t, "microbit/v1.bin")), otherBoot(t, read(t, "microbit/v2.bin"))
	c.Cuts = 1
	r, err := Run(c)
	check(t, r, err, 100)
	if r.Download == 0 {
		t.Error("no download")
	}
}

// TestReport checks what identifies a report, and that it says what it leaves out.
func TestReport(t *testing.T) {
	c := config(t, "microbit", false)
	c.Cuts = 1
	r, err := Run(c)
	check(t, r, err, 100)
	sum := fmt.Sprintf("%x", sha256.Sum256(read(t, "microbit/v2.bin")))
	if want := (Release{"2.0.0", c.New.Manifest.ID.String(), len(c.New.Data), sum}); r.To != want {
		t.Errorf("new image is %v, want %v", r.To, want)
	}
	// The digest of a staged image takes more than ten instructions for each byte.
	if least := uint64(10 * len(c.New.Data)); r.Instructions < least {
		t.Errorf("install takes %d instructions, want at least %d", r.Instructions, least)
	}
	if r.All {
		t.Error("a sample passes for all cuts")
	}
	if r.Source != c.Part.Source || !strings.Contains(r.Flash, "1024 bytes (21.3 to 22.3 ms)") || len(r.NotCovered) == 0 {
		t.Errorf("part data are %q from %q; not covered is %q", r.Flash, r.Source, r.NotCovered)
	}
	c.Cuts, c.Replay = 0, r.Slowest
	again, err := Run(c)
	if err != nil || again.MostBoots != r.MostBoots {
		t.Errorf("replay of %s: %d boots, not %d, error %v", r.Slowest, again.MostBoots, r.MostBoots, err)
	}
	for _, replay := range []string{"@6,3-weak-1", "3-weak-1,@6", "3-weak-1,"} {
		c.Replay = replay
		if _, err := Run(c); err == nil {
			t.Errorf("replay of %s makes another trial", replay)
		}
	}
}

// TestInstall cuts the install of a staged image, twice in a trial at last.
func TestInstall(t *testing.T) {
	for _, board := range boards {
		t.Run(board, func(t *testing.T) {
			c := config(t, board, false)
			c.Cuts = 300
			r, err := Run(c)
			check(t, r, err, 400)
			if r.Old > 0 {
				t.Errorf("the old image has started %d times", r.Old)
			}
		})
	}
}

// TestUpdate cuts the whole update, the client's part included.
func TestUpdate(t *testing.T) {
	for _, board := range boards {
		t.Run(board, func(t *testing.T) {
			c := config(t, board, true)
			c.Cuts = 300
			r, err := Run(c)
			check(t, r, err, 400)
			if r.Old == 0 || r.UpdatedAgain == 0 || r.New == 0 || r.Download == 0 {
				t.Errorf("%d old, %d updated again, %d new", r.Old, r.UpdatedAgain, r.New)
			}
		})
	}
}

// TestSigned cuts an install that verifies signatures, with and without the symbols of what
// does.
func TestSigned(t *testing.T) {
	for _, client := range []bool{false, true} {
		c := config(t, "microbit-signed", client)
		c.Cuts = 60
		r, err := Run(c)
		check(t, r, err, 150)
		if r.Instructions < 10e6 { // what a signature takes is most of an install
			t.Errorf("install takes %d instructions", r.Instructions)
		}
	}
}

// TestEncrypted cuts updates of devices whose store is encrypted.
func TestEncrypted(t *testing.T) {
	key, err := hex.DecodeString(strings.TrimSpace(string(read(t, "keys/device.aes"))))
	if err != nil {
		t.Fatal(err)
	}
	c := config(t, "microbit-encrypted", false)
	if _, err := Run(c); !errors.Is(err, quine.CodeEncryption) {
		t.Errorf("without a key: %v", err)
	}
	for _, client := range []bool{false, true} {
		c := config(t, "microbit-encrypted", client)
		c.Key, c.Cuts = key, 60
		r, err := Run(c)
		check(t, r, err, 150)
	}
	c = config(t, "microbit", false)
	c.Key = key
	if _, err := Run(c); !errors.Is(err, quine.CodeEncryption) {
		t.Errorf("with a key for nothing: %v", err)
	}
}

// otherBoot returns an image whose boot sector differs in one byte behind the code.
func otherBoot(t testing.TB, data []byte) *image.Image {
	t.Helper()
	raw, err := image.ReadBinary(slices.Clone(data))
	if err != nil {
		t.Fatal(err)
	}
	raw.Data[image.BootSize-1] = 0x5A
	im, err := image.Seal(raw, image.Options{Version: image.Version{Major: 2, Minor: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// TestWindow changes the boot sector, resets more often while it is rewritten, and finds the bricks there, and none elsewhere.
func TestWindow(t *testing.T) {
	c := config(t, "microbit", false)
	c.New = otherBoot(t, read(t, "microbit/v2.bin"))
	c.Cuts = 200
	r, err := Run(c)
	check(t, r, err, 300)
	w := r.Window
	if w == nil || w.Bricks < 50 || w.Operations < 100 || w.Typical <= 0 {
		t.Errorf("window is %+v", w)
	}
	// It has the erases of the two units that differ, and is part of the install.
	c = config(t, "microbit", false)
	c.Cuts = 1
	plain, err := Run(c)
	check(t, plain, err, 100)
	if more := r.InstallTypical - plain.InstallTypical; math.Abs(w.Typical-more) > 1 {
		t.Errorf("window takes %v ms, but the install %v ms more than without", w.Typical, more)
	}
	for i, s := range r.Timeline {
		if s.Boot && s.Offset < image.BootSize && s.Erase && s.New+s.Old+s.Window != len(distinct) {
			t.Errorf("operation %d, %v, was cut %d times, want %d", i+1, s.Operation, s.New+s.Old+s.Window, len(distinct))
		}
	}
}
