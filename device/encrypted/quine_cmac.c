// SPDX-License-Identifier: BSD-3-Clause
#include "quine_cmac.h"

#include <string.h>

// Encrypts a block: in counter mode, as the counter block whose key stream becomes visible on zeros.
static void encrypt(uint32_t block[4], struct quine_aes *a, quine_cmac_ctr *ctr)
{
    uint32_t index = __builtin_bswap32(block[3]);

    memcpy(a->counter, block, 12);
    memset(block, 0, QUINE_AES_BLOCK);
    ctr(a, index, block, QUINE_AES_BLOCK);
}

// Multiplies by x in the field of section 6.1, whose first byte is the highest.
static void twice(uint32_t block[4])
{
    uint8_t *b = (uint8_t *)block;
    uint32_t carry = 0;

    for (uint32_t i = QUINE_AES_BLOCK; i-- > 0u; carry >>= 8) {
        carry |= (uint32_t)b[i] << 1;
        b[i] = (uint8_t)carry;
    }
    b[QUINE_AES_BLOCK - 1u] ^= (uint8_t)(carry * 0x87u);
}

void quine_cmac_add(uint32_t state[4], struct quine_aes *a, quine_cmac_ctr *ctr, const uint8_t *data, uint32_t n)
{
    for (; n > 0u; n -= QUINE_AES_BLOCK) {
        for (uint32_t i = 0; i < QUINE_AES_BLOCK; i++)
            ((uint8_t *)state)[i] ^= *data++;
        encrypt(state, a, ctr);
    }
}

void quine_cmac_end(uint32_t state[4], struct quine_aes *a, quine_cmac_ctr *ctr, const uint8_t *data, uint32_t n)
{
    uint32_t last[4] = {0};

    encrypt(last, a, ctr);
    twice(last);
    if (n < QUINE_AES_BLOCK) {
        twice(last);
        ((uint8_t *)last)[n] ^= 0x80u;
    }
    for (uint32_t i = 0; i < n; i++)
        ((uint8_t *)last)[i] ^= data[i];
    quine_cmac_add(state, a, ctr, (const uint8_t *)last, QUINE_AES_BLOCK);
}
