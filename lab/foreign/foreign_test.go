// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"bytes"
	"cmp"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quine-fw/quine/internal/need"
	"github.com/quine-fw/quine/lab/qemu"
)

const (
	root     = "../.."
	examples = root + "/examples/foreign"
	wait     = time.Minute
)

// A firmware is a folder of examples/foreign.
type firmware struct {
	name    string
	board   qemu.Board
	part    string
	product string
	signed  bool // it takes only signed images
}

var firmwares = []firmware{
	{"plain", qemu.Microbit, "nrf51", "0x4E414C50", false},
	{"cmsis", qemu.MPS2AN386, "mps2/an386", "0x53494D43", true},
	{"cxx", qemu.MPS2AN386, "mps2/an386", "0x2B2B6378", false},
	{"freertos", qemu.MPS2AN385, "mps2/an385", "0x4F545246", true},
}

// A bench is a copy of a firmware that gets Quine.
type bench struct {
	*testing.T
	firmware
	dir   string
	quine string // the tool
}

// run runs a command in the firmware's folder and returns what it printed.
func (b *bench) run(name string, args ...string) string {
	b.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = b.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// copy copies the files of examples/foreign/NAME/FOLDER into the bench.
func (b *bench) copy(folder string) {
	b.Helper()
	if err := copyFiles(filepath.Join(examples, b.name, folder), b.dir); err != nil {
		b.Fatal(err)
	}
}

func copyFiles(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, e.Name()), data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// read returns a file of the bench.
func (b *bench) read(name string) []byte {
	b.Helper()
	data, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		b.Fatal(err)
	}
	return data
}

// flat returns what an ELF file of the bench puts into flash.
func (b *bench) flat(name string) []byte {
	b.Helper()
	f, err := elf.Open(filepath.Join(b.dir, name))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	image := make([]byte, b.board.FlashSize)
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Filesz > 0 {
			if _, err := io.ReadFull(p.Open(), image[uint32(p.Paddr)-b.board.FlashBase:][:p.Filesz]); err != nil {
				b.Fatal(err)
			}
		}
	}
	return image
}

// start runs an image and expects what it says of itself.
func (b *bench) start(ctx context.Context, image []byte, says string) *Device {
	b.Helper()
	d, err := Start(ctx, b.board, image)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	b.expect(ctx, d, says)
	return d
}

func (b *bench) expect(ctx context.Context, d *Device, says string) {
	b.Helper()
	if got, err := d.Release(ctx); err != nil || got != says {
		b.Fatalf("firmware says %q, want %q: %v", got, says, err)
	}
}

// golden compares a file that quine init wrote with the one in the example.
func (b *bench) golden(name string) {
	b.Helper()
	path := filepath.Join(examples, b.name, "after", name)
	if os.Getenv("QUINE_UPDATE") != "" {
		if err := os.WriteFile(path, b.read(name), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || !bytes.Equal(b.read(name), want) {
		b.Errorf("quine init writes another %s than the example has (QUINE_UPDATE=1 takes it): %v", name, err)
	}
}

// build builds app.elf as release n, from nothing, by the firmware's own means.
func (b *bench) build(n int) {
	b.Helper()
	if _, err := os.Stat(filepath.Join(b.dir, "CMakeLists.txt")); err != nil {
		b.run("make", "-s", "clean")
		b.run("make", "-s", fmt.Sprintf("RELEASE=%d", n))
		return
	}
	b.run("cmake", "--fresh", "-B", "out", "-DCMAKE_TOOLCHAIN_FILE=arm-none-eabi.cmake", "-DQUINE="+b.quine, fmt.Sprintf("-DRELEASE=%d", n))
	b.run("cmake", "--build", "out")
	b.run("cp", "out/app", "app.elf")
}

// keys makes the keys that releases are signed with.
func (b *bench) keys() {
	b.Helper()
	b.run(b.quine, "keygen", "-o", "release.pem")
	b.run(b.quine, "keygen", "-o", "spare.pem")
	b.run(b.quine, "pubkey", "--c", "release.pem", "spare.pem", "-o", "keys.c")
}

// release builds the firmware as release n and returns its sealed image.
func (b *bench) release(n int) []byte {
	b.Helper()
	b.build(n)
	name := fmt.Sprintf("v%d.bin", n)
	b.run(b.quine, "check", "--quiet", "app.elf")
	if sealed, err := os.ReadFile(filepath.Join(b.dir, "out", "app.bin")); err == nil { // by CMake's post-build step
		b.write(name, string(sealed))
		return sealed
	}
	seal := []string{"seal", "app.elf", "-o", name, "--version", fmt.Sprintf("%d.0.0", n)}
	if b.signed {
		seal = append(seal, "--key", "release.pem")
	}
	b.run(b.quine, seal...)
	return b.read(name)
}

// buildTool builds the tool.
func buildTool(t *testing.T) string {
	t.Helper()
	tool := filepath.Join(t.TempDir(), "quine")
	if out, err := exec.Command("go", "build", "-o", tool, root+"/cmd/quine").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return tool
}

// Firmware that was written without Quine runs as it is; with what quine init and quine
// vendor write, and the lines of the folder after, it updates itself, also when the power
// is cut.
func TestUpdate(t *testing.T) {
	need.Program(t, "qemu", "qemu-system-arm")
	need.Program(t, "arm-gcc", "arm-none-eabi-gcc")
	tool := buildTool(t)
	for _, f := range firmwares {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			b := &bench{T: t, firmware: f, dir: t.TempDir(), quine: tool}
			if f.name == "cmsis" {
				need.Program(t, "cmake", "cmake")
			}
			if f.name == "freertos" {
				b.kernel()
			}
			b.update()
		})
	}
}

