// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quine-fw/quine/internal/need"
	"github.com/quine-fw/quine/lab/qemu"
)

// What the module for Zephyr adds to the linker script works in a script of the shape
// that Zephyr generates. Zephyr itself is not to be had here.
func TestZephyrLayout(t *testing.T) {
	need.Program(t, "qemu", "qemu-system-arm")
	need.Program(t, "arm-gcc", "arm-none-eabi-gcc")
	need.Program(t, "cmake", "cmake")
	b := &bench{T: t, firmware: firmware{name: "cmsis", board: qemu.MPS2AN386}, dir: t.TempDir(), quine: buildTool(t)}
	b.copy("before")
	b.copy("after")
	b.keys()
	b.run(b.quine, "vendor", "quine", "--part", "mps2/an386", "--store", "internal")
	b.run("cmake", "-DQUINE_PORT=mps2/an386", "-DQUINE_FRAGMENT=quine_sections.ld", "-P", "quine/zephyr/linker.cmake")
	script, err := os.ReadFile("testdata/zephyr.ld")
	if err != nil {
		t.Fatal(err)
	}
	b.write("link.quine.ld", strings.Replace(string(script), "quine_sections.ld", filepath.Join(b.dir, "quine_sections.ld"), 1))
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	b.fromOneToTwo(ctx)
}
