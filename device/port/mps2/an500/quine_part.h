// SPDX-License-Identifier: BSD-3-Clause
// MPS2 with AN500 (Cortex-M7): 8 KiB erase units and 32 byte program units that take no second
// program, as parts with ECC over a flash line do (STM32H7). So the seal has an erase unit of its own.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#include "quine_mps2.h"

#define QUINE_VECTORS 48 // 16 of the core, 32 interrupts

#define QUINE_FLASH_BASE 0x00000000u
#define QUINE_MPS2_FLASH_LOG2 18u // 256 KiB
#define QUINE_MPS2_OVERWRITE QUINE_MPS2_NEVER
#define QUINE_MPS2_WATCHDOG 0x40008000u

#define QUINE_PROGRAM_UNIT 32u
#define QUINE_ERASED 0xFFu
#define QUINE_FLASH_NO_ECC 1
#define QUINE_SEAL_OFFSET 0x2000u
#define QUINE_SEAL_SIZE 0x2000u
#define QUINE_SEAL_ERASED 1
#define QUINE_APP_OFFSET 0x4000u
#define QUINE_MANIFEST_OFFSET 0x4000u

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    return offset & ~0x1FFFu;
}

#include "quine_pmsav7.h"

#endif
