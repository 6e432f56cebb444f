// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/quine-fw/quine/image/check"
)

// A port is a part with a store, whose boot sector is measured where no example runs
// in an emulator, or not on the part's own flash controller.
type port struct {
	name   string
	cpu    string
	store  string
	config string // folder of quine_config.h
	budget int    // of the boot sector
}

// Budgets of boot sectors with CRC-32 on parts that ship. Those of the MPS2 boards have
// their own: their driver keeps the rules of flash in software.
const (
	bootInternal  = 1280
	bootSPINOR    = 1792
	bootMax       = 4096
	bootEmulated  = 1440
	bootSigned    = 2856
	bootEncrypted = 3840
	kernelMax     = 1024
	ramMax        = 1536 // with the kernel's copy and the stack, without the buffer for a boot sector
)

// ports lists them.
func ports(library string) []port {
	config := filepath.Join(library, "test", "ports")
	return []port{
		{"nrf51", "cortex-m0", "internal", config, bootInternal},
		{"nrf52", "cortex-m4", "internal", config, bootInternal},
	}
}

// makefile builds the application of the port tests as a user's Makefile does.
const makefile = `QUINE_PORT := %[1]s
QUINE_STORE := %[2]s
QUINE_CPU := -mcpu=%[3]s -mthumb
QUINE_CONFIG := %[4]s
QUINE_OUT := .
QUINE_CFLAGS := -DPORT_IMAGE_MAX=0x20000u -DPORT_STORE_UNIT=0x1000u -DPORT_STORE_SIZE=0x21000u
CC := arm-none-eabi-gcc
include %[5]s/quine.mk
app.elf: $(QUINE_OBJECTS)
	@$(CC) $(QUINE_CPU) $(QUINE_CFLAGS) $(QUINE_INCLUDES) -nostartfiles --specs=nano.specs -Wl,--gc-sections,--no-warn-rwx-segments \
		-Wl,--defsym=app_flash=0,--defsym=app_flash_size=0x20000,--defsym=app_ram=0x20000000,--defsym=app_ram_size=0x4000 \
		-L. $(QUINE_LDFLAGS) -T %[5]s/test/ports/app.ld %[5]s/test/ports/app.c $(QUINE_OBJECTS) -o $@
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
	config, err := filepath.Abs(p.config)
	if err != nil {
		return none, err
	}
	files := map[string]string{
		"Makefile":      fmt.Sprintf(makefile, p.name, p.store, p.cpu, config, library),
		"quine_port.ld": "INCLUDE quine_" + p.name + ".ld\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			return none, err
		}
	}
	if text, err := exec.CommandContext(ctx, "make", "-C", dir, "app.elf").CombinedOutput(); err != nil {
		return none, fmt.Errorf("%s with %s: %w\n%s", p.name, p.store, err, text)
	}
	figures, err := bootFigures(filepath.Join(dir, "app.elf"), p.budget, kernelMax, ramMax)
	return board{p.name + "+" + p.store, figures}, err
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