// kernel puts the source of FreeRTOS in its place.
func (b *bench) kernel() {
	b.Helper()
	source, err := filepath.Abs(cmp.Or(os.Getenv("FREERTOS"), filepath.Join(root, "build", "freertos")))
	if err != nil {
		b.Fatal(err)
	}
	need.File(b.T, "freertos", filepath.Join(source, "tasks.c"), "run make peers, or set FREERTOS to the kernel's source")
	if err := os.Symlink(source, filepath.Join(b.dir, "FreeRTOS-Kernel")); err != nil {
		b.Fatal(err)
	}
}

// update takes a firmware through all steps.
func (b *bench) update() {
	ctx, cancel := context.WithTimeout(b.Context(), wait)
	defer cancel()
	b.copy("before")
	b.build(1)
	b.start(ctx, b.flat("app.elf"), b.name+" release 1").Close()

	args := []string{"init", "--elf", "app.elf", "--ld", "link.ld", "--part", b.part, "--product", b.product}
	if b.signed {
		args = append(args, "--signed")
		b.keys()
	}
	b.run(b.quine, args...)
	b.golden("link.quine.ld")
	b.golden("quine_config.h")
	b.run(b.quine, "vendor", "quine", "--part", b.part, "--store", "internal")
	b.copy("after")
	b.fromOneToTwo(ctx)
}

// fromOneToTwo builds two releases and lets the first update itself to the second.
func (b *bench) fromOneToTwo(ctx context.Context) {
	v1, v2 := b.release(1), b.release(2)
	b.run(b.quine, "diff", "v1.bin", "v2.bin", "-o", "update.patch")

	d := b.start(ctx, v1, b.name+" release 1")
	if err := d.Send(ctx, []byte("this is no patch")); !errors.Is(err, ErrRefused) {
		b.Fatalf("no patch was sent, and the firmware took it: %v", err)
	}
	if err := d.Send(ctx, b.read("update.patch")); err != nil {
		b.Fatal(err)
	}
	b.expect(ctx, d, b.name+" release 2")
	if err := d.Compare(v2); err != nil {
		b.Fatal(err)
	}
	d.Close()
	for _, n := range []int{1, 2, 5} {
		b.cut(ctx, v1, v2, n)
	}
}

// cut lets release 1 update itself, and cuts the power at the n-th erase of the install:
// release 2 starts in the end.
func (b *bench) cut(ctx context.Context, v1, v2 []byte, n int) {
	b.Helper()
	d := b.start(ctx, v1, b.name+" release 1")
	defer d.Close()
	cut, err := d.SendAndCut(ctx, b.read("update.patch"), b.inRAM("quine_flash_erase"), n)
	if err != nil || !cut && n == 1 {
		b.Fatalf("power was not cut at erase %d: %v", n, err)
	}
	b.expect(ctx, d, b.name+" release 2")
	if err := d.Compare(v2); err != nil {
		b.Fatalf("after a cut at erase %d: %v", n, err)
	}
}

// inRAM returns the address of a function in the RAM kernel's copy.
func (b *bench) inRAM(function string) uint32 {
	b.Helper()
	f, err := elf.Open(filepath.Join(b.dir, "app.elf"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		b.Fatal(err)
	}
	at := map[string]uint32{}
	for _, s := range symbols {
		at[s.Name] = uint32(s.Value)
	}
	return at[function]&^1 - at["quine_kernel_start"] + at["quine_kernel_ram"]
}

// What it takes is within the limits that docs/guide.md states.
func TestEffort(t *testing.T) {
	const changedMax, newMax = 20, 60
	for _, f := range firmwares {
		e, err := Measure(filepath.Join(examples, f.name))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d lines changed, %d new", f.name, e.Changed, e.New)
		if e.Changed > changedMax || e.New > newMax || e.Changed == 0 || e.New == 0 {
			t.Errorf("%s: %d lines of existing files changed, at most %d; %d new ones by hand, at most %d", f.name, e.Changed, changedMax, e.New, newMax)
		}
	}
}
