// SPDX-License-Identifier: BSD-3-Clause
// The write-enable bit of emulated flash on ARMv7-M: MPU region 7, which wins over all others, makes
// flash read-only. ARMv7-M Architecture Reference Manual (DDI 0403E) B3.5.
#ifndef QUINE_PMSAV7_H
#define QUINE_PMSAV7_H

#include <stdbool.h>
#include <stdint.h>

#define MPU_CTRL (*(volatile uint32_t *)0xE000ED94u)
#define MPU_RBAR (*(volatile uint32_t *)0xE000ED9Cu)
#define MPU_RASR (*(volatile uint32_t *)0xE000EDA0u)

#define MPU_REGION 7u
#define MPU_ENABLE 5u // ENABLE; PRIVDEFENA: the default map for all else
#define RBAR_VALID (1u << 4)
// Read-only for all (AP 0b110), executable, normal memory with write-through cache (C), of the size of
// the board's flash: SIZE holds log2 - 1.
#define RASR_READ_ONLY (6u << 24 | 1u << 17 | (QUINE_MPS2_FLASH_LOG2 - 1u) << 1 | 1u)

// While on is true a store to flash faults.
static inline __attribute__((always_inline)) void quine_mps2_protect(bool on)
{
    MPU_RBAR = QUINE_FLASH_BASE | RBAR_VALID | MPU_REGION;
    MPU_RASR = on ? RASR_READ_ONLY : 0u;
    MPU_CTRL = MPU_ENABLE;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

#endif
