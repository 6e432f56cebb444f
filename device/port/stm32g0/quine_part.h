// SPDX-License-Identifier: BSD-3-Clause
// STMicroelectronics STM32G0 (Cortex-M0+, 2 KiB pages, 64 bits and 8 of ECC a program unit). Sections
// cited are of RM0444 ("RM"); RM0454 agrees.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#define QUINE_VECTORS 48 // 16 of the core, and the longest table of the family

#ifndef __ASSEMBLER__
#include "quine_reg.h"

#include <stdbool.h>
#include <stdint.h>

#define QUINE_FLASH_BASE 0x08000000u
#define QUINE_PROGRAM_UNIT 8u
#define QUINE_ERASED 0xFFu
#define QUINE_APP_OFFSET 4096u

// RM 3.3.8: programming a double word that is not erased sets PROGERR unless the new value is
// all zeros, so zeros over the seal are allowed.
#define QUINE_MANIFEST_OFFSET QUINE_APP_OFFSET
#define QUINE_SEAL_OFFSET (QUINE_MANIFEST_OFFSET + 128u)
#define QUINE_SEAL_SIZE 8u
#define QUINE_SEAL_ERASED 0

#define QUINE_PAGE_SIZE 2048u

// Bytes of a bank. Parts of two banks (G0B0, G0B1, G0C1 with DUAL_BANK = 1) need the half of their size
// here, and QUINE_DBANK 1, in quine_config.h.
#ifndef QUINE_BANK_SIZE
#define QUINE_BANK_SIZE 0x80000u
#endif

// Where the families of this flash interface differ; for the driver.
#define QUINE_FLASH_ECCR 0x40022018u
#define QUINE_FLASH_ECC2R 0x4002201Cu     // of bank 2; reads 0 where there is none
#define QUINE_SR_BUSY 0x70000u            // BSY1, BSY2, CFGBSY
#define QUINE_ACR_CACHES 0x200u           // ICEN
#define QUINE_ACR_RESETS 0x800u           // ICRST
#define QUINE_CR_BKER 0x2000u
#define QUINE_ECCR_ECCD 0x80000000u
#define QUINE_BANK2_PAGE 256u             // number of the first page of bank 2 (RM 3.3.1), in all sizes
#ifdef QUINE_DBANK
#define QUINE_OPTR_MASK 0x300000u         // DUAL_BANK, nSWAP_BANK must be
#define QUINE_OPTR_WANT 0x300000u         // 1: two banks; 1: bank 1 at the flash base
#else
#define QUINE_OPTR_MASK 0u
#define QUINE_OPTR_WANT 0u
#endif
#define QUINE_PCROP_UNIT 512u
#define QUINE_PCROP_AREAS 2               // of a bank

// EMPTY (RM 3.7.1) is evaluated at power-on and can be written; set, every reset leads to the ROM
// loader.
static inline __attribute__((always_inline)) void quine_flash_mark_empty(bool empty)
{
    uint32_t acr = quine_read32(0x40022000u) & ~0x10000u;
    quine_write32(0x40022000u, empty ? acr | 0x10000u : acr);
}

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    return offset & ~(QUINE_PAGE_SIZE - 1u);
}

// What quine_nmi leaves, see there. The read of the controller gives the NMI of the last flash access
// its time.
#define QUINE_FLASH_FAULT 0x45434344u
extern volatile uint32_t quine_flash_fault_record;

static inline __attribute__((always_inline)) bool quine_flash_fault(void)
{
    (void)quine_read32(QUINE_FLASH_ECCR);
    bool fault = quine_flash_fault_record == QUINE_FLASH_FAULT;
    quine_flash_fault_record = 0;
    return fault;
}
#endif

#endif
