// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/quine-fw/quine/internal/need"
	"github.com/quine-fw/quine/lab/qemu"
)

// PlatformIO builds an application with the library, by its platformio.py. Vendors'
// platforms cannot be had everywhere, so the platform is one of our own that takes the
// machine's compiler.
func TestPlatformIO(t *testing.T) {
	bin, err := filepath.Abs(filepath.Join(root, "build", "platformio", "bin"))
	if err != nil {
		t.Fatal(err)
	}
	need.File(t, "platformio", filepath.Join(bin, "pio"), "run make peers")
	need.Program(t, "arm-gcc", "arm-none-eabi-gcc")
	b := &bench{T: t, firmware: firmware{name: "cmsis", board: qemu.MPS2AN386}, dir: t.TempDir(), quine: buildTool(t)}
	b.project()
	cmd := exec.Command(filepath.Join(bin, "pio"), "run", "-s")
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "PLATFORMIO_CORE_DIR="+b.core(), "PATH="+bin+":"+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("pio run: %v\n%s", err, out)
	}
	const elf = ".pio/build/bench/program.elf"
	b.run(b.quine, "check", "--quiet", elf)
	b.run(b.quine, "seal", elf, "-o", "v1.bin", "--version", "1.0.0", "--key", "release.pem")
	need.Program(t, "qemu", "qemu-system-arm")
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	b.start(ctx, b.read("v1.bin"), "cmsis release 1")
}

// project lays out the example as PlatformIO wants it.
func (b *bench) project() {
	b.Helper()
	platform, err := filepath.Abs("testdata/platformio")
	if err != nil {
		b.Fatal(err)
	}
	b.copy("before")
	b.copy("after")
	b.keys()
	b.run("sh", "-c", "mkdir src include && mv *.c src && mv *.h include && rm CMakeLists.txt")
	b.run(b.quine, "vendor", "quine", "--part", "mps2/an386", "--store", "internal")
	b.write("platformio.ini", `[env:bench]
platform = symlink://`+platform+`
board = an386
build_flags = -DRELEASE=\"1\"
lib_deps = symlink://quine
board_build.ldscript = link.quine.ld
custom_quine_port = mps2/an386
custom_quine_store = internal
custom_quine_build = signed
`)
}

// core makes PlatformIO's folder, with the build tool that it would download.
func (b *bench) core() string {
	b.Helper()
	const scons = "core/packages/tool-scons"
	b.run("mkdir", "-p", scons)
	b.write(scons+"/package.json", `{"name": "tool-scons", "version": "4.41101.0"}`)
	b.write(scons+"/.piopm", `{"type": "tool", "name": "tool-scons", "version": "4.41101.0", "spec": {"owner": "platformio", "name": "tool-scons"}}`)
	b.write(scons+"/scons.py", "import SCons.Script\n\nSCons.Script.main()\n")
	return filepath.Join(b.dir, "core")
}

// write writes a file of the bench.
func (b *bench) write(name, text string) {
	b.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o666); err != nil {
		b.Fatal(err)
	}
}
