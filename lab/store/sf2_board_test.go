// SPDX-License-Identifier: BSD-3-Clause

package store

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/internal/need"
	"github.com/quine-fw/quine/lab/example"
	"github.com/quine-fw/quine/lab/qemu"
	"github.com/quine-fw/quine/patch"
)

// What examples/sf2 says of the board.
var sf2 = qemu.Board{
	Name: "emcraft-sf2", Machine: "emcraft-sf2", CPU: "cortex-m3",
	FlashBase: 0x20000000, FlashSize: 32 << 10, PageSize: 4 << 10,
	RAMBase: 0x20008000, RAMSize: 32 << 10,
	UARTBase: 0x40000000,
}

const (
	chipSize    = 16 << 20
	storeOffset = 0x800000
	storeUnit   = 65536
	storeSize   = 2 * storeUnit
	imageOffset = storeOffset + storeUnit
	filling     = 0xA5 // of the chip beside the store

	wait = 60 * time.Second
)

// firmware is the example's three releases and what tells where power is cut.
type firmware struct {
	v1, v2, v3 *image.Image
	p12, p23   []byte
	symbols    map[string]uint32
	elf        [2][]byte // of v1 and v2
}

var build = sync.OnceValues(func() (*firmware, error) {
	dir, err := os.MkdirTemp("", "quine-sf2-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if text, err := exec.Command("make", "-C", "../../examples/sf2", "OUT="+dir).CombinedOutput(); err != nil {
		return nil, errors.New(string(text))
	}
	f := &firmware{}
	for i, to := range []**image.Image{&f.v1, &f.v2, &f.v3} {
		if *to, err = seal(filepath.Join(dir, "v"+string(rune('1'+i))+".elf"), i+1); err != nil {
			return nil, err
		}
	}
	if f.p12, err = patch.Create(f.v1, f.v2, nil); err != nil {
		return nil, err
	}
	if f.p23, err = patch.Create(f.v2, f.v3, nil); err != nil {
		return nil, err
	}
	for i, name := range []string{"v1.elf", "v2.elf"} {
		if f.elf[i], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	f.symbols, err = symbols(filepath.Join(dir, "v1.elf"))
	return f, err
})

func seal(path string, major int) (*image.Image, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	raw, err := image.ReadELF(data)
	if err != nil {
		return nil, err
	}
	return image.Seal(raw, image.Options{Version: image.Version{Major: uint8(major)}})
}

func symbols(path string) (map[string]uint32, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := f.Symbols()
	at := map[string]uint32{}
	for _, s := range list {
		at[s.Name] = uint32(s.Value) &^ 1
	}
	return at, err
}

// load builds the firmware; all tests share it.
func load(t *testing.T) *firmware {
	t.Helper()
	if _, err := qemu.LookPath(); err != nil {
		need.Missing(t, "qemu", err.Error())
	}
	for _, tool := range []string{"arm-none-eabi-gcc", "make"} {
		if _, err := exec.LookPath(tool); err != nil {
			need.Missing(t, "arm-gcc", err.Error())
		}
	}
	f, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A board runs the example with a chip that is a file.
type board struct {
	*example.Console
	t    *testing.T
	m    *qemu.Machine
	chip string
}

// neighbours are the parts of the chip before and behind the store that must not
// change.
var neighbours = []int64{storeOffset - storeUnit, storeOffset + storeSize}

// newChip returns the file of a chip whose neighbours of the store are in use.
func newChip(t *testing.T) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "chip"))
	if err != nil {
		t.Fatal(err)
	}
	err = f.Truncate(chipSize)
	for _, at := range neighbours {
		_, writeErr := f.WriteAt(bytes.Repeat([]byte{filling}, storeUnit), at)
		err = errors.Join(err, writeErr)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// start puts flash into a board with the chip and switches it on.
func start(t *testing.T, flash []byte, chip, version string) *board {
	t.Helper()
	m, err := qemu.Start(context.Background(), sf2, &qemu.Options{
		Args: []string{"-drive", "if=mtd,format=raw,file=" + chip},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := &board{t: t, m: m, chip: chip}
	t.Cleanup(b.off)
	// The eNVM at 0 has the reset vector only.
	b.do(m.WriteMemory(0, flash[:8]))
	b.do(m.LoadFlash(flash))
	b.do(m.PowerCycle())
	b.do(m.Continue())
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	console, banner, err := example.Connect(ctx, m.UART())
	b.do(err)
	b.Console = console
	b.want(banner, version)
	return b
}

// settle stops the board, if it is on. QEMU writes what the chip holds to its file later
// than the board sees it done, but no later than the machine stands still and answers.
func (b *board) settle() {
	if _, err := b.m.Interrupt(); err == nil {
		b.m.Registers()
	}
}

// off switches the board off.
func (b *board) off() {
	b.settle()
	b.m.Close()
}

func (b *board) do(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *board) want(banner example.Banner, version string) {
	b.t.Helper()
	if banner.Version != version {
		b.t.Fatalf("version %s started, want %s", banner.Version, version)
	}
}

// send sends a patch, which must be taken.
func (b *board) send(p []byte) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	b.do(b.SendPatch(ctx, p, nil))
}

func (b *board) install(version string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	banner, err := b.Install(ctx)
	b.do(err)
	b.want(banner, version)
}

// restart resets the board and waits for the banner.
func (b *board) restart(version string) {
	b.t.Helper()
	b.do(b.m.PowerCycle())
	b.do(b.m.Continue())
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	banner, err := b.Banner(ctx)
	b.do(err)
	b.want(banner, version)
}

func (b *board) wantStatus(pending bool, last quine.Code) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	gotPending, gotLast, err := b.Status(ctx)
	b.do(err)
	if gotPending != pending || gotLast != last {
		b.t.Fatalf("pending %v, last %v; want %v, %v", gotPending, gotLast, pending, last)
	}
}

// flash returns the first n bytes of flash.
func (b *board) flash(n int) []byte {
	b.t.Helper()
	_, err := b.m.Interrupt()
	b.do(err)
	data, err := b.m.ReadMemory(sf2.FlashBase, n)
	b.do(err)
	b.do(b.m.Continue())
	return data
}

// store returns what the chip's file has of the store. Its neighbours must be as
// they were.
func (b *board) store() []byte {
	b.t.Helper()
	b.settle()
	data, err := os.ReadFile(b.chip)
	b.m.Continue() // fails when the board is off
	b.do(err)
	for _, at := range neighbours {
		if !bytes.Equal(data[at:at+storeUnit], bytes.Repeat([]byte{filling}, storeUnit)) {
			b.t.Fatal("the chip has changed outside the store")
		}
	}
	return data[storeOffset : storeOffset+storeSize]
}

// wantStaged wants a pending image in the chip, blank where flash has its seal.
func (b *board) wantStaged(im *image.Image) {
	b.t.Helper()
	store, err := image.ParseStore(b.store())
	b.do(err)
	if store.Header == nil {
		b.t.Fatalf("no header: %v", store.HeaderErr)
	}
	if store.Image == nil || store.ImageBase != storeUnit {
		b.t.Fatalf("no image at %#x", storeUnit)
	}
	if store.Header.ID != im.Manifest.ID || store.Image.Manifest.ID != im.Manifest.ID {
		b.t.Fatal("header and image are not those of the patch")
	}
	b.do(store.Image.Verify())
}
