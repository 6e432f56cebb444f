// SPDX-License-Identifier: BSD-3-Clause
// Nordic nRF51822 (Cortex-M0, 1 KiB pages). Sections cited are of the nRF51 Series Reference
// Manual v3.0 ("RM").
#ifndef QUINE_PART_H
#define QUINE_PART_H

#define QUINE_VECTORS 42 // 16 of the core, 26 interrupts (RM 7, table 8): none has a higher number

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#define QUINE_FLASH_BASE 0x00000000u
#define QUINE_PROGRAM_UNIT 4u
#define QUINE_ERASED 0xFFu
#define QUINE_FLASH_NO_ECC 1
#define QUINE_APP_OFFSET 4096u

// RM 6.1.1: a word may be written twice between erases, so zeros over the seal are allowed.
#define QUINE_MANIFEST_OFFSET 4096u
#define QUINE_SEAL_OFFSET (QUINE_MANIFEST_OFFSET + 128u)
#define QUINE_SEAL_SIZE 8u
#define QUINE_SEAL_ERASED 0

// RM 9.2: what is protected (region 0, PROTENSET) is set by UICR or until the next reset only. A
// brown-out resets the part (RM 12.1.4); nothing else is to be seen to.
#define quine_flash_open(size) ((void)(size), QUINE_OK)

#define QUINE_PAGE_SIZE 1024u

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    return offset & ~(QUINE_PAGE_SIZE - 1u);
}

static inline __attribute__((always_inline)) bool quine_flash_fault(void)
{
    return false;
}
#endif

#endif
