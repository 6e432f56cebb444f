// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/quine-fw/quine/image/check"
	"github.com/quine-fw/quine/lab/cross"
)

// A port is a part whose boot sector is measured, with a store in internal flash, where no
// example runs in an emulator, or not on the part's own flash controller.
type port struct {
	name   string
	cpu    string
	base   uint32 // of flash
	unit   uint32 // erase unit
	build  string // signed, or not
	budget int    // of the boot sector
}

// Budgets of boot sectors. Those of the MPS2 boards with CRC-32 have their own: their
// driver keeps the rules of flash in software.
const (
	bootInternal  = 1280
	bootSPINOR    = 1792
	bootMax       = 4096
	bootEmulated  = 1440
	bootSigned    = 2816
	bootEncrypted = 3840
	kernelMax     = 1024
	ramMax        = 1536 // with the kernel's copy and the stack, without the buffer for a boot sector
	ramSigned     = 2048
)

// ports lists them: with CRC-32, and signed with a part of each core.
var ports = [][]port{
	{{"nrf51", cross.M0, 0, 1024, "", bootInternal}, {"nrf52", cross.M4, 0, 4096, "", bootInternal}},
	{
		{"nrf51", cross.M0, 0, 1024, "signed", bootSigned},
		{"stm32f1", "cortex-m3", 0x08000000, 1024, "signed", bootSigned},
		{"nrf52", cross.M4, 0, 4096, "signed", bootSigned},
	},
}

// makefile builds the application of the port tests as a user's Makefile does.
const makefile = `QUINE_PORT := %[1]s
QUINE_STORE := internal
QUINE_CPU := -mcpu=%[2]s -mthumb
QUINE_BUILD := %[3]s
QUINE_KEYS := $(QUINE_BUILD:signed=keys.c)
QUINE_CONFIG := %[4]s/test/ports
QUINE_OUT := .
QUINE_CFLAGS := -DPORT_IMAGE_MAX=0x20000u -DPORT_STORE_UNIT=%[6]du -DPORT_STORE_SIZE=0x1F000u \
	-DQUINE_FLOOR_OFFSET=0x3F000u -DQUINE_FLOOR_SIZE=%[6]du
CC := arm-none-eabi-gcc
include %[4]s/quine.mk
app.elf: $(QUINE_OBJECTS)
	@$(CC) $(QUINE_CPU) $(QUINE_CFLAGS) $(QUINE_INCLUDES) -nostartfiles --specs=nano.specs -Wl,--gc-sections,--no-warn-rwx-segments \
		-Wl,--defsym=app_flash=%[5]d,--defsym=app_flash_size=0x20000,--defsym=app_ram=0x20000000,--defsym=app_ram_size=0x4000 \
		-L. $(QUINE_LDFLAGS) -T %[4]s/test/ports/app.ld %[4]s/test/ports/app.c $(QUINE_OBJECTS) -o $@
`

// measure links the port with the whole device library and measures its boot sector.
func (p port) measure(ctx context.Context, library string) (board, error) {
	none := board{}
	dir, err := os.MkdirTemp("", "quine-size-")
	if err != nil {
		return none, err
	}
	defer os.RemoveAll(dir)
	if library, err = filepath.Abs(library); err != nil {
		return none, err
	}
	files := map[string]string{
		"Makefile":      fmt.Sprintf(makefile, p.name, p.cpu, p.build, library, p.base, p.unit),
		"quine_port.ld": "INCLUDE quine_" + p.name + ".ld\n",
		"keys.c":        additions["keys.c"],
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			return none, err
		}
	}
	if text, err := exec.CommandContext(ctx, "make", "-C", dir, "app.elf").CombinedOutput(); err != nil {
		return none, fmt.Errorf("%s %s: %w\n%s", p.name, p.build, err, text)
	}
	ram := ramMax
	if p.build != "" {
		ram = ramSigned
	}
	figures, err := bootFigures(filepath.Join(dir, "app.elf"), p.budget, kernelMax, ram)
	return board{p.name + "+" + cmp.Or(p.build, "internal"), figures}, err
}

// bootFigures measures the boot sector of an executable.
func bootFigures(path string, boot, kernel, ram int) ([]figure, error) {
	f, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r, err := check.ELF(f, check.Options{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, finding := range r.Findings {
		return nil, fmt.Errorf("%s: %v (cure: %s)", path, finding, finding.Cure)
	}
	b := r.Budget
	return []figure{
		{"boot sector", int(b.Boot), boot},
		{"of it RAM kernel", int(b.Kernel), kernel},
		{"RAM beyond a boot sector", int(b.RAM), ram},
	}, nil
}
