// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quine-fw/quine"
)

const fixture = "testdata/blink-gcc12.2.elf"

// readFixture returns the committed ELF file as firmware.
func readFixture(t testing.TB) *Raw {
	t.Helper()
	data, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := ReadELF(data)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// sealFixture returns the committed ELF file as an image.
func sealFixture(t testing.TB, opts Options) *Image {
	t.Helper()
	im, err := Seal(readFixture(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

func TestSeal(t *testing.T) {
	raw := readFixture(t)
	before := bytes.Clone(raw.Data)
	opts := Options{Version: Version{1, 2, 3, 4}, Counter: 5, HardwareMin: 1, HardwareMax: 3}
	im, err := Seal(raw, opts)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(raw.Data, before) {
		t.Error("Seal changed its input")
	}
	if err := im.Verify(); err != nil {
		t.Error(err)
	}
	parsed, err := Parse(im.Data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(im, parsed); diff != "" {
		t.Errorf("Parse gives another image than Seal (-seal +parse):\n%s", diff)
	}
	again := sealFixture(t, opts)
	if !bytes.Equal(again.Data, im.Data) {
		t.Error("Seal gives other bytes the second time")
	}
	if !bytes.Equal(im.Factory(), im.Data) || im.SealState() != SealSet {
		t.Error("Seal does not give the factory form")
	}
	want := Manifest{
		BootABI: 1, ID: im.Manifest.ID, Size: 4544, LoadAddress: 0x08000000, Product: 0x424C4E4B,
		HardwareMin: 1, HardwareMax: 3, Counter: 5, Version: Version{1, 2, 3, 4},
		BootCRC: im.Manifest.BootCRC, BuildID: [8]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef},
		Signature: im.Manifest.Signature,
	}
	if diff := cmp.Diff(want, im.Manifest); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
}

func TestSealAgain(t *testing.T) {
	opts := Options{Version: Version{2, 0, 0, 0}}
	want := sealFixture(t, opts)
	raw, err := ReadBinary(sealFixture(t, Options{Version: Version{1, 0, 0, 0}}).Data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Seal(raw, opts)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Data, want.Data) {
		t.Error("a sealed image sealed anew differs from one sealed at once")
	}
}

func TestSealRefuses(t *testing.T) {
	const manifest, seal = 0x10C0, 0x1140
	tests := []struct {
		name string
		edit func(*Raw, *Options)
		want quine.Code
	}{
		{"content in the manifest", func(r *Raw, _ *Options) { r.Data[manifest+8] = 1 }, quine.CodeLayout},
		{"content in the seal", func(r *Raw, _ *Options) { r.Data[seal] = 1 }, quine.CodeLayout},
		{"content outside", func(r *Raw, _ *Options) { r.Outside = []Extent{{0x10001000, 4}} }, quine.CodeLayout},
		{"content in RAM", func(r *Raw, _ *Options) { r.Outside = []Extent{{0x20000000, 4}} }, quine.CodeLayout},
		{"hardware range upside down", func(_ *Raw, o *Options) { o.HardwareMin = 3 }, quine.CodeHardware},
		{"hardware left out", func(_ *Raw, o *Options) { o.HardwareMin, o.HardwareMax = 3, 4 }, quine.CodeHardware},
		{"larger than the store", func(r *Raw, _ *Options) { r.Boot.StoreMax = 4512 }, quine.CodeSize},
		{"larger than the region", func(r *Raw, _ *Options) { r.Boot.ImageMax = 4512 }, quine.CodeSize},
		{"content in the gap", func(r *Raw, _ *Options) {
			r.Boot.ManifestOffset, r.Boot.SealOffset, r.Boot.AppVectors = 0x2000, 0x2080, r.Boot.LoadAddress+0x2100
			r.Data = append(r.Data, make([]byte, 0x2200)...)
			r.Data[0x1800] = 1
		}, quine.CodeLayout},
		{"the last counter", func(_ *Raw, o *Options) { o.Counter = math.MaxUint32 }, quine.CodeRollback},
		{"signed images only", func(r *Raw, _ *Options) { r.Boot.Flags = BootSigned }, quine.CodeUnsigned},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw, opts := readFixture(t), Options{}
			tt.edit(raw, &opts)
			if _, err := Seal(raw, opts); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestSealSkipsOutside(t *testing.T) {
	raw := readFixture(t)
	raw.Outside = []Extent{{0x10001000, 4}}
	if _, err := Seal(raw, Options{SkipOutside: true}); err != nil {
		t.Error(err)
	}
}

// TestSealSalt seals images until some need a salt, and checks that each has the
// smallest that gives a valid id.
func TestSealSalt(t *testing.T) {
	raw := readFixture(t)
	wanted := 3
	if testing.Short() {
		wanted = 1
	}
	for n := uint32(0); wanted > 0; n++ {
		im, err := Seal(raw, Options{Counter: n})
		if err != nil {
			t.Fatal(err)
		}
		if !im.Manifest.ID.Valid() {
			t.Fatalf("counter %d: id %v is not valid", n, im.Manifest.ID)
		}
		if im.Manifest.Salt == 0 {
			continue
		}
		wanted--
		if err := im.Verify(); err != nil {
			t.Errorf("counter %d: %v", n, err)
		}
		b := im.withoutID()
		for salt := uint16(0); salt < im.Manifest.Salt; salt++ {
			binary.LittleEndian.PutUint16(b[im.Boot.ManifestOffset+0x2C:], salt)
			if id := headID(b, &im.Boot, false); id.Valid() {
				t.Errorf("counter %d: salt %d would do, Seal chose %d", n, salt, im.Manifest.Salt)
			}
		}
	}
}
