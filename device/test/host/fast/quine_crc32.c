// SPDX-License-Identifier: BSD-3-Clause
// The CRC-32 of src/quine_crc32.c for sweeps, in which it would take two thirds of the time: eight bytes at
// a time, by tables.
#include "quine_image.h"

#include <string.h>

static uint32_t table[8][256];

static void __attribute__((constructor)) fill(void)
{
    for (uint32_t i = 0; i < 256u; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((0u - (crc & 1u)) & 0xEDB88320u);
        table[0][i] = crc;
    }
    for (uint32_t i = 0; i < 256u; i++)
        for (uint32_t k = 1; k < 8u; k++)
            table[k][i] = (table[k - 1u][i] >> 8) ^ table[0][table[k - 1u][i] & 0xFFu];
}

uint32_t quine_crc32(uint32_t crc, const void *data, uint32_t n)
{
    const uint8_t *p = data;

    crc = ~crc;
    for (; n >= 8u; n -= 8u, p += 8) {
        uint32_t low, high;
        memcpy(&low, p, 4);
        memcpy(&high, p + 4, 4);
        low ^= crc;
        crc = table[7][low & 0xFFu] ^ table[6][low >> 8 & 0xFFu] ^ table[5][low >> 16 & 0xFFu] ^
              table[4][low >> 24] ^ table[3][high & 0xFFu] ^ table[2][high >> 8 & 0xFFu] ^
              table[1][high >> 16 & 0xFFu] ^ table[0][high >> 24];
    }
    for (; n > 0u; n--)
        crc = (crc >> 8) ^ table[0][(crc ^ *p++) & 0xFFu];
    return ~crc;
}
