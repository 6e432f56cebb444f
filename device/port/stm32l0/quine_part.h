// SPDX-License-Identifier: BSD-3-Clause
// STMicroelectronics STM32L0 (Cortex-M0+, pages of 128 bytes, words, erased cells read 0). Sections
// cited are of RM0367 ("RM"); RM0376 and RM0377 agree.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#define QUINE_VECTORS 48 // 16 of the core, 32 interrupts

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#define QUINE_FLASH_BASE 0x08000000u
#define QUINE_PROGRAM_UNIT 4u
#define QUINE_ERASED 0x00u

#define QUINE_PAGE_SIZE 128u

// RM 3.7.7, NOTZEROERR: nothing may be programmed over a word that is not erased, so the seal has a page
// of its own behind the boot sector.
#define QUINE_SEAL_OFFSET 4096u
#define QUINE_SEAL_SIZE QUINE_PAGE_SIZE
#define QUINE_SEAL_ERASED 1
#define QUINE_APP_OFFSET (QUINE_SEAL_OFFSET + QUINE_SEAL_SIZE)
#define QUINE_MANIFEST_OFFSET QUINE_APP_OFFSET

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    return offset & ~(QUINE_PAGE_SIZE - 1u);
}

static inline __attribute__((always_inline)) bool quine_flash_fault(void)
{
    return false; // single errors are corrected, double errors are not reported
}
#endif

#endif
