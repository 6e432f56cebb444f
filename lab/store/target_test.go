// SPDX-License-Identifier: BSD-3-Clause

package store

import (
	"debug/elf"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/quine-fw/quine/internal/need"
)

// object compiles a file of device/store for a core, as a user would.
func object(t *testing.T, core, file string, options ...string) *elf.File {
	t.Helper()
	if _, err := exec.LookPath("arm-none-eabi-gcc"); err != nil {
		need.Missing(t, "arm-gcc", "no compiler for ARM: "+err.Error())
	}
	source := filepath.Join(device, "store", file)
	output := filepath.Join(t.TempDir(), "o")
	args := append(strings.Fields("-mthumb -std=gnu11 -Os -ffreestanding -ffunction-sections "+warnings), options...)
	args = append(args, "-mcpu="+core, "-I"+filepath.Dir(source), "-Itestdata/nrf51", "-I"+device+"/include",
		"-I"+device+"/src", "-I"+device+"/port/nrf51", "-c", source, "-o", output)
	if text, err := exec.Command("arm-none-eabi-gcc", args...).CombinedOutput(); err != nil {
		t.Fatalf("arm-none-eabi-gcc: %v\n%s", err, text)
	}
	f, err := elf.Open(output)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// undefined lists what an object expects of others.
func undefined(t *testing.T, f *elf.File) []string {
	t.Helper()
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range symbols {
		if s.Section == elf.SHN_UNDEF && s.Name != "" {
			names = append(names, s.Name)
		}
	}
	return names
}

// bytesOf adds up what an object takes in flash: in sections of the boot sector,
// and elsewhere.
func bytesOf(f *elf.File) (boot, other int) {
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 || s.Type == elf.SHT_NOBITS {
			continue
		}
		if strings.HasPrefix(s.Name, ".quine.") {
			boot += int(s.Size)
		} else {
			other += int(s.Size)
		}
	}
	return boot, other
}

// Boot's side of each store lies in the boot sector as a whole, calls nothing but
// boot code, and stays in its budget, an SPI driver included.
func TestBootSideIsSmallAndClosed(t *testing.T) {
	disk := filepath.Join(device, "store/littlefs/quine_disk.h")
	for _, test := range []struct {
		file    string
		options []string
		budget  int // on Cortex-M0
		calls   []string
	}{
		{"spinor/quine_boot_spinor.c", nil, 512, []string{"quine_watchdog"}},
		{"spinor/quine_boot_spinor.c", []string{"-include", disk}, 512, []string{"quine_watchdog"}},
		{"fram/quine_boot_fram.c", nil, 400, nil},
		{"littlefs/quine_boot_littlefs.c", nil, 180,
			[]string{"quine_boot_disk_open", "quine_boot_disk_read", "quine_boot_disk_consume"}},
	} {
		for _, core := range []string{"cortex-m0", "cortex-m4", "cortex-m33"} {
			f := object(t, core, test.file, test.options...)
			boot, other := bytesOf(f)
			t.Logf("%s on %s: %d bytes", test.file, core, boot)
			if other != 0 {
				t.Errorf("%s on %s has %d bytes outside the boot sector", test.file, core, other)
			}
			if boot > test.budget {
				t.Errorf("%s on %s has %d bytes, more than %d", test.file, core, boot, test.budget)
			}
			for _, name := range undefined(t, f) {
				if !slices.Contains(test.calls, name) {
					t.Errorf("%s on %s refers to %s", test.file, core, name)
				}
			}
		}
	}
}

// The application's side refers to no function of the boot sector, which may be
// that of another release, and of libc to the copying of memory at most.
func TestApplicationSideDoesWithoutBoot(t *testing.T) {
	for _, file := range []string{"spinor/quine_store_spinor.c", "fram/quine_store_fram.c"} {
		f := object(t, "cortex-m0", file)
		boot, other := bytesOf(f)
		t.Logf("%s: %d bytes", file, other)
		if boot != 0 {
			t.Errorf("%s has %d bytes in the boot sector", file, boot)
		}
		if names := undefined(t, f); len(names) != 0 {
			t.Errorf("%s refers to %v", file, names)
		}
	}
}
