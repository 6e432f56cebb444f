// SPDX-License-Identifier: BSD-3-Clause
// Raspberry Pi RP2040 (two Cortex-M0+) with a SPI NOR flash of 4 KiB sectors, executed in place. Sections
// cited are of the RP2040 Datasheet ("DS").
#ifndef QUINE_PART_H
#define QUINE_PART_H

#define QUINE_VECTORS 48 // 16 of the core, 32 interrupts

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#define QUINE_FLASH_BASE 0x10000000u
#define QUINE_ERASED 0xFFu

// Any number of bytes of a 256 byte page, for the flash; each program operation stops execution in place
// and starts it again, so the unit is the largest there may be.
#define QUINE_PROGRAM_UNIT 32u

#define QUINE_SECTOR_SIZE 4096u

// Whether a page may be programmed twice is the flash's business, and those with ECC say no, so the seal
// has a sector of its own.
#define QUINE_SEAL_OFFSET 4096u
#define QUINE_SEAL_SIZE QUINE_SECTOR_SIZE
#define QUINE_SEAL_ERASED 1
#define QUINE_APP_OFFSET (QUINE_SEAL_OFFSET + QUINE_SEAL_SIZE)
#define QUINE_MANIFEST_OFFSET QUINE_APP_OFFSET

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    return offset & ~(QUINE_SECTOR_SIZE - 1u);
}

static inline __attribute__((always_inline)) bool quine_flash_fault(void)
{
    return false; // no error reaches the bus
}
#endif

#endif
