// SPDX-License-Identifier: BSD-3-Clause
// MPS2 with AN505 (Cortex-M33, secure state): 2 KiB erase units and double words over which only zeros
// may be programmed, as on STM32L4, L5 and G4. Addresses are the secure aliases. The boot sector is
// two erase units.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#include "quine_mps2.h"

#define QUINE_VECTORS 140 // 16 of the core, 124 interrupts

#define QUINE_FLASH_BASE 0x10000000u
#define QUINE_MPS2_FLASH_LOG2 18u // 256 KiB
#define QUINE_MPS2_OVERWRITE QUINE_MPS2_ZEROS
#define QUINE_MPS2_WATCHDOG 0x50081000u

#define QUINE_PROGRAM_UNIT 8u
#define QUINE_ERASED 0xFFu
#define QUINE_FLASH_NO_ECC 1
#define QUINE_APP_OFFSET 4096u
#define QUINE_MANIFEST_OFFSET 4096u
#define QUINE_SEAL_OFFSET (QUINE_MANIFEST_OFFSET + 128u)
#define QUINE_SEAL_SIZE 8u
#define QUINE_SEAL_ERASED 0

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    return offset & ~2047u;
}

#include "quine_pmsav8.h"

#endif
