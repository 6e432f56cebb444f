// SPDX-License-Identifier: BSD-3-Clause
// The check of a manifest by the update client and by host tests. Boot has one of its own, which looks
// only at what would harm the device: quine_verify.c.

#include "quine_image.h"

#include <stdbool.h>

_Static_assert(QUINE_MANIFEST_SIGNED == QUINE_BOOT_SIGNED, "compared as one bit");

static int id_check(const uint8_t id[QUINE_ID_SIZE])
{
    const uint8_t *half = __builtin_assume_aligned(id, 4);

    for (unsigned i = 0; i < QUINE_ID_SIZE; i += 2u)
        if ((uint16_t)(quine_le16(__builtin_assume_aligned(half + i, 2)) + 1u) <= 1u)
            return QUINE_ERR_MANIFEST;
    return QUINE_OK;
}

// Says whether the manifest is one that spec/image.md section 2 allows.
static inline __attribute__((always_inline)) bool
manifest_valid(const uint8_t *m, const struct quine_boot_info *device)
{
    uint32_t head = quine_word(m + QUINE_MANIFEST_FORMAT); // format, flags, boot ABI
    uint32_t salt = quine_word(m + QUINE_MANIFEST_SALT);   // salt, key id, zero
    uint32_t hardware = quine_word(m + QUINE_MANIFEST_HARDWARE_MIN); // and _MAX above it
    uint32_t size = quine_word(m + QUINE_MANIFEST_IMAGE_SIZE);

    if ((head & QUINE_MANIFEST_SIGNED << 8) != 0u)
        salt &= 0xFF000000u; // a key id is allowed
    return quine_word(m + QUINE_MANIFEST_MAGIC) == QUINE_MANIFEST_MAGIC_VALUE &&
           (head & (0xFFFFu & ~(QUINE_MANIFEST_SIGNED << 8))) == QUINE_MANIFEST_FORMAT_VALUE &&
           salt >> 16 == 0u && quine_word(m + QUINE_MANIFEST_ZERO_WORD) == 0u &&
           (hardware & 0xFFFFu) <= hardware >> 16 && size % 32u == 0u &&
           size >= device->manifest_offset + QUINE_MANIFEST_SIZE &&
           size >= device->seal_offset + device->seal_size &&
           id_check(m + QUINE_MANIFEST_ID) == QUINE_OK;
}

int quine_manifest_check(const uint8_t *m, const struct quine_boot_info *device,
                     uint32_t counter)
{
    uint32_t size = quine_word(m + QUINE_MANIFEST_IMAGE_SIZE);
    uint32_t head = quine_word(m + QUINE_MANIFEST_FORMAT);
    uint32_t hardware = quine_word(m + QUINE_MANIFEST_HARDWARE_MIN); // and _MAX above it

    if (!manifest_valid(m, device))
        return QUINE_ERR_MANIFEST;
    if (((head >> 8 ^ device->flags) & QUINE_MANIFEST_SIGNED) != 0u)
        return QUINE_ERR_UNSIGNED;
    if (quine_word(m + QUINE_MANIFEST_PRODUCT) != device->product)
        return QUINE_ERR_PRODUCT;
    if (device->hardware < (hardware & 0xFFFFu) ||
        device->hardware > hardware >> 16)
        return QUINE_ERR_HARDWARE;
    if (quine_word(m + QUINE_MANIFEST_LOAD_ADDRESS) != device->load_address ||
        head >> 16 != device->boot_abi)
        return QUINE_ERR_LAYOUT;
    if (quine_word(m + QUINE_MANIFEST_COUNTER) < counter)
        return QUINE_ERR_ROLLBACK;
    if (size > device->image_max || size > device->store_max)
        return QUINE_ERR_SIZE;
    return QUINE_OK;
}
