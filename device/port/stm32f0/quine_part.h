// SPDX-License-Identifier: BSD-3-Clause
// STMicroelectronics STM32F0 (Cortex-M0, half-words). Sections cited are of RM0091; RM0360 agrees.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#define QUINE_VECTORS 48 // 16 of the core, 32 interrupts

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#define QUINE_FLASH_BASE 0x08000000u
#define QUINE_PROGRAM_UNIT 2u
#define QUINE_ERASED 0xFFu
#define QUINE_FLASH_NO_ECC 1
#define QUINE_APP_OFFSET 4096u

// RM0091 3.2.2: programming a half-word that is not erased is skipped with PGERR, unless
// the new value is 0x0000, so zeros over the seal are allowed.
#define QUINE_MANIFEST_OFFSET QUINE_APP_OFFSET
#define QUINE_SEAL_OFFSET (QUINE_MANIFEST_OFFSET + 128u)
#define QUINE_SEAL_SIZE 8u
#define QUINE_SEAL_ERASED 0

// F03x, F04x, F05x, F070x6: 1 KiB. Define 2048u in quine_config.h for F07x, F09x, F030xC.
#ifndef QUINE_PAGE_SIZE
#define QUINE_PAGE_SIZE 1024u
#endif

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    return offset & ~(QUINE_PAGE_SIZE - 1u);
}

static inline __attribute__((always_inline)) bool quine_flash_fault(void)
{
    return false; // this flash has no ECC
}
#endif

#endif
