// SPDX-License-Identifier: BSD-3-Clause
// Nordic nRF52805 to nRF52840 (Cortex-M4, 4 KiB pages, words). Sections cited are of the nRF52840 Product
// Specification v1.7 ("PS"). The image starts at address 0: there is no MBR and no SoftDevice below it.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#define QUINE_VECTORS 64 // 16 of the core, and the longest table of the family

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#define QUINE_FLASH_BASE 0x00000000u
#define QUINE_PROGRAM_UNIT 4u
#define QUINE_ERASED 0xFFu
#define QUINE_FLASH_NO_ECC 1
#define QUINE_APP_OFFSET 4096u

// PS 4.3.1: a word may be written twice between erases, so zeros over the seal are allowed.
#define QUINE_MANIFEST_OFFSET QUINE_APP_OFFSET
#define QUINE_SEAL_OFFSET (QUINE_MANIFEST_OFFSET + 128u)
#define QUINE_SEAL_SIZE 8u
#define QUINE_SEAL_ERASED 0

// Nothing to see to before flash is changed: quine_port_nrf52.c, supply and protection.
#define quine_flash_open(size) ((void)(size), QUINE_OK)

#define QUINE_PAGE_SIZE 4096u

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    return offset & ~(QUINE_PAGE_SIZE - 1u);
}

static inline __attribute__((always_inline)) bool quine_flash_fault(void)
{
    return false; // this flash has no ECC
}
#endif

#endif
