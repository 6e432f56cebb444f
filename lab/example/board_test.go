// SPDX-License-Identifier: BSD-3-Clause

package example

import (
	"context"
	"debug/elf"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/internal/need"
	"github.com/quine-fw/quine/lab/qemu"
)

const wait = 60 * time.Second

// boards are those that every test runs on.
var boards = []target{
	{qemu.Microbit, 0x20400, 14, ""},
	{qemu.MPS2AN385, 0x21000, 4, ""},
	{qemu.MPS2AN386, 0x40000, 4, ""},
	{qemu.MPS2AN500, 0x22000, 4, ""},
	{qemu.MPS2AN505, 0x20800, 4, ""},
}

// A target is a board with facts about its example.
type target struct {
	board  qemu.Board
	staged uint32 // offset of the staged image in flash
	cuts   int    // power cuts at each of the four routines
	build  string // what the name of its folder ends with: "", "-signed" or "-encrypted"
}

// releases are the sealed images that `make firmware-all` leaves, and where the
// code lies at which the tests stop.
type releases struct {
	target
	v1, v2, v3 []byte
	p12, p23   []byte
	symbols    map[string]uint32
}

// onBoards runs a test on each board.
func onBoards(t *testing.T, test func(t *testing.T, r *releases)) {
	if _, err := qemu.LookPath(); err != nil {
		need.Missing(t, "qemu", err.Error())
	}
	for _, target := range boards {
		t.Run(target.board.Name, func(t *testing.T) {
			t.Parallel()
			test(t, load(t, target))
		})
	}
}

func load(t *testing.T, target target) *releases {
	t.Helper()
	dir := filepath.Join("..", "..", "build", target.board.Name+target.build)
	r := &releases{target: target}
	for name, to := range map[string]*[]byte{
		"v1.bin": &r.v1, "v2.bin": &r.v2, "v3.bin": &r.v3,
		"v1-v2.patch": &r.p12, "v2-v3.patch": &r.p23,
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			need.Missing(t, "firmware", "the example is not built: run make firmware-all")
		}
		if err != nil {
			t.Fatal(err)
		}
		*to = data
	}
	f, err := elf.Open(filepath.Join(dir, "v1.elf"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	r.symbols = map[string]uint32{}
	for _, s := range symbols {
		r.symbols[s.Name] = uint32(s.Value)
	}
	return r
}

// at returns the address of a function in flash.
func (r *releases) at(function string) uint32 { return r.symbols[function] &^ 1 }

// inRAM returns the address of a function in the RAM kernel's copy.
func (r *releases) inRAM(function string) uint32 {
	return r.at(function) - r.symbols["quine_kernel_start"] + r.symbols["quine_kernel_ram"]
}

// A board runs the example.
type board struct {
	*Console
	t *testing.T
	m *qemu.Machine
}

// start starts a board with the first release.
func (r *releases) start(t *testing.T) *board {
	t.Helper()
	m, err := qemu.Start(t.Context(), r.board, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	b := &board{t: t, m: m}
	b.Console = NewConsole(m.UART())
	b.restart(r.v1)
	return b
}

// restart puts the first release into flash as a programmer would and switches
// the board on.
func (b *board) restart(flash []byte) {
	b.t.Helper()
	b.interrupt()
	if err := b.m.LoadFlash(flash); err != nil {
		b.t.Fatal(err)
	}
	if err := b.m.PowerCycle(); err != nil {
		b.t.Fatal(err)
	}
	b.resume()
	b.wantBanner("1.0.0")
}

// context limits one step.
func (b *board) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(b.t.Context(), wait)
}

func (b *board) interrupt() {
	b.t.Helper()
	if _, err := b.m.Interrupt(); err != nil {
		b.t.Fatal(err)
	}
}

func (b *board) resume() {
	b.t.Helper()
	if err := b.m.Continue(); err != nil {
		b.t.Fatal(err)
	}
}

func (b *board) read(addr uint32, n int) []byte {
	b.t.Helper()
	data, err := b.m.ReadMemory(addr, n)
	if err != nil {
		b.t.Fatal(err)
	}
	return data
}

func (b *board) write(addr uint32, data []byte) {
	b.t.Helper()
	if err := b.m.WriteMemory(addr, data); err != nil {
		b.t.Fatal(err)
	}
}

// wantVersion checks the result of a function that waits for a banner.
func (b *board) wantVersion(version string) func(Banner, error) {
	return func(banner Banner, err error) {
		b.t.Helper()
		if err != nil {
			b.t.Fatal(err)
		}
		if banner.Version != version {
			b.t.Fatalf("version %s started, want %s", banner.Version, version)
		}
	}
}

func (b *board) wantBanner(version string) {
	b.t.Helper()
	ctx, cancel := b.context()
	defer cancel()
	b.wantVersion(version)(b.Banner(ctx))
}

// install installs what is staged and wants a version to start.
func (b *board) install(version string) {
	b.t.Helper()
	ctx, cancel := b.context()
	defer cancel()
	b.wantVersion(version)(b.Install(ctx))
}

// wantFlash compares the first bytes of flash with a sealed image.
func (b *board) wantFlash(sealed []byte) {
	b.t.Helper()
	b.interrupt()
	flash := b.read(b.m.Board().FlashBase, len(sealed))
	b.resume()
	if err := Compare(flash, sealed); err != nil {
		b.t.Fatal(err)
	}
}

// send sends a patch and wants the given result.
func (b *board) send(p []byte, want quine.Code) {
	b.t.Helper()
	ctx, cancel := b.context()
	defer cancel()
	err := b.SendPatch(ctx, p, nil)
	if want == 0 && err != nil || want != 0 && !errors.Is(err, want) {
		b.t.Fatalf("patch: %v, want %v", err, want)
	}
}
