// SPDX-License-Identifier: BSD-3-Clause

package ports

import (
	"os"
	"testing"

	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/lab/power"
)

// cutPower updates the linked program, which is little but boot and client, to one with
// other data, in the emulator, with power cuts. The driver of flash is not part of that.
func cutPower(t *testing.T, p port, file string) {
	t.Helper()
	elf, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	part, err := device.Lookup(p.name)
	if err != nil {
		t.Fatal(err)
	}
	cfg := power.Config{Part: part, OldELF: elf, Cuts: 150}
	for i, to := range []**image.Image{&cfg.Old, &cfg.New} {
		raw, err := image.Read(elf)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 1600 {
			raw.Data = append(raw.Data, byte(n*n>>(3+i)))
		}
		if *to, err = image.Seal(raw, image.Options{Version: image.Version{Major: uint8(1 + i)}}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := power.Run(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.WriteText(t.Output(), "quine lab")
	if r.Bricks > 0 || r.New == 0 || r.Old == 0 || r.Trials() < 200 || r.MostBoots > 3 ||
		(part.ECC != nil) != (r.ECCFaults > 0) {
		t.Error("not as it must be")
	}
}
