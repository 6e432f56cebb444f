// SPDX-License-Identifier: BSD-3-Clause
// The arithmetic of quine_p256.h in portable C: what quine_p256_field.S does, for hosts and for readers.
#include "quine_p256.h"

#include <string.h>

// Subtracts m from the nine words of a where that leaves no less than nothing.
static void reduce(uint32_t d[8], const uint32_t a[8], uint32_t top, const uint32_t m[8])
{
    uint32_t less[8];
    uint64_t borrow = 0;

    for (int i = 0; i < 8; i++) {
        borrow = (uint64_t)a[i] - m[i] - borrow;
        less[i] = (uint32_t)borrow;
        borrow = borrow >> 63;
    }
    memmove(d, top >= borrow ? less : a, sizeof less);
}

// The Montgomery multiplication of the Handbook of Applied Cryptography, 14.36.
static void multiply(uint32_t d[8], const uint32_t a[8], const uint32_t b[8],
const struct quine_p256_prime *m)
{
    uint32_t t[10] = {0};

    for (int i = 0; i < 8; i++) {
        const uint32_t *y[2] = {b, m->m};
        for (int row = 0; row < 2; row++) {
            uint32_t x = row == 0 ? a[i] : t[0] * m->inverse;
            uint64_t carry = 0;
            for (int j = 0; j < 8; j++) {
                carry += (uint64_t)x * y[row][j] + t[j];
                t[j] = (uint32_t)carry;
                carry >>= 32;
            }
            carry += t[8];
            t[8] = (uint32_t)carry;
            t[9] += (uint32_t)(carry >> 32);
        }
        memmove(t, t + 1, 9 * sizeof *t);
        t[9] = 0;
    }
    reduce(d, t, t[8], m->m);
}

static void add(uint32_t d[8], const uint32_t a[8], const uint32_t b[8],
                    const struct quine_p256_prime *m)
{
    uint32_t sum[8];
    uint64_t carry = 0;

    for (int i = 0; i < 8; i++) {
        carry += (uint64_t)a[i] + b[i];
        sum[i] = (uint32_t)carry;
        carry >>= 32;
    }
    reduce(d, sum, (uint32_t)carry, m->m);
}

static uint32_t subtract(uint32_t d[8], const uint32_t a[8], const uint32_t b[8],
const struct quine_p256_prime *m)
{
    uint64_t carry = 0, borrow = 0;

    for (int i = 0; i < 8; i++) {
        borrow = (uint64_t)a[i] - b[i] - borrow;
        d[i] = (uint32_t)borrow;
        borrow >>= 63;
    }
    for (int i = 0; borrow != 0 && i < 8; i++) {
        carry += (uint64_t)d[i] + m->m[i];
        d[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return borrow == 0;
}

uint32_t quine_p256_run(struct quine_p256 *p, const uint16_t *steps)
{
    uint32_t not_less = 1;
    uint32_t step;

    do {
        step = *steps++;
        uint32_t *d = p->reg + 8 * (step >> 8 & 15);
        const uint32_t *a = p->reg + 8 * (step >> 4 & 15), *b = p->reg + 8 * (step & 15);
        const struct quine_p256_prime *m =
            step & QUINE_P256_ORDER ? &quine_p256_curve.order : &quine_p256_curve.field;
        if ((step & QUINE_P256_ADD(0, 0, 0)) != 0)
            add(d, a, b, m);
        else if ((step & QUINE_P256_SUBTRACT(0, 0, 0)) != 0)
            not_less = subtract(d, a, b, m);
        else
            multiply(d, a, b, m);
    } while ((step & QUINE_P256_LAST) == 0);
    return not_less;
}
