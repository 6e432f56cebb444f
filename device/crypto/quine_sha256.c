// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 in portable C, from FIPS 180-4, whose sections and names are cited: what quine_sha256.S does, for
// hosts and for readers.
#include "quine_sha256.h"

#include <string.h>

#define ROTR(x, n) ((x) >> (n) | (x) << (32u - (n)))

// Section 5.3.3, H7 first.
static const uint32_t initial[8] = {
    0x5BE0CD19u, 0x1F83D9ABu, 0x9B05688Cu, 0x510E527Fu,
    0xA54FF53Au, 0x3C6EF372u, 0xBB67AE85u, 0x6A09E667u,
};

// Returns 32 bits of the fraction of the cube root of p, which is below 512. It finds the root x bit by
// bit: b halves, and is added to x where (x + b)^3 <= p, that is where 3x^2/b + 3x + b <= (p - x^3) / b^2.
// All numbers are scaled by 2^23, which is enough for the 64 primes.
static uint32_t cube_root(uint32_t p)
{
    uint64_t d = p << 17;  // (p - x^3) / b^2; b is 8 before the first step
    uint64_t s = 0;        // 3x^2 / b
    uint32_t g = 8u << 23; // 3x + b
    uint32_t b = 8u << 23;
    uint32_t root = 0;

    for (int i = 0; i < 35; i++) {
        d <<= 2;
        s <<= 1;
        b >>= 1;
        g -= b;
        root <<= 1;
        if (d >= s + g) {
            d -= s + g;
            s += (uint64_t)2 * g + b;
            g += 3u * b;
            root++;
        }
    }
    return root;
}

// Section 4.2.2: of the first 64 primes.
void quine_sha256_init(struct quine_sha256 *s)
{
    uint32_t n = 0;

    for (uint32_t p = 2; n < 64u; p++) {
        uint32_t d = 2;
        while (p % d != 0u)
            d++;
        if (d == p)
            s->k[n++] = cube_root(p);
    }
    memcpy(s->state, initial, sizeof initial);
    s->length = 0;
}

// Section 6.2.2. A round moves all variables but d and h by one; here the window that they are seen through
// moves instead, over the words of the schedule that are used up: w follows v.
static void digest_block(struct quine_sha256 *s)
{
    uint32_t *w = s->w;
    uint32_t window[8 + 64];

    for (uint32_t t = 16; t < 64u; t++) {
        uint32_t x = w[t - 15u], y = w[t - 2u];
        w[t] = w[t - 16u] + w[t - 7u] + (ROTR(x, 7u) ^ ROTR(x, 18u) ^ x >> 3) +
               (ROTR(y, 17u) ^ ROTR(y, 19u) ^ y >> 10);
    }
    memcpy(window, s->state, sizeof s->state);
    for (uint32_t t = 0; t < 64u; t++) {
        uint32_t *v = window + t; // h g f e d c b a
        uint32_t e = v[3], a = v[7];
        uint32_t t1 = v[0] + w[t] + s->k[t] + (ROTR(e, 6u) ^ ROTR(e, 11u) ^ ROTR(e, 25u)) +
                      (v[1] ^ (e & (v[2] ^ v[1])));
        v[4] += t1;
        v[8] = t1 + (ROTR(a, 2u) ^ ROTR(a, 13u) ^ ROTR(a, 22u)) +
               (v[6] ^ ((a ^ v[6]) & (v[5] ^ v[6])));
    }
    for (uint32_t i = 0; i < 8u; i++)
        s->state[i] += window[64u + i];
}

void quine_sha256_update(struct quine_sha256 *s, const void *data, uint32_t n)
{
    const uint8_t *from = data;

    for (; n > 0u; n -= 4u, from += 4) {
        s->w[s->length / 4u % 16u] =
            (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
        s->length += 4u;
        if (s->length % 64u == 0u)
            digest_block(s);
    }
}

// Section 5.1.1: a one, zeros, and the length in bits at the end of a block.
void quine_sha256_final(struct quine_sha256 *s)
{
    uint32_t bits = s->length * 8u;
    uint8_t pad[64] = {0x80};
    uint32_t n = 64u - s->length % 64u;

    for (uint32_t i = 0; i < 4u; i++)
        pad[n - 1u - i] = (uint8_t)(bits >> 8 * i);
    quine_sha256_update(s, pad, n);
}
