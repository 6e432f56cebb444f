// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// What quine init lays out for parts that QEMU does not have links, and keeps all rules
// of quine check.
func TestOtherParts(t *testing.T) {
	need(t, "arm-gcc", "arm-none-eabi-gcc")
	tool := buildTool(t)
	for _, part := range []struct {
		name, cpu   string
		base        uint32
		flash, ram  int // KiB
		store, more string
	}{
		{name: "nrf52", cpu: "cortex-m4", flash: 512, ram: 64},
		{name: "samd21", cpu: "cortex-m0plus", flash: 256, ram: 32},
		{name: "stm32f4", cpu: "cortex-m4", base: 0x08000000, flash: 512, ram: 96},
		{name: "stm32g0", cpu: "cortex-m0plus", base: 0x08000000, flash: 128, ram: 36},
		{name: "stm32l0", cpu: "cortex-m0plus", base: 0x08000000, flash: 192, ram: 20},
		{name: "stm32f1", cpu: "cortex-m3", base: 0x08000000, flash: 64, ram: 20, store: "fram"},
		{name: "stm32f1", cpu: "cortex-m3", base: 0x08000000, flash: 256, ram: 48, more: "--page=2048"},
	} {
		t.Run(fmt.Sprintf("%s-%dK", part.name, part.flash), func(t *testing.T) {
			t.Parallel()
			b := &bench{T: t, firmware: firmware{name: "plain"}, dir: t.TempDir(), quine: tool}
			b.copy("before")
			b.edit("link.ld", "ORIGIN = 0x0, LENGTH = 256K", fmt.Sprintf("ORIGIN = %#x, LENGTH = %dK", part.base, part.flash),
				"LENGTH = 16K", fmt.Sprintf("LENGTH = %dK", part.ram))
			b.edit("Makefile", "cortex-m0", part.cpu)
			b.run("make", "-s")
			store := part.store
			if store == "" {
				store = "internal"
			}
			args := []string{"init", "--elf", "app.elf", "--ld", "link.ld", "--part", part.name, "--store", store}
			if part.more != "" {
				args = append(args, part.more)
			}
			b.run(b.quine, args...)
			b.run(b.quine, "vendor", "quine", "--part", part.name, "--store", store)
			if store != "internal" {
				b.write("quine_spi.h", spi)
			}
			keep := string(b.read("quine_config.h"))
			script := string(b.read("link.quine.ld"))
			b.copy("after")
			b.write("quine_config.h", keep)
			b.write("link.quine.ld", script)
			b.edit("Makefile", "nrf51", part.name, "cortex-m0", part.cpu, ":= internal", ":= "+store)
			b.run("make", "-s", "clean")
			b.run("make", "-s")
			b.run(b.quine, "check", "--quiet", "app.elf")
			b.run(b.quine, "seal", "app.elf", "-o", filepath.Join(b.dir, "v1.bin"), "--version", "1.0.0")
		})
	}
}

// edit replaces texts in a file of the bench, each of which must be there.
func (b *bench) edit(name string, pairs ...string) {
	b.Helper()
	text := string(b.read(name))
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			b.Fatalf("%s has no %q", name, pairs[i])
		}
	}
	b.write(name, strings.NewReplacer(pairs...).Replace(text))
}

// spi is the least SPI driver: the registers are nobody's, but it links.
const spi = `#ifndef QUINE_SPI_H
#define QUINE_SPI_H
#define SPI (*(volatile uint8_t *)0x40013000u)
QUINE_SPI_INLINE void quine_spi_open(void) { SPI = 1u; }
QUINE_SPI_INLINE void quine_spi_select(bool on) { SPI = (uint8_t)on; }
QUINE_SPI_INLINE uint8_t quine_spi_exchange(uint8_t out) { SPI = out; return SPI; }
#endif
`
