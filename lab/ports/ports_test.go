// SPDX-License-Identifier: BSD-3-Clause

package ports

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/internal/need"
)

// Every driver does its work on the model of its controller, and nothing that the
// manual does not allow. The program is built with the sanitizers.
func TestDrivers(t *testing.T) {
	need.Program(t, "cc", "cc")
	for _, p := range ports {
		t.Run(p.test(), func(t *testing.T) {
			t.Parallel()
			program := filepath.Join(t.TempDir(), "test")
			flags := []string{"-fsanitize=address,undefined", "-fno-sanitize-recover=all"}
			args := append(append(p.hostFlags(), flags...), p.hostFiles()...)
			args = append(args, filepath.Join(p.dir(), "quine_port_"+p.name+".c"), "-o", program)
			run(t, "cc", args...)
			t.Log(strings.TrimSpace(run(t, program)))
			geometry(t, p, run(t, program, "geometry"))
		})
	}
}

// geometry compares what the C says of a part with the part's data.
func geometry(t *testing.T, p port, printed string) {
	part, err := device.Lookup(p.name)
	if err != nil {
		t.Fatal(err)
	}
	if part.Core != p.cpu {
		t.Errorf("part.json: core is %s, the port is built for %s", part.Core, p.cpu)
	}
	data, err := os.ReadFile(filepath.Join(p.dir(), "part.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(printed), "\n") {
		var text string
		var a, b, c int
		switch field, rest, _ := strings.Cut(line, " "); field {
		case "base":
			text = fmt.Sprintf("%q: %q", "flash_base", rest)
		case "erased":
			text = fmt.Sprintf("%q: %q", "erased", rest)
		case "program":
			text = fmt.Sprintf("%q: {%q: %s,", "program", "unit_bytes", rest)
		case "seal":
			fmt.Sscan(rest, &a, &b, &c)
			text = fmt.Sprintf("%q: %q", "seal", []string{"zeros over", "own erase unit"}[c])
		case "unit":
			fmt.Sscan(rest, &a, &b)
			if want := part.Unit(uint32(a)); want != uint32(b) && len(p.defines) == 0 {
				t.Errorf("part.json: unit at %d is %d bytes, the port says %d", a, want, b)
			}
		}
		if !strings.Contains(string(data), text) {
			t.Errorf("part.json has no %s", text)
		}
	}
}

// Every port links, for its core, with the whole device library, and its boot
// sector and RAM kernel are within their limits. Linked with it, boot and update client
// survive power cuts on the part's geometry.
func TestLink(t *testing.T) {
	const gcc = "arm-none-eabi-gcc"
	need.Program(t, "arm-gcc", gcc)
	for _, p := range append([]port{template}, ports...) {
		t.Run(p.test(), func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "app.elf")
			run(t, gcc, p.linkArgs(t, out)...)
			f, err := elf.Open(out)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			at := map[string]int{}
			list, err := f.Symbols()
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range list {
				at[s.Name] = int(s.Value)
			}
			boot := at["quine_boot_end"] - at["quine_flash"]
			kernel := at["quine_kernel_end"] - at["quine_kernel_start"]
			t.Logf("%s: boot sector %d B, of it RAM kernel %d B", p.name, boot, kernel)
			if boot <= 0 || boot > 4096 || kernel <= 0 || kernel > 1536 {
				t.Error("too large: 4096 bytes, of them 1536 for the kernel")
			}
			outside(t, f, at["quine_flash"])
			if p.name != template.name {
				cutPower(t, p, out)
			}
		})
	}
}

