// SPDX-License-Identifier: BSD-3-Clause

// CRC-32 (IEEE 802.3, reflected), a bit at a time: small is what counts in boot.

#include "quine_image.h"
#include "quine_section.h"

QUINE_BOOT_CODE uint32_t quine_crc32(uint32_t crc, const void *data, uint32_t n)
{
    const uint8_t *p = data;

    crc = ~crc;
    while (n-- > 0u) {
        crc ^= *p++;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((0u - (crc & 1u)) & 0xEDB88320u);
    }
    return ~crc;
}
