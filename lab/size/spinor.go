// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/quine-fw/quine/lab/cross"
)

// settings are those of the boot sectors measured here: lab/store's, on the nRF51, and a
// place for the floor.
const settings = "lab/store/testdata/nrf51"

// What a boot sector is linked with beside the library: one key, the curve's base point,
// whose private key is 1; an AES key in the part's UICR; and a place for everything.
var additions = map[string]string{
	"keys.c": `#include "quine_signed.h"
#include "quine_section.h"
const QUINE_BOOT_DATA struct quine_key quine_keys[] = {{1,
    {0xD898C296u, 0xF4A13945u, 0x2DEB33A0u, 0x77037D81u, 0x63A440F2u, 0xF8BCE6E5u, 0xE12C4247u, 0x6B17D1F2u},
    {0x37BF51F5u, 0xCBB64068u, 0x6B315ECEu, 0x2BCE3357u, 0x7C0F9E16u, 0x8EE7EB4Au, 0xFE1A7F9Bu, 0x4FE342E2u}}};
const QUINE_BOOT_DATA uint32_t quine_keys_count = 1;
`,
	"quine_key.h": `#include <stdint.h>
static inline void quine_port_key(uint32_t key[8])
{
    for (uint32_t i = 0; i < 8u; i++)
        key[i] = ((const volatile uint32_t *)0x10001080u)[i];
}
`,
	"boot.ld": `MEMORY { FLASH (rx) : ORIGIN = 0, LENGTH = 128K RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 16K }
ENTRY(quine_entry)
SECTIONS { INCLUDE quine_nrf51.ld }
`,
}

// spinors measures boot sectors with a store in SPI NOR flash, the largest there are, in
// each build.
func spinors(ctx context.Context, library string) ([]board, error) {
	var list []board
	for _, core := range []struct{ cpu, start, multiply string }{{cross.M0, "m0", "m0"}, {cross.M4, "vtor", "m4"}} {
		b := board{Name: core.cpu + " SPI NOR"}
		for _, build := range []string{"", "signed", "encrypted"} {
			files := []string{"src/quine_start_" + core.start + ".S", "src/quine_leaf.S", "port/nrf51/quine_port_nrf51.c", "store/spinor/quine_boot_spinor.c"}
			if build != "" {
				files = append(files, "crypto/quine_sha256.S", "crypto/quine_p256.S", "crypto/quine_p256_"+core.multiply+".S")
			}
			if build == "encrypted" {
				files = append(files, "crypto/quine_aes.S")
			}
			n, err := bootSector(ctx, library, core.cpu, build, files)
			if err != nil {
				return nil, err
			}
			budget := bootMax
			if build == "" {
				budget = bootSPINOR
			}
			b.Figures = append(b.Figures, figure{strings.TrimSpace("boot sector " + build), n, budget})
		}
		list = append(list, b)
	}
	return list, nil
}

// bootSector links the boot sector of a build and returns its size.
func bootSector(ctx context.Context, library, cpu, build string, files []string) (int, error) {
	dir, err := os.MkdirTemp("", "quine-size-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	for name, text := range additions {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			return 0, err
		}
	}
	folders := map[string][]string{"": {"src"}, "signed": {"signed", "src"}, "encrypted": {"encrypted", "signed", "src"}}[build]
	for _, name := range []string{"boot", "boot_info", "kernel", "verify", "crc32", "signed", "floor", "staged"} {
		for _, folder := range folders { // the first that has it
			file := folder + "/quine_" + name + ".c"
			if _, err := os.Stat(filepath.Join(library, file)); err == nil {
				files = append(files, file)
				break
			}
		}
	}
	program := filepath.Join(dir, "boot.elf")
	args := strings.Fields("-mthumb -std=gnu11 -nostdlib -Wl,--gc-sections -Wl,-u,quine_boot_info -DQUINE_FLOOR_OFFSET=0x3FC00u -DQUINE_FLOOR_SIZE=1024u")
	args = append(args, "-mcpu="+cpu, "@"+filepath.Join(library, "quine.flags"), "-I", settings, "-I", dir,
		"-L", filepath.Join(library, "ld"), "-L", filepath.Join(library, "port/nrf51"), "-T", filepath.Join(dir, "boot.ld"), "-o", program)
	for _, folder := range append(folders, "include", "crypto", "port/nrf51", "store/spinor", "store/spi") {
		args = append(args, "-I", filepath.Join(library, folder))
	}
	for _, file := range files {
		args = append(args, filepath.Join(library, file))
	}
	if build != "" {
		args = append(args, filepath.Join(dir, "keys.c"))
	}
	if text, err := exec.CommandContext(ctx, cross.Compiler, args...).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("boot sector %s for %s: %w\n%s", build, cpu, err, text)
	}
	return endOfBoot(program)
}

// endOfBoot returns where the boot sector of a program ends.
func endOfBoot(program string) (int, error) {
	f, err := elf.Open(program)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		return 0, err
	}
	for _, s := range symbols {
		if s.Name == "quine_boot_end" {
			return int(s.Value), nil
		}
	}
	return 0, fmt.Errorf("%s has no symbol quine_boot_end", program)
}
