// SPDX-License-Identifier: BSD-3-Clause

package setup

import (
	"testing"

	"github.com/quine-fw/quine/cmd/quine/internal/ldscript"
	"github.com/quine-fw/quine/device"
)

// layout plans the flash of a part.
func layout(t *testing.T, part string, length uint64) (*Plan, error) {
	t.Helper()
	p := &Plan{Options: Options{Part: part, Store: "internal"}, Flash: &ldscript.Region{Length: length}}
	if err := p.loadPort(); err != nil {
		t.Fatal(err)
	}
	return p, p.split()
}

func TestSplit(t *testing.T) {
	const KiB = 1024
	tests := []struct {
		part                string
		length              uint64
		image, store, units uint32 // 0 where the flash is too small
	}{
		{"nrf51", 256 * KiB, 127 * KiB, 127 * KiB, 1 * KiB},
		{"stm32f4", 512 * KiB, 128 * KiB, 128 * KiB, 128 * KiB},
		{"stm32f4", 1024 * KiB, 384 * KiB, 384 * KiB, 128 * KiB},
		{"stm32f4", 2048 * KiB, 768 * KiB, 1152 * KiB, 128 * KiB},
		{"stm32f4", 128 * KiB, 0, 0, 0},
		{"stm32l0", 64 * KiB, 31*KiB + 896, 31*KiB + 896, 128},
		{"mps2/an500", 248 * KiB, 120 * KiB, 120 * KiB, 8 * KiB},
	}
	for _, test := range tests {
		p, err := layout(t, test.part, test.length)
		if (err != nil) != (test.image == 0) {
			t.Errorf("%s, %d KiB: %v", test.part, test.length/KiB, err)
			continue
		}
		if err == nil && (p.ImageMax != test.image || p.StoreOffset != test.store || p.StoreUnit != test.units) {
			t.Errorf("%s, %d KiB: image %d, store at %d of units of %d; want %d, %d, %d", test.part, test.length/KiB,
				p.ImageMax, p.StoreOffset, p.StoreUnit, test.image, test.store, test.units)
		}
	}
}

// The floor has erase units of its own at the end, of 1 KiB or more.
func TestSplitSigned(t *testing.T) {
	tests := []struct {
		part, store string
		length      uint64
		at, size    uint32
	}{
		{"nrf52", "internal", 512 << 10, 508 << 10, 4096},
		{"nrf52", "spinor", 512 << 10, 508 << 10, 4096},
		{"stm32g0", "internal", 128 << 10, 126 << 10, 2048},
		{"stm32l0", "internal", 192 << 10, 191 << 10, 1024},
		{"stm32f4", "spinor", 512 << 10, 384 << 10, 4096},
	}
	for _, test := range tests {
		p := &Plan{Options: Options{Part: test.part, Store: test.store, Signed: true}, Flash: &ldscript.Region{Length: test.length}}
		if err := p.loadPort(); err != nil {
			t.Fatal(err)
		}
		if err := p.split(); err != nil {
			t.Fatal(err)
		}
		end := p.ImageMax
		if test.store == "internal" {
			end = p.StoreOffset + p.StoreSize
		}
		if p.FloorOffset != test.at || p.FloorSize != test.size || end > p.FloorOffset {
			t.Errorf("%v: floor of %d at %d, behind %d", test, p.FloorSize, p.FloorOffset, end)
		}
	}
}

// On every part, of every size, what is laid out does not overlap, begins and ends at
// borders, has units of one size in the store, and lets the store hold any image.
func TestSplitIsSound(t *testing.T) {
	for _, part := range device.Parts() {
		for length := uint64(16 << 10); length <= 2<<20; length += 76 << 10 {
			p, err := layout(t, part, length)
			if err != nil {
				continue
			}
			end := p.StoreOffset + p.StoreSize
			if p.StoreOffset < p.ImageMax || uint64(end) > length || p.StoreMax < p.ImageMax || p.StoreMax != p.StoreSize-p.StoreUnit {
				t.Fatalf("%s, %d: %+v", part, length, p)
			}
			borders := p.borders(end)
			for at := p.StoreOffset; at < end; at += p.StoreUnit {
				if p.Geometry.Unit(at) != p.StoreUnit || below(borders, at) != at {
					t.Fatalf("%s, %d: unit at %#x", part, length, at)
				}
			}
			if below(borders, p.ImageMax) != p.ImageMax {
				t.Fatalf("%s, %d: image up to %#x", part, length, p.ImageMax)
			}
		}
	}
}
