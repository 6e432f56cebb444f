// SPDX-License-Identifier: BSD-3-Clause

// What boot and the update client know about an image: the manifest of
// spec/image.md and the constants of the device that it is checked against.

#ifndef QUINE_IMAGE_H
#define QUINE_IMAGE_H

#include <stdint.h>

#include "quine_boot.h"
#include "quine_error.h"

// Offsets of the manifest's fields (spec/image.md section 2), in bytes.
enum {
    QUINE_MANIFEST_MAGIC = 0x00,
    QUINE_MANIFEST_FORMAT = 0x04,
    QUINE_MANIFEST_FLAGS = 0x05,
    QUINE_MANIFEST_BOOT_ABI = 0x06,
    QUINE_MANIFEST_ID = 0x08,
    QUINE_MANIFEST_IMAGE_SIZE = 0x10,
    QUINE_MANIFEST_LOAD_ADDRESS = 0x14,
    QUINE_MANIFEST_PRODUCT = 0x18,
    QUINE_MANIFEST_HARDWARE_MIN = 0x1C,
    QUINE_MANIFEST_HARDWARE_MAX = 0x1E,
    QUINE_MANIFEST_COUNTER = 0x20,
    QUINE_MANIFEST_VERSION = 0x24,
    QUINE_MANIFEST_BUILD = 0x28,
    QUINE_MANIFEST_SALT = 0x2C,
    QUINE_MANIFEST_KEY_ID = 0x2E,
    QUINE_MANIFEST_ZERO_BYTE = 0x2F,
    QUINE_MANIFEST_BOOT_CRC = 0x30,
    QUINE_MANIFEST_ZERO_WORD = 0x34,
    QUINE_MANIFEST_BUILD_ID = 0x38,
    QUINE_MANIFEST_SIGNATURE = 0x40,
};

#define QUINE_MANIFEST_MAGIC_VALUE 0x4E414D51u // the bytes QMAN
#define QUINE_MANIFEST_FORMAT_VALUE 1u
#define QUINE_MANIFEST_SIGNED 0x01u // the one bit of the flags field
#define QUINE_SIGNATURE_SIZE 64u

// Reads a little-endian integer from any address. Always inlined: the callers
// live in sections that must not call one another by name.
static inline __attribute__((always_inline)) uint16_t
quine_le16(const uint8_t p[2])
{
    return (uint16_t)(p[0] | (uint32_t)p[1] << 8);
}

static inline __attribute__((always_inline)) uint32_t
quine_le32(const uint8_t p[4])
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

// Reads a little-endian word from an address that is a multiple of 4: one load
// where quine_le32 takes four.
static inline __attribute__((always_inline)) uint32_t
quine_word(const uint8_t *p)
{
    return quine_le32((const uint8_t *)__builtin_assume_aligned(p, 4));
}

static inline __attribute__((always_inline)) void
quine_le32_write(uint8_t p[4], uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
}

// Continues a CRC-32 (IEEE 802.3, reflected) over n bytes of data.
//
// Start with crc 0 and pass the result on to go on; the initial and final
// inversions are done inside. n may be 0.
// Returns the CRC-32 of everything given so far.
uint32_t quine_crc32(uint32_t crc, const void *data, uint32_t n);

// Checks a manifest against the device and the lowest security counter that it
// accepts, in the order of spec/patch.md section 5 from MANIFEST to SIZE. It
// reads nothing but its arguments: whether the image behind the manifest has the
// digest that it states is another question.
//
// m is any 128 bytes, 4-byte aligned; it must not change during the call (take a copy of what
// lies in an external store).
// Returns QUINE_OK, or QUINE_ERR_MANIFEST, _UNSIGNED, _PRODUCT, _HARDWARE,
// _LAYOUT, _ROLLBACK or _SIZE.
int quine_manifest_check(const uint8_t *m, const struct quine_boot_info *device,
                         uint32_t counter);

#endif
