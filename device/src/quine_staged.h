// SPDX-License-Identifier: BSD-3-Clause
// How boot reads the staged image in a store that is not encrypted (spec/staging.md section 1). Boot includes
// this file by the include path: device/encrypted has another.
#ifndef QUINE_STAGED_H
#define QUINE_STAGED_H

#include "quine_internal.h"

#define QUINE_STAGED_FLAGS 0u                  // of the boot info
#define QUINE_STAGED_MAX QUINE_STORE_IMAGE_MAX // bytes of an image that fit

#if defined(QUINE_STORE_MAPPED) // the image can be read as memory, too: there, from the first byte of flash
#define QUINE_STAGED_MAPPED (QUINE_STORE_MAPPED + QUINE_STORE_IMAGE)
#endif

// Makes ready to read, before an image is verified. Returns QUINE_OK or QUINE_ERR_IO.
static inline __attribute__((always_inline)) int quine_staged_open(void)
{
    return QUINE_OK;
}

// Reads 32 bytes at offset, a multiple of that. Part of the RAM kernel. Returns QUINE_OK or QUINE_ERR_IO.
static inline __attribute__((always_inline)) int quine_staged_read(uint32_t offset, uint32_t *to)
{
    return quine_boot_store_read(QUINE_STORE_IMAGE + offset, to, 32u);
}

#endif
