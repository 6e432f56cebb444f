// SPDX-License-Identifier: BSD-3-Clause
// MPS2 with AN385 (Cortex-M3): 4 KiB erase units, words, as on many small parts (Silicon Labs EFM32,
// NXP LPC). The boot sector is one erase unit.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#include "quine_mps2.h"

#define QUINE_VECTORS 48 // 16 of the core, 32 interrupts

#define QUINE_FLASH_BASE 0x00000000u
#define QUINE_MPS2_FLASH_LOG2 18u // 256 KiB
#define QUINE_MPS2_OVERWRITE QUINE_MPS2_BITS
#define QUINE_MPS2_WATCHDOG 0x40008000u

#define QUINE_PROGRAM_UNIT 4u
#define QUINE_ERASED 0xFFu
#define QUINE_FLASH_NO_ECC 1
#define QUINE_APP_OFFSET 4096u
#define QUINE_MANIFEST_OFFSET 4096u
#define QUINE_SEAL_OFFSET (QUINE_MANIFEST_OFFSET + 128u)
#define QUINE_SEAL_SIZE 8u
#define QUINE_SEAL_ERASED 0

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    return offset & ~4095u;
}

#include "quine_pmsav7.h"

#endif
