// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"fmt"
	"strings"
	"testing"

	"github.com/quine-fw/quine/internal/need"
)

// A plan is firmware that quine init lays out for a part that QEMU does not have.
type plan struct {
	part, cpu  string
	base       uint32
	flash, ram int    // KiB
	store      string // internal if empty
	more       string // flags of quine init
	port       string // for make and quine vendor, if it is not part
}

var plans = []plan{
	{part: "nrf52", cpu: "cortex-m4", flash: 512, ram: 64},
	{part: "samd21", cpu: "cortex-m0plus", flash: 256, ram: 32},
	{part: "stm32f4", cpu: "cortex-m4", base: 0x08000000, flash: 512, ram: 96},
	{part: "stm32g0", cpu: "cortex-m0plus", base: 0x08000000, flash: 128, ram: 36},
	{part: "stm32l0", cpu: "cortex-m0plus", base: 0x08000000, flash: 192, ram: 20},
	{part: "stm32f1", cpu: "cortex-m3", base: 0x08000000, flash: 64, ram: 20, store: "fram"},
	{part: "stm32f1", cpu: "cortex-m3", base: 0x08000000, flash: 256, ram: 48, more: "--page 2048"},
	{part: "rp2040", cpu: "cortex-m0plus", base: 0x10000000, flash: 2048, ram: 256},
	{part: "mychip", cpu: "cortex-m33", flash: 256, ram: 64, more: "--page 2048 --program-unit 8", port: "template"},
}

// What quine init lays out for other parts links, and keeps all rules of quine check.
func TestOtherParts(t *testing.T) {
	need.Program(t, "arm-gcc", "arm-none-eabi-gcc")
	tool := buildTool(t)
	for _, p := range plans {
		t.Run(fmt.Sprintf("%s-%dK", p.part, p.flash), func(t *testing.T) {
			t.Parallel()
			b := &bench{T: t, firmware: firmware{name: "plain"}, dir: t.TempDir(), quine: tool}
			b.carryOut(p)
		})
	}
}

// carryOut takes the steps of a plan.
func (b *bench) carryOut(p plan) {
	b.Helper()
	store, port, folder := p.store, p.port, p.part
	if store == "" {
		store = "internal"
	}
	if port == "" {
		port = p.part
	} else {
		folder = "port/" + p.part
	}
	b.copy("before")
	b.edit("link.ld", "ORIGIN = 0x0, LENGTH = 256K", fmt.Sprintf("ORIGIN = %#x, LENGTH = %dK", p.base, p.flash),
		"LENGTH = 16K", fmt.Sprintf("LENGTH = %dK", p.ram))
	b.edit("Makefile", "cortex-m0", p.cpu)
	if p.part == "rp2040" {
		b.edit("link.ld", "  /* The startup code goes first into FLASH */\n", boot2)
		b.edit("startup.c", "void Default_Handler", `__attribute__((section(".boot2"), used)) const uint8_t boot2[256] = {1};`+"\nvoid Default_Handler")
	}
	b.run("make", "-s")
	b.run(b.quine, append([]string{"init", "--elf", "app.elf", "--ld", "link.ld", "--part", p.part, "--store", store}, strings.Fields(p.more)...)...)
	b.run(b.quine, "vendor", "quine", "--part", port, "--store", store)
	config, script := string(b.read("quine_config.h")), string(b.read("link.quine.ld"))
	b.copy("after")
	b.write("quine_config.h", config)
	b.write("link.quine.ld", script)
	if store != "internal" {
		b.write("quine_spi.h", spi)
	}
	b.edit("Makefile", "nrf51", folder, "cortex-m0", p.cpu, ":= internal", ":= "+store)
	b.run("make", "-s", "clean")
	b.run("make", "-s")
	check := []string{"check", "--quiet", "app.elf"}
	if p.part == "rp2040" { // whose flash functions are in ROM
		check = append(check, "--calls-rom")
	}
	b.run(b.quine, check...)
	b.run(b.quine, "seal", "app.elf", "-o", "v1.bin", "--version", "1.0.0")
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

// boot2 is what the linker script of an RP2040 has, as that of its SDK.
const boot2 = `
  .boot2 : {
    __boot2_start__ = .;
    KEEP (*(.boot2))
    __boot2_end__ = .;
  } > FLASH

  ASSERT(__boot2_end__ - __boot2_start__ == 256,
    "the second stage must be 256 bytes in size")
`

// spi is the least SPI driver: the registers are nobody's, but it links.
const spi = `#ifndef QUINE_SPI_H
#define QUINE_SPI_H
#define SPI (*(volatile uint8_t *)0x40013000u)
QUINE_SPI_INLINE void quine_spi_open(void) { SPI = 1u; }
QUINE_SPI_INLINE void quine_spi_select(bool on) { SPI = (uint8_t)on; }
QUINE_SPI_INLINE uint8_t quine_spi_exchange(uint8_t out) { SPI = out; return SPI; }
#endif
`
