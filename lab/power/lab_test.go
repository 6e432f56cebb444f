// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"encoding/hex"
	"errors"
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
}