// linkArgs are the compiler's arguments to build the application with a port.
func (p port) linkArgs(t *testing.T, out string) []string {
	dir := filepath.Dir(out)
	fragment, err := os.ReadFile(filepath.Join(p.dir(), "quine_"+p.name+".ld"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "quine_port.ld"), fragment, 0o666); err != nil {
		t.Fatal(err)
	}
	secondStage(t, dir)
	files, err := filepath.Glob(filepath.Join(library, "src/*.c"))
	if err != nil {
		t.Fatal(err)
	}
	start := "quine_start_vtor.S"
	if p.cpu == "cortex-m0" {
		start = "quine_start_m0.S"
	}
	files = append(files, filepath.Join(library, "src", start), filepath.Join(library, "src/quine_leaf.S"),
		filepath.Join(library, "store/internal/quine_store_internal.c"),
		filepath.Join(library, "test/ports/app.c"),
		filepath.Join(p.dir(), "quine_port_"+p.name+".c"))
	if p.extra != "" {
		files = append(files, filepath.Join(library, p.extra))
	}
	const image = 0x20000
	args := append([]string{"-mcpu=" + p.cpu, "-mthumb"}, warnings...)
	args = append(args, strings.Fields("-std=gnu11 @"+library+"/quine.flags")...)
	args = append(args, fmt.Sprintf("-DPORT_IMAGE_MAX=0x%xu", image), fmt.Sprintf("-DPORT_STORE_UNIT=0x%xu", p.unit),
		fmt.Sprintf("-DPORT_STORE_SIZE=0x%xu", image+p.unit))
	for _, folder := range []string{"port/" + p.name, "test/ports", "include", "src", "store/internal"} {
		args = append(args, "-I", filepath.Join(library, folder))
	}
	args = append(args, strings.Fields("-nostartfiles --specs=nano.specs -Wl,--gc-sections,--no-warn-rwx-segments")...)
	args = append(args, fmt.Sprintf("-Wl,--defsym=app_flash=0x%x,--defsym=app_flash_size=0x%x,--defsym=app_ram=0x%x,--defsym=app_ram_size=0x4000",
		p.base, image, p.ram), "-L", dir, "-L", filepath.Join(library, "ld"), "-T", filepath.Join(library, "test/ports/app.ld"))
	return append(append(args, files...), "-o", out)
}

// secondStage leaves a linker fragment in dir that has a place for section .boot2
// before the vectors, if that of the library has none.
func secondStage(t *testing.T, dir string) {
	text, err := os.ReadFile(filepath.Join(library, "ld/quine.ld"))
	if err != nil {
		t.Fatal(err)
	}
	const vectors = "    KEEP(*(.quine.boot.vectors))"
	if !strings.Contains(string(text), ".boot2") {
		text = []byte(strings.Replace(string(text), vectors, "    KEEP(*(.boot2))\n"+vectors, 1))
	}
	if err := os.WriteFile(filepath.Join(dir, "quine.ld"), text, 0o666); err != nil {
		t.Fatal(err)
	}
}

// outside checks that no code of the port ended up outside the boot sector.
func outside(t *testing.T, f *elf.File, base int) {
	list, _ := f.Symbols()
	for _, s := range list {
		in := int(s.Value)-base < 4096 && int(s.Value) >= base
		switch s.Name {
		case "quine_flash_erase", "quine_flash_program", "quine_flash_open", "quine_watchdog", "quine_reset", "quine_nmi":
			if !in {
				t.Errorf("%s lies at 0x%x", s.Name, s.Value)
			}
		}
	}
}

// The driver's relocatable code calls nothing and reads nothing outside its own
// sections: no library, no switch table, no constant in flash.
func TestClosed(t *testing.T) {
	const gcc = "arm-none-eabi-gcc"
	need.Program(t, "arm-gcc", gcc)
	for _, p := range append([]port{template}, ports...) {
		t.Run(p.test(), func(t *testing.T) {
			t.Parallel()
			object := filepath.Join(t.TempDir(), "port.o")
			args := append([]string{"-mcpu=" + p.cpu, "-mthumb"}, warnings...)
			args = append(args, strings.Fields("-std=gnu11 -Os -ffreestanding")...)
			for _, folder := range []string{"port/" + p.name, "test/ports", "include", "src", "store/internal"} {
				args = append(args, "-I", filepath.Join(library, folder))
			}
			run(t, gcc, append(args, "-c", filepath.Join(p.dir(), "quine_port_"+p.name+".c"), "-o", object)...)
			f, err := elf.Open(object)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			symbols, err := f.Symbols()
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range symbols {
				if s.Name == p.absolute && p.absolute != "" && s.Size > 64 { // OPERATE_MAX
					t.Errorf("%s has %d bytes", s.Name, s.Size)
				}
				if s.Section == elf.SHN_UNDEF {
					t.Errorf("needs %s", s.Name)
				}
			}
			for _, s := range f.Sections {
				switch s.Name {
				case ".quine.kernel", ".quine.boot.text", ".quine.record":
				default:
					if s.Flags&elf.SHF_ALLOC != 0 && s.Size > 0 {
						t.Errorf("section %s has %d bytes", s.Name, s.Size)
					}
				}
				// The kernel is copied to RAM as it is: only absolute addresses of RAM may be relocated.
				if s.Name == ".rel.quine.kernel" {
					out, err := exec.Command("arm-none-eabi-objdump", "-r", "-j", ".quine.kernel", object).Output()
					if err != nil {
						t.Fatal(err)
					}
					for _, line := range strings.Split(string(out), "\n") {
						f := strings.Fields(line)
						if len(f) == 3 && f[1] == "R_ARM_ABS32" && f[2] != p.absolute {
							t.Errorf("the kernel holds an address: %s", line)
						}
					}
				}
			}
		})
	}
}
