// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"fmt"
	"strings"
)

// A Geometry says what memories a device has. All sizes are in bytes.
type Geometry struct {
	Name  string
	Build BuildKind

	EraseUnit   int    // of internal flash
	Runs        [2]Run // of other erase units behind those, as far as they have some
	ProgramUnit int    // of flash and store
	ErasedZero  bool   // erased cells read 0x00
	SealErased  bool   // no unit may be programmed twice: the seal has an erase unit of its own
	ImageMax    int    // application region, from the start of flash
	BootFixed   bool   // images with another boot sector are refused
	ECC         bool   // reading a torn unit raises a fault, in watched builds

	// Internal is set for a store in internal flash, the one of device/store,
	// which has the same erase units. Otherwise the store is a memory of its own.
	Internal  bool
	StoreUnit int
	StoreSize int

	StoreProgram int // program unit of a store of its own, ProgramUnit if 0
}

// A Run is a run of erase units of one size, from its first byte to the next run.
type Run struct{ First, Unit int }

// Geometries of real parts, with memories as small as tests want them, and some
// that no part has.
var (
	NRF51 = Geometry{
		Name: "nrf51", EraseUnit: 1024, ProgramUnit: 4, ImageMax: 16 << 10,
		Internal: true, StoreUnit: 1024, StoreSize: 17 << 10,
	}
	Tiny = Geometry{
		Name: "tiny", EraseUnit: 256, ProgramUnit: 8, ImageMax: 6 << 10,
		StoreUnit: 512, StoreSize: 7 << 10,
	}
	Large = Geometry{
		Name: "large", EraseUnit: 16 << 10, ProgramUnit: 1, ImageMax: 64 << 10,
		StoreUnit: 4096, StoreSize: 72 << 10,
	}
	ECC = Geometry{
		Name: "ecc", EraseUnit: 2048, ProgramUnit: 8, SealErased: true, ImageMax: 16 << 10,
		Internal: true, StoreUnit: 2048, StoreSize: 20 << 10,
	}
)

// More geometries, which differ in how cells are erased and programmed.
var (
	L0 = Geometry{
		Name: "l0", EraseUnit: 128, ProgramUnit: 4, ErasedZero: true, SealErased: true, ImageMax: 8 << 10,
		Internal: true, StoreUnit: 128, StoreSize: 9 << 10,
	}
	Wide16 = Geometry{
		Name: "wide16", EraseUnit: 512, ProgramUnit: 16, SealErased: true, ImageMax: 12 << 10,
		StoreUnit: 1024, StoreSize: 13 << 10,
	}
	Wide32 = Geometry{
		Name: "wide32", EraseUnit: 256, ProgramUnit: 32, SealErased: true, ImageMax: 8 << 10,
		Internal: true, StoreUnit: 256, StoreSize: 9 << 10,
	}
)

// Signed devices.
var (
	SignedNRF51  = NRF51.as(Signed)
	SignedTiny   = Tiny.as(Signed)
	SignedWide32 = Wide32.as(Signed)
	SignedECC    = withFaults(ECC).as(Signed)
)

// Encrypted devices.
var (
	EncryptedTiny  = Tiny.as(Encrypted)
	EncryptedNRF51 = NRF51.as(Encrypted)
	EncryptedL0    = L0.as(Encrypted)
)

// SignedGeometries lists these, and encrypted ones.
var SignedGeometries = []Geometry{SignedNRF51, EncryptedTiny, SignedTiny, SignedWide32, EncryptedNRF51, EncryptedL0}

// MoreGeometries lists geometries that some tests take.
var MoreGeometries = []Geometry{L0, Wide16, Wide32}

// withFaults returns g with faults of torn units.
func withFaults(g Geometry) Geometry {
	g.ECC = true
	return g
}

// as returns g with another build.
func (g Geometry) as(b BuildKind) Geometry {
	g.Name += "-" + string(b)
	g.Build = b
	return g
}

// Geometries lists the geometries that every test takes.
var Geometries = []Geometry{NRF51, Tiny, Large, ECC}

// erased returns what an erased cell reads.
func (g *Geometry) erased() byte {
	if g.ErasedZero {
		return 0
	}
	return 0xFF
}

// defines returns the arguments for the compiler that select g.
func (g *Geometry) defines() []string {
	define := func(name string, n int) string { return fmt.Sprintf("-DHOST_%s=%du", name, n) }
	args := []string{
		define("ERASE_UNIT", g.EraseUnit),
		define("PROGRAM_UNIT", g.ProgramUnit),
		define("IMAGE_MAX", g.ImageMax),
		define("STORE_UNIT", g.StoreUnit),
		define("STORE_SIZE", g.StoreSize),
		define("STORE_GAP", g.StoreUnit),
	}
	if g.Build != Unsigned {
		args = append(args, "-DHOST_BUILD_"+strings.ToUpper(string(g.Build)), define("FLOOR_SIZE", g.EraseUnit))
	}
	if g.Internal {
		args = append(args, "-DHOST_STORE_INTERNAL=1")
	}
	for i, run := range g.Runs {
		if run.Unit > 0 {
			args = append(args, define(fmt.Sprintf("ERASE_%d", i+2), run.First), define(fmt.Sprintf("ERASE_UNIT_%d", i+2), run.Unit))
		}
	}
	if g.StoreProgram > 0 {
		args = append(args, define("STORE_PROGRAM", g.StoreProgram))
	}
	if g.ECC {
		args = append(args, "-DHOST_ECC=1")
	}
	if g.ErasedZero {
		args = append(args, "-DHOST_ERASED=0x00u")
	}
	if g.SealErased {
		args = append(args, "-DHOST_SEAL_ERASED=1")
	}
	if g.BootFixed {
		args = append(args, "-DQUINE_BOOT_CHANGE=0")
	}
	return args
}
