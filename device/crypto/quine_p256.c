// SPDX-License-Identifier: BSD-3-Clause
// ECDSA verification with P-256 (FIPS 186-5 section 6.4.2), written for size.
//
// Points are projective, (X : Y : Z) for the affine (X/Z, Y/Z), so numbers of the Montgomery form, which has
// each multiplied by 2^256, stand for the same point as without: only b of the curve's equation is kept in it.
// One complete formula adds and doubles (Renes, Costello and Batina, "Complete addition formulas for prime
// order elliptic curves", 2015, algorithm 4), with no case of its own for the point at infinity.
#include "quine_p256.h"

#include "quine_error.h"
#include "quine_section.h"

#include <stdbool.h>

// SP 800-186, 3.2.1.3.
const QUINE_BOOT_DATA struct quine_p256_curve quine_p256_curve = {
    .field = {0x00000001u, {0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0x00000000u, 0x00000000u, 0x00000000u,
                            0x00000001u, 0xFFFFFFFFu}},
    .order = {0xEE00BC4Fu, {0xFC632551u, 0xF3B9CAC2u, 0xA7179E84u, 0xBCE6FAADu, 0xFFFFFFFFu, 0xFFFFFFFFu,
                            0x00000000u, 0xFFFFFFFFu}},
    .b = {0x29C4BDDFu, 0xD89CDF62u, 0x78843090u, 0xACF005CDu, 0xF7212ED6u, 0xE5A220ABu, 0x04874834u,
          0xDC30061Du},
    .generator = {0xD898C296u, 0xF4A13945u, 0x2DEB33A0u, 0x77037D81u, 0x63A440F2u, 0xF8BCE6E5u, 0xE12C4247u,
                  0x6B17D1F2u, 0x37BF51F5u, 0xCBB64068u, 0x6B315ECEu, 0x2BCE3357u, 0x7C0F9E16u, 0x8EE7EB4Au,
                  0xFE1A7F9Bu, 0x4FE342E2u},
};

// Registers. The sum of points takes the place of X1, Y1 and Z1, each after its last use.
enum { X1, Y1, Z1, X2, Y2, Z2, T0, T1, T2, T3, T4, B, ONE, U2, U1, R, REGISTERS, X3 = X1, Y3 = Y1, Z3 = Z1 };
enum { E = T1, N = T4, S = U1 };

#define MUL QUINE_P256_MULTIPLY
#define ADD QUINE_P256_ADD
#define SUB QUINE_P256_SUBTRACT
#define ORDER QUINE_P256_ORDER
#define LAST QUINE_P256_LAST

static const QUINE_BOOT_DATA struct {
    uint16_t addition[43];
    uint16_t r_range[1], s_range[1], square[1], power[2], scalars[3], x[1], r[1], r_next[2];
} steps = {
    .addition = {MUL(T0, X1, X2), MUL(T1, Y1, Y2), MUL(T2, Z1, Z2), ADD(T3, X1, Y1), ADD(T4, X2, Y2),
                 MUL(T3, T3, T4), ADD(T4, T0, T1), SUB(T3, T3, T4), ADD(T4, Y1, Z1), ADD(Y3, Y2, Z2),
                 MUL(T4, T4, Y3), ADD(Y3, T1, T2), SUB(T4, T4, Y3), ADD(X3, X1, Z1), ADD(Y3, X2, Z2),
                 MUL(X3, X3, Y3), ADD(Y3, T0, T2), SUB(Y3, X3, Y3), MUL(Z3, B, T2),  SUB(X3, Y3, Z3),
                 ADD(Z3, X3, X3), ADD(X3, X3, Z3), SUB(Z3, T1, X3), ADD(X3, T1, X3), MUL(Y3, B, Y3),
                 ADD(T1, T2, T2), ADD(T2, T1, T2), SUB(Y3, Y3, T2), SUB(Y3, Y3, T0), ADD(T1, Y3, Y3),
                 ADD(Y3, T1, Y3), ADD(T1, T0, T0), ADD(T0, T1, T0), SUB(T0, T0, T2), MUL(T1, T4, Y3),
                 MUL(T2, T0, Y3), MUL(Y3, X3, Z3), ADD(Y3, Y3, T2), MUL(X3, T3, X3), SUB(X3, X3, T1),
                 MUL(Z3, T4, Z3), MUL(T1, T3, T0), ADD(Z3, Z3, T1) | LAST},
    .r_range = {SUB(T0, R, N) | ORDER | LAST},
    .s_range = {SUB(T0, S, N) | ORDER | LAST},
    // The inverse of s by Fermat, s^(n - 2), bit by bit. Each multiplication divides by 2^256: s stands for
    // s / 2^256, and the result for the inverse of that.
    .square = {MUL(U2, U2, U2) | ORDER | LAST},
    .power = {MUL(U2, U2, U2) | ORDER, MUL(U2, U2, S) | ORDER | LAST},
    .scalars = {MUL(U2, U2, ONE) | ORDER, MUL(U1, E, U2) | ORDER, MUL(U2, R, U2) | ORDER | LAST},
    .x = {MUL(X1, X1, ONE) | LAST},
    .r = {MUL(T0, R, Z1) | LAST},
    // The next number that is r modulo n, if the field has one: a sum less than n was reduced.
    .r_next = {ADD(R, R, N), SUB(T0, R, N) | LAST},
};

