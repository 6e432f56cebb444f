// SPDX-License-Identifier: BSD-3-Clause
// The staging header of spec/staging.md, as boot and the update client see it.
#ifndef QUINE_STAGING_H
#define QUINE_STAGING_H

#include "quine_image.h"

#include <stdbool.h>

#define QUINE_STAGING_MAGIC 0x47545351u // the bytes QSTG
#define QUINE_STAGING_LAYOUT 1u

// Offsets of the header's fields, in bytes.
enum {
    QUINE_STAGING_ID = 0x08,
    QUINE_STAGING_BASE = 0x10,
    QUINE_STAGING_ZERO = 0x18,
    QUINE_STAGING_CRC = 0x1C,
    QUINE_STAGING_SIZE = 0x20,
};

// Says whether 32 bytes, 4-byte aligned, are a valid header. The magic is compared first: on most boots nothing is
// staged, and the CRC is not worth its time then.
static inline __attribute__((always_inline)) bool
quine_staging_valid(const uint8_t h[QUINE_STAGING_SIZE],
                    uint32_t (*crc32)(uint32_t, const void *, uint32_t))
{
    return quine_word(h) == QUINE_STAGING_MAGIC && quine_word(h + 4) == QUINE_STAGING_LAYOUT &&
           quine_word(h + QUINE_STAGING_ZERO) == 0u &&
           quine_word(h + QUINE_STAGING_CRC) == crc32(0, h, QUINE_STAGING_CRC);
}

#endif
