// SPDX-License-Identifier: BSD-3-Clause

package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"testing"

	"github.com/quine-fw/quine"
	devices "github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/lab/power"
)

func TestUpdateTwiceThroughSPINOR(t *testing.T) {
	f := load(t)
	b := start(t, f.v1.Data, newChip(t), "1.0.0")
	for _, step := range []struct {
		patch   []byte
		version string
		image   *image.Image
	}{{f.p12, "2.0.0", f.v2}, {f.p23, "3.0.0", f.v3}} {
		b.send(step.patch)
		b.wantStaged(step.image)
		b.wantStatus(true, 0)
		b.install(step.version)
		b.wantStatus(false, 0)
		if !bytes.Equal(b.flash(len(step.image.Data)), step.image.Data) {
			t.Fatal("flash differs from the sealed image")
		}
		// Consumed: the header's unit is blank, the image stays.
		store := b.store()
		if len(bytes.Trim(store[:storeUnit], "\xff")) != 0 {
			t.Fatal("the header's unit is not erased")
		}
		if s, err := image.ParseStore(store); err != nil || s.Image == nil || s.Image.Verify() != nil {
			t.Fatalf("the staged image is gone: %v", err)
		}
	}
}

// What is staged before one process ends is installed in the next.
func TestStagedImageOutlivesTheProcess(t *testing.T) {
	f := load(t)
	chip := newChip(t)
	b := start(t, f.v1.Data, chip, "1.0.0")
	b.send(f.p12)
	b.off()
	b.wantStaged(f.v2)
	b = start(t, f.v1.Data, chip, "2.0.0")
	b.wantStatus(false, 0)
}

// alter changes one byte of the chip while the board is off.
func (b *board) alter(at int64) {
	b.t.Helper()
	b.off()
	f, err := os.OpenFile(b.chip, os.O_RDWR, 0)
	b.do(err)
	var c [1]byte
	_, err = f.ReadAt(c[:], at)
	b.do(err)
	c[0] ^= 0x10
	_, err = f.WriteAt(c[:], at)
	b.do(errors.Join(err, f.Close()))
}

// What boot reads in the chip decides: a damaged image is refused for its digest,
// a damaged header is none.
func TestDamageInTheChip(t *testing.T) {
	f := load(t)
	chip := newChip(t)
	for _, test := range []struct {
		name string
		at   int64
		last quine.Code
	}{
		{"image", imageOffset + 0x1800, quine.CodeDigest},
		{"last byte of the image", imageOffset + int64(len(f.v2.Data)) - 1, quine.CodeDigest},
		{"manifest", imageOffset + 4096, quine.CodeManifest},
		{"header", storeOffset + 9, 0},
		{"header's magic", storeOffset, 0},
		{"header's checksum", storeOffset + 31, 0},
		{"behind the image", imageOffset + int64(len(f.v2.Data)) + 1, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := start(t, f.v1.Data, chip, "1.0.0")
			b.send(f.p12)
			b.alter(test.at)
			if test.last == -1 {
				start(t, f.v1.Data, chip, "2.0.0")
				return
			}
			b = start(t, f.v1.Data, chip, "1.0.0")
			b.wantStatus(false, test.last)
			b.send(f.p12)
			b.install("2.0.0")
		})
	}
}

// A chip that holds something else has no header, and is left alone.
func TestResetsWithoutUpdate(t *testing.T) {
	f := load(t)
	b := start(t, f.v1.Data, newChip(t), "1.0.0")
	for range 5 {
		b.restart("1.0.0")
		b.wantStatus(false, 0)
	}
	if len(bytes.Trim(b.store(), "\x00")) != 0 {
		t.Fatal("a start without an update has changed the store")
	}
}

// cuts is how often power is cut at each place.
const cuts = 8

