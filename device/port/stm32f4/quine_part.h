// SPDX-License-Identifier: BSD-3-Clause
// STMicroelectronics STM32F401 to F479 (Cortex-M4), all but the F413/F423, whose 1.5 MiB have another
// map. Flash: RM0090 3.4, RM0368 3.3; each bank has four sectors of 16 KiB, one of 64 KiB and the rest
// of 128 KiB. Parts of 2 MiB have two banks of 1 MiB.
#ifndef QUINE_PART_H
#define QUINE_PART_H

// 16 of the core, and room for the longest table of the family; unused entries cost nothing, as
// quine_start_vtor.S has only those of the core.
#define QUINE_VECTORS 107

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#define QUINE_FLASH_BASE 0x08000000u
#define QUINE_PROGRAM_UNIT 4u
#define QUINE_ERASED 0xFFu
#define QUINE_FLASH_NO_ECC 1

// The boot sector is the first 4 KiB of sector 0, whose other 12 KiB stay blank.
#define QUINE_APP_OFFSET 0x4000u

// RM0090 3.6.4: a word may be programmed again without an erase as long as bits only go from 1 to 0,
// so zeros over the seal are allowed.
#define QUINE_MANIFEST_OFFSET QUINE_APP_OFFSET
#define QUINE_SEAL_OFFSET (QUINE_MANIFEST_OFFSET + 128u)
#define QUINE_SEAL_SIZE 8u
#define QUINE_SEAL_ERASED 0

#define QUINE_BANK_SIZE 0x100000u

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    uint32_t in_bank = offset & (QUINE_BANK_SIZE - 1u);
    if (in_bank < 0x10000u)
        return offset & ~0x3FFFu;
    if (in_bank < 0x20000u)
        return offset & ~0xFFFFu;
    return offset & ~0x1FFFFu;
}

static inline __attribute__((always_inline)) bool quine_flash_fault(void)
{
    return false; // this flash has no ECC
}
#endif

#endif
