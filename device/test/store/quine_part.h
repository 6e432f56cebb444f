// SPDX-License-Identifier: BSD-3-Clause
// A part for the stores' host tests: nothing of it is used but that it compiles.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#include <stdbool.h>
#include <stdint.h>

#define QUINE_FLASH_BASE 0u
#define QUINE_PROGRAM_UNIT 4u
#define QUINE_ERASED 0xFFu
#define QUINE_APP_OFFSET 4096u
#define QUINE_MANIFEST_OFFSET 4096u
#define QUINE_SEAL_OFFSET (QUINE_MANIFEST_OFFSET + 128u)
#define QUINE_SEAL_SIZE 8u
#define QUINE_SEAL_ERASED 0

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    return offset & ~1023u;
}

static inline __attribute__((always_inline)) bool quine_flash_fault(void)
{
    return false;
}

#endif
