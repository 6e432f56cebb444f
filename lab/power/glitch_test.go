// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"bytes"
	"testing"

	"github.com/quine-fw/quine/image"
)

// small returns an image with the boot sector of an example and little else.
func small(t testing.TB, data []byte, product uint32) *image.Image {
	t.Helper()
	raw, err := image.ReadBinary(bytes.Clone(data))
	if err != nil {
		t.Fatal(err)
	}
	raw.Data = raw.Data[:max(raw.Boot.ManifestOffset, raw.Boot.SealOffset)+1024]
	raw.Boot.Product ^= product // what the manifest gets; the boot sector stays as it is
	im, err := image.Seal(raw, image.Options{Version: image.Version{Major: 2}})
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// attacks are images that a device must neither install nor start.
var attacks = map[string]func(t *testing.T, data []byte) Glitch{
	"damaged": func(t *testing.T, data []byte) Glitch {
		im := small(t, data, 0)
		staged := im.Blank()
		staged[len(staged)-1] ^= 1
		return Glitch{Staged: staged, ID: im.Manifest.ID}
	},
}

// TestGlitch skips each instruction of a boot that meets an image which it must refuse.
func TestGlitch(t *testing.T) {
	for _, board := range boards[:2] {
		for name, attack := range attacks {
			t.Run(board+"/"+name, func(t *testing.T) {
				data := read(t, board+"/v1.bin")
				g := attack(t, data)
				g.Old, g.Part, g.OldELF = parse(t, data), part(t, board), read(t, board+"/v1.elf")
				r, err := g.Try()
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("%d of %d instructions skipped: %d installs begun, %d started", r.Tried, r.Path, r.Begun, r.Booted)
				for _, through := range r.Through {
					if through.Booted {
						t.Errorf("skip %d at %s starts it", through.At, through.Where)
					}
				}
				if r.Tried < 1000 || r.Tried != r.Path {
					t.Error("too few")
				}
			})
		}
	}
}
