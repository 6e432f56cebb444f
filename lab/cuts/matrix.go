// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"strings"

	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/lab/sim"
)

// A build is a device to be tested: the library, compiled for a geometry.
type build struct {
	sim.Geometry
	part *device.Part // nil for a part that nobody makes

	// Sizes of the applications of images, in bytes from the manifest on.
	small, large int
	blank        bool // most of them is blank, for they are large
	sampled      bool // a run takes long: not every operation is cut
}

// builds returns all devices: those of the ported families, and others.
func builds() ([]*build, error) {
	var list []*build
	for _, name := range device.Parts() {
		if strings.HasPrefix(name, "mps2/") {
			continue // emulated boards with the flash that they say they have
		}
		part, err := device.Lookup(name)
		if err != nil {
			return nil, err
		}
		list = append(list, fromPart(part))
	}
	list = append(list, synthetic()...)
	for _, b := range list {
		switch b.Name {
		case "nrf51", "stm32l4", "tiny", "wide32":
			list = append(list, b.as(sim.Signed), b.as(sim.Encrypted))
		}
	}
	return list, nil
}

// as returns the device with another build.
func (b *build) as(kind sim.BuildKind) *build {
	other := *b
	other.Build, other.sampled = kind, true
	other.Name += "-" + string(kind)
	return &other
}

// fromPart returns a device with the flash of a part, as much of it as a test wants.
func fromPart(p *device.Part) *build {
	unit := int(p.Erase[0].Unit)
	b := &build{part: p, Geometry: sim.Geometry{
		Name:        p.Name,
		EraseUnit:   unit,
		ProgramUnit: int(p.Program.Unit),
		ErasedZero:  p.Erased == "0x00",
		SealErased:  p.Seal == "own erase unit",
		ECC:         p.Program.Unit == 8, // the double words of STM32 G0, G4 and L4
		Internal:    unit <= 4096,
	}}
	for i, run := range p.Erase[1:] {
		b.Runs[i] = sim.Run{First: int(run.First), Unit: int(run.Unit)}
	}
	return b.sized()
}

// sized gives the device memories that take its images, and those sizes: of some
// sectors, but not of more than the test of so many cuts needs.
func (b *build) sized() *build {
	boot := max(b.EraseUnit, 4096)
	unit := b.EraseUnit
	switch {
	case b.Runs[0].Unit > 0: // images end in the first sector of the next run
		b.small, b.large, b.blank = b.Runs[0].First-boot-unit, b.Runs[0].First-boot+96, unit > 4096
		b.sampled = b.blank
		b.ImageMax = b.Runs[0].First + b.Runs[0].Unit
	case unit <= 512:
		b.small, b.large = 2*unit+96, 3*unit+32
		b.ImageMax = boot + 5*unit
	default:
		b.small, b.large = unit-64, unit+96
		b.ImageMax = boot + 3*unit
	}
	b.small, b.large = max(b.small, 256), max(b.large, 288)
	if b.SealErased {
		b.ImageMax += unit
	}
	if b.Internal {
		b.StoreUnit = unit
	} else if b.StoreUnit == 0 {
		b.StoreUnit, b.StoreProgram = 4096, 32 // an SPI NOR flash
	}
	b.ImageMax = roundUp(b.ImageMax, unit)
	b.StoreSize = b.StoreUnit + roundUp(b.ImageMax, b.StoreUnit)
	return b
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// synthetic returns devices that no family has, the extremes of each number and some
// of their combinations.
func synthetic() []*build {
	geometries := []sim.Geometry{
		{Name: "tiny", EraseUnit: 256, ProgramUnit: 8, StoreUnit: 512},
		{Name: "bytes", EraseUnit: 128, ProgramUnit: 1, Internal: true},
		{Name: "halves", EraseUnit: 512, ProgramUnit: 2, StoreUnit: 128, StoreProgram: 1},
		{Name: "words-nor", EraseUnit: 1024, ProgramUnit: 4},
		{Name: "wide16", EraseUnit: 512, ProgramUnit: 16, SealErased: true, ECC: true, StoreUnit: 1024},
		{Name: "wide32", EraseUnit: 256, ProgramUnit: 32, SealErased: true, ECC: true, Internal: true},
		{Name: "zeros1", EraseUnit: 128, ProgramUnit: 1, SealErased: true, ErasedZero: true, StoreUnit: 256, StoreProgram: 2},
		{Name: "zeros32", EraseUnit: 512, ProgramUnit: 32, SealErased: true, ErasedZero: true, Internal: true},
		{Name: "large16k", EraseUnit: 16 << 10, ProgramUnit: 8, SealErased: true},
		{Name: "runs", EraseUnit: 512, ProgramUnit: 4, Runs: [2]sim.Run{{First: 6 << 10, Unit: 2048}, {First: 10 << 10, Unit: 4096}}, StoreUnit: 1024, StoreProgram: 4},
		{Name: "fixed", EraseUnit: 256, ProgramUnit: 8, StoreUnit: 512, BootFixed: true},
	}
	var list []*build
	for _, g := range geometries {
		b := &build{Geometry: g}
		list = append(list, b.sized())
	}
	for _, b := range list {
		b.blank = b.blank || b.EraseUnit > 4096
		b.sampled = b.blank
	}
	return list
}
