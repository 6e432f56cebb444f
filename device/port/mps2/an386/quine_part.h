// SPDX-License-Identifier: BSD-3-Clause
// MPS2 with AN386 (Cortex-M4): the geometry of an STM32F401xE, four erase units of 16 KiB, one of 64 KiB
// and three of 128 KiB; words. The boot sector is the first quarter of the first unit, whose rest
// stays blank.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#include "quine_mps2.h"

#define QUINE_VECTORS 48 // 16 of the core, 32 interrupts

#define QUINE_FLASH_BASE 0x00000000u
#define QUINE_MPS2_FLASH_LOG2 19u // 512 KiB
#define QUINE_MPS2_OVERWRITE QUINE_MPS2_BITS
#define QUINE_MPS2_WATCHDOG 0x40008000u

#define QUINE_PROGRAM_UNIT 4u
#define QUINE_ERASED 0xFFu
#define QUINE_FLASH_NO_ECC 1
#define QUINE_APP_OFFSET 0x4000u
#define QUINE_MANIFEST_OFFSET 0x4000u
#define QUINE_SEAL_OFFSET (QUINE_MANIFEST_OFFSET + 128u)
#define QUINE_SEAL_SIZE 8u
#define QUINE_SEAL_ERASED 0

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    if (offset < 0x10000u)
        return offset & ~0x3FFFu;
    if (offset < 0x20000u)
        return 0x10000u;
    return offset & ~0x1FFFFu;
}

#include "quine_pmsav7.h"

#endif
