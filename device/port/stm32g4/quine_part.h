// SPDX-License-Identifier: BSD-3-Clause
// STMicroelectronics STM32G4 (Cortex-M4, 2 KiB pages, 64 bits and 8 of ECC a program unit). Sections
// cited are of RM0440 ("RM"). Category 2 parts (G431, G441) have one bank, category 3 (G471 to G484)
// two with DBANK = 1; with DBANK = 0 their pages are 4 KiB, which this port does not do.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#define QUINE_VECTORS 118 // 16 of the core, and the longest table of the family

#ifndef __ASSEMBLER__
#include "quine_reg.h"

#include <stdbool.h>
#include <stdint.h>

#define QUINE_FLASH_BASE 0x08000000u
#define QUINE_PROGRAM_UNIT 8u
#define QUINE_ERASED 0xFFu
#define QUINE_APP_OFFSET 4096u

// RM 3.3.7: programming a double word that is not erased sets PROGERR unless the new value is
// all zeros, so zeros over the seal are allowed.
#define QUINE_MANIFEST_OFFSET QUINE_APP_OFFSET
#define QUINE_SEAL_OFFSET (QUINE_MANIFEST_OFFSET + 128u)
#define QUINE_SEAL_SIZE 8u
#define QUINE_SEAL_ERASED 0

#define QUINE_PAGE_SIZE 2048u

// Bytes of a bank: half of the flash of category 3 parts, 256 KiB in those of 512 KiB. Define it and
// QUINE_DBANK 1 in quine_config.h for them.
#ifndef QUINE_BANK_SIZE
#define QUINE_BANK_SIZE 0x80000u
#endif

// Where the families of this flash interface differ; for the driver.
#define QUINE_FLASH_ECCR 0x40022018u
#define QUINE_FLASH_ECC2R QUINE_FLASH_ECCR // one register for both banks
#define QUINE_SR_BUSY 0x10000u            // BSY
#define QUINE_ACR_CACHES 0x600u           // ICEN, DCEN
#define QUINE_ACR_RESETS 0x1800u          // ICRST, DCRST
#define QUINE_CR_BKER 0x800u
#define QUINE_ECCR_ECCD 0xA0000000u       // ECCD, ECCD2
#ifdef QUINE_DBANK
#define QUINE_OPTR_MASK 0x500000u         // DBANK, BFB2 must be
#define QUINE_OPTR_WANT 0x400000u         // 1: two banks of 2 KiB pages; 0: bank 1 at the flash base
#else
#define QUINE_OPTR_MASK 0u
#define QUINE_OPTR_WANT 0u
#endif
#define QUINE_BANK2_PAGE 0u               // number of the first page of bank 2
#define QUINE_PCROP_UNIT 8u
#define QUINE_PCROP_AREAS 1               // of a bank

// This family has no empty check.
static inline __attribute__((always_inline)) void quine_flash_mark_empty(bool empty)
{
    (void)empty;
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
