// SPDX-License-Identifier: BSD-3-Clause
// AES in counter mode in portable C, from FIPS 197, whose sections and names are cited: what quine_aes.S does, for
// hosts and for readers.
#include "quine_aes.h"

#define KEYS (QUINE_AES_KEY / 16u) // round keys in a key
#define ROUNDS (QUINE_AES_KEY / 4u + 6u)
#define WORDS 4u // of a block; a word is a column of the state, its first row in the lowest byte
#define ROTR(x, n) ((x) >> (n) | (x) << (32u - (n)))

// Section 5.1.1. p goes through all elements but 0, a multiplication by 3 each time, q through their inverses.
void quine_aes_init(struct quine_aes *a)
{
    uint32_t p = 1, q = 1;

    do {
        p ^= p << 1;
        if (p > 0xFFu)
            p ^= 0x11Bu;
        q ^= q << 1;
        q ^= q << 2;
        q ^= q << 4;
        q &= 0xFFu;
        if (q > 0x7Fu)
            q ^= 0x09u;
        uint32_t x = q ^ q << 1 ^ q << 2 ^ q << 3 ^ q << 4;
        a->sbox[p] = (uint8_t)(x ^ x >> 8 ^ 0x63u);
    } while (p != 1u);
    a->sbox[0] = 0x63u;
}

// Section 5.1.3, of four bytes at a time.
static inline uint32_t mix_column(uint32_t w)
{
    uint32_t next = ROTR(w, 8u);
    uint32_t x = w ^ next;
    uint32_t high = x & 0x80808080u;

    return ((x ^ high) << 1) ^ (high >> 7) * 0x1Bu ^ next ^ ROTR(w, 16u) ^ ROTR(w, 24u);
}

// Makes the round key that takes the place of the one in key, from the word before it (section 5.2). Turn is
// whether it is the first of a multiple of the key's length.
static inline void expand(const struct quine_aes *a, uint32_t key[WORDS], const uint32_t *before, uint32_t turn,
                          uint32_t constant)
{
    const uint8_t *last = (const uint8_t *)before;
    uint8_t *k = (uint8_t *)key;

    for (uint32_t i = 0; i < 4u; i++)
        k[i] ^= a->sbox[last[(i + turn) % 4u]];
    *key ^= turn * constant;
    for (uint32_t i = 1; i < WORDS; i++)
        key[i] ^= key[i - 1u];
}

// Section 5.1, with the round keys made on the way.
static void encrypt(const struct quine_aes *a, uint32_t state[WORDS])
{
    uint32_t keys[KEYS * WORDS];
    uint8_t *s = (uint8_t *)state;
    uint32_t constant = 1;

    for (uint32_t i = 0; i < KEYS * WORDS; i++)
        keys[i] = a->key[i];
    for (uint32_t round = 0;; round++) {
        uint32_t which = round % KEYS * WORDS;
        uint32_t *key = keys + which;
        uint32_t t[WORDS];

        if (round >= KEYS) {
            expand(a, key, keys + KEYS * WORDS - 1u - which, which == 0u, constant);
            if (which == 0u)
                constant = constant << 1 ^ (constant >> 7) * 0x11Bu;
        }
        for (uint32_t i = 0; i < WORDS; i++)
            state[i] ^= key[i];
        if (round == ROUNDS)
            return;
        for (uint32_t i = 0; i < 4u * WORDS; i++)
            ((uint8_t *)t)[i] = a->sbox[s[i * 5u % 16u]]; // SubBytes and ShiftRows
        for (uint32_t i = 0; i < WORDS; i++)
            state[i] = round + 1u < ROUNDS ? mix_column(t[i]) : t[i];
    }
}

void quine_aes_ctr(const struct quine_aes *a, uint32_t index, void *data, uint32_t n)
{
    uint32_t *word = data;

    for (; n > 0u; n -= QUINE_AES_BLOCK) {
        uint32_t block[WORDS] = {a->counter[0], a->counter[1], a->counter[2], __builtin_bswap32(index++)};
        encrypt(a, block);
        for (uint32_t i = 0; i < WORDS; i++)
            *word++ ^= block[i];
    }
}