// Copies n words, not 0.
static QUINE_BOOT_CODE __attribute__((noinline)) void copy(uint32_t *to, const uint32_t *from, uint32_t n)
{
    do {
        *to++ = *from++;
        __asm__("" ::: "memory"); // keeps the loop from becoming a call of memcpy
    } while (--n > 0u);
}

static QUINE_BOOT_CODE __attribute__((noinline)) uint32_t bit(const uint32_t a[8], uint32_t i)
{
    return a[i / 32u] >> i % 32u & 1u;
}

// Adds the point at from, of 16 or 24 words, to the first registers.
static QUINE_BOOT_CODE __attribute__((noinline)) void point_add(struct quine_p256 *p, const uint32_t *from, uint32_t n)
{
    copy(p->reg + 8 * X2, from, n);
    (void)quine_p256_run(p, steps.addition);
}

QUINE_BOOT_CODE int quine_p256_verify(struct quine_p256 *p, const uint32_t hash[8], const uint32_t signature[16],
                                      const struct quine_key *key)
{
    const struct quine_p256_curve *curve = &quine_p256_curve;
    const __typeof__(steps) *step = &steps;
    uint32_t *r = p->reg;

    __asm__("" : "+r"(curve), "+r"(step)); // two addresses, from which the others are made
    for (uint32_t i = 0; i < 8u * REGISTERS; i++) {
        r[i] = 0;
        __asm__("" ::: "memory"); // and this one of memset
    }
    for (uint32_t i = 0; i < 16u; i++)
        r[8 * S + i] = __builtin_bswap32(signature[15u - i]); // and r behind
    r[8 * ONE] = 1;
    r[8 * Y1] = 1; // infinity is (0 : 1 : 0)
    copy(r + 8 * N, curve->order.m, 16); // and b into B
    copy(r + 8 * E, hash, 8);
    if (quine_p256_run(p, step->r_range) != 0u || quine_p256_run(p, step->s_range) != 0u)
        return QUINE_ERR_SIGNATURE;

    copy(r + 8 * U2, r + 8 * S, 8);
    r[8 * N] -= 2u;
    for (uint32_t i = 255; i-- > 0u;)
        (void)quine_p256_run(p, step->square + bit(r + 8 * N, i));
    (void)quine_p256_run(p, step->scalars);

    for (uint32_t i = 256; i-- > 0u;) {
        point_add(p, r + 8 * X1, 24);
        copy(r + 8 * Z2, r + 8 * ONE, 8);
        if (bit(r + 8 * U1, i) != 0u)
            point_add(p, curve->generator, 16);
        if (bit(r + 8 * U2, i) != 0u)
            point_add(p, key->x, 16) /* and y */;
    }

    // r is to be X / Z, or r + n is.
    (void)quine_p256_run(p, step->x);
    copy(r + 8 * N, curve->order.m, 8);
    do {
        (void)quine_p256_run(p, step->r);
        uint32_t difference = 0, any = 0;
        for (uint32_t i = 0; i < 8u; i++) {
            difference |= r[8 * T0 + i] ^ r[8 * X1 + i];
            any |= r[8 * T0 + i];
        }
        if (difference == 0u && any != 0u)
            return QUINE_OK;
    } while (quine_p256_run(p, step->r_next) != 0u);
    return QUINE_ERR_SIGNATURE;
}
