// SPDX-License-Identifier: BSD-3-Clause
// The write-enable bit of emulated flash on ARMv8-M: MPU region 7 makes flash read-only. The regions of
// an application must not overlap it. ARMv8-M Architecture Reference Manual (DDI 0553B) D1.2.
#ifndef QUINE_PMSAV8_H
#define QUINE_PMSAV8_H

#include <stdbool.h>
#include <stdint.h>

#define MPU_CTRL (*(volatile uint32_t *)0xE000ED94u)
#define MPU_RNR (*(volatile uint32_t *)0xE000ED98u)
#define MPU_RBAR (*(volatile uint32_t *)0xE000ED9Cu)
#define MPU_RLAR (*(volatile uint32_t *)0xE000EDA0u)
#define MPU_MAIR1 (*(volatile uint32_t *)0xE000EDC4u)

#define MPU_REGION 7u
#define MPU_ENABLE 5u          // ENABLE; PRIVDEFENA: the default map for all else
#define MAIR1_ATTR7 0xAAu      // normal memory, write-through
#define RBAR_AP_READ (3u << 1) // AP: read-only for all; XN is 0
#define RLAR_READ_ONLY (((QUINE_FLASH_BASE + (1u << QUINE_MPS2_FLASH_LOG2) - 1u) & ~31u) | 7u << 1 | 1u)

// While on is true a store to flash faults.
static inline __attribute__((always_inline)) void quine_mps2_protect(bool on)
{
    MPU_MAIR1 = MAIR1_ATTR7 << 24;
    MPU_RNR = MPU_REGION;
    MPU_RBAR = QUINE_FLASH_BASE | RBAR_AP_READ;
    MPU_RLAR = on ? RLAR_READ_ONLY : 0u;
    MPU_CTRL = MPU_ENABLE;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

#endif