// Power is cut at what the client does to the chip, and at what the kernel in RAM
// does to flash, up to the erase of the header in the chip.
func TestPowerCutsWithSPINOR(t *testing.T) {
	f := load(t)
	inRAM := func(name string) uint32 {
		return f.symbols[name] - f.symbols["quine_kernel_start"] + f.symbols["quine_kernel_ram"]
	}
	for _, place := range []struct {
		name  string
		addr  uint32
		total int // how often the client gets there; 0 for the kernel
	}{
		{"client erases", f.symbols["quine_store_erase"], 2},
		{"client programs", f.symbols["quine_store_program"], (len(f.v2.Data)+63)/64 + 1},
		{"kernel erases", inRAM("quine_flash_erase"), 0},
		{"kernel programs", inRAM("quine_flash_program"), 0},
		{"kernel consumes", inRAM("quine_boot_store_consume"), 0},
	} {
		t.Run(place.name, func(t *testing.T) {
			total, install := place.total, place.total == 0
			if install {
				total = count(t, f, place.addr)
			}
			for i := range min(cuts, total) {
				n := 1 + i*(total-1)/max(1, min(cuts, total)-1)
				cutAndRecover(t, f, place.addr, n, install)
			}
		})
	}
}

// order lets a stopped board begin to install what is staged.
func (b *board) order() {
	b.t.Helper()
	_, err := b.m.Interrupt()
	b.do(err)
	_, err = b.m.UART().Write([]byte("install\n"))
	b.do(err)
}

// count counts how often a clean install passes addr.
func count(t *testing.T, f *firmware, addr uint32) int {
	t.Helper()
	b := start(t, f.v1.Data, newChip(t), "1.0.0")
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	b.send(f.p12)
	b.order()
	n, err := b.m.CountHits(ctx, addr, "example 2.0.0")
	b.do(err)
	if n == 0 {
		t.Fatal("the routine was never reached")
	}
	return n
}

// begin starts the phase in which power is cut: an install, or the client's work
// on a patch, which stop ends.
func (b *board) begin(p []byte, install bool) (stop func()) {
	b.t.Helper()
	if install {
		b.send(p)
		b.order()
		return func() {}
	}
	_, err := b.m.Interrupt()
	b.do(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.SendPatch(ctx, p, nil) // ends with an error when power goes
	}()
	return func() { cancel(); <-done }
}

// cutAndRecover cuts power at the n-th passage of addr. Old or new must start;
// from the old release the update must then succeed.
func cutAndRecover(t *testing.T, f *firmware, addr uint32, n int, install bool) {
	t.Helper()
	b := start(t, f.v1.Data, newChip(t), "1.0.0")
	defer b.off()
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	stop := b.begin(f.p12, install)
	reached, err := b.m.CutPower(ctx, addr, n, "")
	stop()
	if err != nil || !reached {
		t.Fatalf("cut %d did not happen: %v", n, err)
	}
	banner, err := b.Banner(ctx)
	b.do(err)
	if banner.Version == "1.0.0" && !install {
		b.send(f.p12)
		b.install("2.0.0")
	} else {
		b.want(banner, "2.0.0")
	}
	if !bytes.Equal(b.flash(len(f.v2.Data)), f.v2.Data) {
		t.Fatalf("cut %d: flash differs from the sealed image", n)
	}
	b.wantStatus(false, 0)
}

// Power cuts at some operations of flash and chip, in the emulator: the driver of the chip is
// replaced there, boot and client are what runs in QEMU.
func TestPowerCuts(t *testing.T) {
	f := load(t)
	part, err := devices.Parse([]byte(`{"part": "emcraft-sf2", "core": "cortex-m3", "flash_base": "0x20000000",
		"erase": [{"first": 0, "unit_bytes": 4096, "typ_ms": 1, "max_ms": 1}],
		"program": {"unit_bytes": 4, "typ_us": 1, "max_us": 1},
		"erased": "0xFF", "seal": "zeros over", "boot_sector_lost": "needs a debugger"}`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := power.Run(power.Config{
		Old: f.v1, New: f.v2, Part: part, OldELF: f.elf[0], NewELF: f.elf[1], Cuts: 300,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.WriteText(t.Output(), "quine lab")
	if r.Bricks > 0 || r.New == 0 || r.UpdatedAgain == 0 || r.MostBoots > 3 {
		t.Error("not as it must be")
	}
}
