// SPDX-License-Identifier: BSD-3-Clause

// CRC-32 (IEEE 802.3, reflected), a bit at a time, on other machines than ARM: quine_leaf.S has the
// device's.

#include "quine_image.h"

#if !defined(__thumb__)
uint32_t quine_crc32(uint32_t crc, const void *data, uint32_t n)
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
#endif
