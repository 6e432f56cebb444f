// SPDX-License-Identifier: BSD-3-Clause
// Microchip SAM D21 (Cortex-M0+, rows of 256 bytes, pages of 64). Sections cited are of the SAM D21/DA1
// Family Data Sheet DS40001882 ("DS"); SAM D20 and D10/D11 have the same controller.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#define QUINE_VECTORS 44 // 16 of the core, 28 interrupts

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#define QUINE_FLASH_BASE 0x00000000u
#define QUINE_ERASED 0xFFu

// Half a page: a row takes eight writes between erases (DS, NVM characteristics), and these are eight.
#define QUINE_PROGRAM_UNIT 32u

#define QUINE_ROW_SIZE 256u

// Zeros over a programmed unit would be a ninth write, so the seal has a row of its own.
#define QUINE_SEAL_OFFSET 4096u
#define QUINE_SEAL_SIZE QUINE_ROW_SIZE
#define QUINE_SEAL_ERASED 1
#define QUINE_APP_OFFSET (QUINE_SEAL_OFFSET + QUINE_SEAL_SIZE)
#define QUINE_MANIFEST_OFFSET QUINE_APP_OFFSET

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    return offset & ~(QUINE_ROW_SIZE - 1u);
}

static inline __attribute__((always_inline)) bool quine_flash_fault(void)
{
    return false; // this flash has no ECC
}
#endif

#endif
