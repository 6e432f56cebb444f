// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 in portable C, from FIPS 180-4, whose sections and names are cited: what quine_sha256.S does, for
// hosts and for readers.
#include "quine_sha256.h"

#include <stdbool.h>
#include <string.h>

#define ROTR(x, n) ((x) >> (n) | (x) << (32u - (n)))

// Returns 32 bits of the fraction of the square root of p, or of the cube root. It finds the root x bit by bit: b is
// half of what it was, and added to x where the result is not above the root. For the square root that is where
// 2x + b <= (p - x^2) / b, for the cube root where 3x^2 + b (3x + b) <= (p - x^3) / b.
// Both sides are in units of 2^-25 or 2^-22, which is exact enough for all primes that are asked for.
static uint32_t root(uint32_t p, bool cube)
{
    uint32_t right = p << (cube ? 19 : 22);
    uint32_t b8 = cube ? 1u << 28 : 0u; // 8b; the square root has no use for it
    uint64_t g = 1u << 28;              // 8 (3x + b), or 8: divided by 2^n, b (3x + b) or b
    uint32_t s = 0;                     // 3x^2 or 2x
    uint32_t x = 0;

    for (int n = 1; n <= 35; n++) { // b = 8 / 2^n
        right *= 2u;
        b8 /= 2u;
        g -= b8;
        uint32_t left = s + (uint32_t)(g >> n);
        x *= 2u;
        if (left <= right) {
            right -= left;
            g += b8;
            s = left + (uint32_t)(g >> n);
            g += 2u * b8;
            x++;
        }
    }
    return x;
}

// Roots of the primes below a number; the largest comes first.
static void roots(uint32_t *to, uint32_t below, bool cube)
{
    for (uint32_t p = below - 1u; p >= 2u; p--) {
        uint32_t d = 2;
        while (p % d != 0u)
            d++;
        if (d == p)
            *to++ = root(p, cube);
    }
}

// Sections 5.3.3 and 4.2.2.
void quine_sha256_init(struct quine_sha256 *s)
{
    roots(s->state, 20, false);
    s->length = 0;
    roots(s->k, 312, true);
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
        uint32_t t1 = v[0] + w[t] + s->k[63u - t] + (ROTR(e, 6u) ^ ROTR(e, 11u) ^ ROTR(e, 25u)) +
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
