// SPDX-License-Identifier: BSD-3-Clause
// The SmartFusion2 as QEMU emulates it. Its eNVM is a ROM there, so the lower half of the eSRAM stands
// for flash, with the rules that port/mps2 keeps for boards without flash: 4 KiB erase units, words. The
// part's own vector table, at 0 in the eNVM, holds nothing but the first two words of the image.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#include "quine_mps2.h"

#define QUINE_VECTORS 97 // 16 of the core, 81 interrupts

#define QUINE_FLASH_BASE 0x20000000u
#define QUINE_MPS2_FLASH_LOG2 15u // 32 KiB
#define QUINE_MPS2_OVERWRITE QUINE_MPS2_BITS
#define QUINE_MPS2_WATCHDOG 0x40005000u // the part's watchdog, which QEMU does not emulate

#define QUINE_PROGRAM_UNIT 4u
#define QUINE_ERASED 0xFFu
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
