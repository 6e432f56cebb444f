// SPDX-License-Identifier: BSD-3-Clause
// ECDSA verification with P-256 (FIPS 186-5 section 6.4.2) in portable C: what quine_p256.S does, for hosts and for
// readers.
//
// All is written as lists of steps on numbered registers, each the product or the difference of two, modulo a prime.
// A sum is the difference to a negative: these two need less code than three.
//
// Points are projective, (X : Y : Z) for the affine (X/Z, Y/Z), so numbers of the Montgomery form, which has
// each multiplied by 2^256, stand for the same point as without: only b of the curve's equation is kept in it.
// One complete formula adds and doubles (Renes, Costello and Batina, "Complete addition formulas for prime
// order elliptic curves", 2015, algorithm 4), with no case of its own for the point at infinity.
#include "quine_p256.h"

#include "quine_error.h"

#include <stdbool.h>
#include <string.h>

// A prime between 2^255 and 2^256, and -1/m modulo 2^32.
struct prime {
    uint32_t m[8];
    uint32_t inverse;
};

// SP 800-186, 3.2.1.3.
static const struct prime field = {
    {0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000001u, 0xFFFFFFFFu},
    0x00000001u,
};
static const struct prime order = {
    {0xFC632551u, 0xF3B9CAC2u, 0xA7179E84u, 0xBCE6FAADu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0x00000000u, 0xFFFFFFFFu},
    0xEE00BC4Fu,
};
static const uint32_t curve_b[8] = { // 2^256 b
    0x29C4BDDFu, 0xD89CDF62u, 0x78843090u, 0xACF005CDu, 0xF7212ED6u, 0xE5A220ABu, 0x04874834u, 0xDC30061Du,
};
static const uint32_t generator[2][8] = {
    {0xD898C296u, 0xF4A13945u, 0x2DEB33A0u, 0x77037D81u, 0x63A440F2u, 0xF8BCE6E5u, 0xE12C4247u, 0x6B17D1F2u},
    {0x37BF51F5u, 0xCBB64068u, 0x6B315ECEu, 0x2BCE3357u, 0x7C0F9E16u, 0x8EE7EB4Au, 0xFE1A7F9Bu, 0x4FE342E2u},
};

// Registers. The first two lie wherever the caller of run says; KEPT is the first of struct quine_p256. A sum of
// points takes the place of X1, Y1 and Z1, which are used as soon as they are free; Z2 is made Z1 again in the end,
// for the point to be doubled.
enum { X2, Y2, U2, U1, R, ONE, X1, Y1, Z1, T0, Z2, T1, T2, T3, B, ZERO, KEPT = U2 };
enum { CURVE_B = X2, N = Y2 };            // of the constants
enum { E = U2, S = U1 };                  // the hash, and s, until the scalars are known
enum { POWER = T0, INVERSE = T1 };        // of s
enum { LEFT = U2, RIGHT = U1 };           // what is compared in the end

// A step: an operation, the register for its result, and two for its operands. Operands are less than the prime,
// but for a of a multiplication and those of a last subtraction or one with CHECK, which may be any numbers; results
// are less than the prime.
enum { MINUS = 0x2000, CHECK = 0x4000, LAST = 0x8000 }; // CHECK: the last step, if there is nothing to borrow
#define MUL(d, a, b) ((d) << 8 | (a) << 4 | (b)) // ab / 2^256
#define SUB(d, a, b) (MINUS | (d) << 8 | (a) << 4 | (b))

static const uint16_t start[] = {
    SUB(T2, S, N) | CHECK, // or else all that follows stays 0, and ends at (0 : 0 : 0), as s = 0 does
    SUB(T2, R, N) | CHECK,
    SUB(Y1, N, ONE), // infinity is (0 : n - 1 : 0)
    SUB(POWER, Y1, ONE),
    SUB(INVERSE, S, ZERO),
    SUB(B, CURVE_B, ZERO) | LAST,
};

// The inverse of s by Fermat, s^(n - 2), bit by bit. Each multiplication divides by 2^256: s stands for
// s / 2^256, and the result for the inverse of that.
static const uint16_t square[] = {MUL(INVERSE, INVERSE, INVERSE) | LAST};
static const uint16_t multiple[] = {MUL(INVERSE, INVERSE, S) | LAST};
static const uint16_t scalars[] = {MUL(INVERSE, INVERSE, ONE), MUL(U1, E, INVERSE), MUL(U2, R, INVERSE) | LAST};

// Algorithm 4, with (X1 - Y1)(X2 - Y2) = X1 X2 + Y1 Y2 - (X1 Y2 + X2 Y1), and its like, instead of sums. The first
// step is for an affine point.
static const uint16_t affine[] = {
    SUB(Z2, ONE, ZERO),
    MUL(T0, X1, X2), MUL(T1, Y1, Y2),
    SUB(T2, X1, Y1), SUB(T3, X2, Y2), MUL(T3, T2, T3),
    SUB(T2, Y1, Z1), SUB(Y1, Y2, Z2), MUL(Y1, T2, Y1),
    SUB(T2, X2, Z2), SUB(X1, X1, Z1), MUL(X1, X1, T2),
    MUL(T2, Z1, Z2),
    SUB(T3, T3, T0), SUB(T3, T1, T3), // X1 Y2 + X2 Y1
    SUB(Y1, Y1, T1), SUB(Y1, T2, Y1), // Y1 Z2 + Y2 Z1
    SUB(X1, X1, T0), SUB(X1, T2, X1), // X1 Z2 + X2 Z1
    MUL(Z1, B, T2), SUB(Z1, X1, Z1),
    SUB(Z2, T1, Z1), SUB(Z2, Z2, Z1), SUB(Z2, Z2, Z1), // Y1 Y2 - 3 (X1 Z2 + X2 Z1 - b Z1 Z2)
    SUB(Z1, Z2, T1), SUB(T1, T1, Z1),                  // Y1 Y2 + 3 (X1 Z2 + X2 Z1 - b Z1 Z2)
    MUL(X1, B, X1), SUB(X1, X1, T0), SUB(X1, X1, T2), SUB(X1, X1, T2), SUB(X1, X1, T2),
    SUB(Z1, ZERO, X1), SUB(X1, X1, Z1), SUB(X1, X1, Z1), // 3 (b (X1 Z2 + X2 Z1) - X1 X2 - 3 Z1 Z2)
    SUB(Z1, T2, T0), SUB(T0, T0, T2), SUB(Z1, Z1, T0), SUB(Z1, Z1, T0), // 3 (Z1 Z2 - X1 X2)
    MUL(T0, Y1, X1), MUL(X1, X1, Z1), MUL(T2, T1, Z2), MUL(T1, T3, T1), MUL(T3, T3, Z1), MUL(Z1, Y1, Z2),
    SUB(Y1, T2, X1), SUB(X1, T1, T0), SUB(Z2, Z1, T3), SUB(Z1, Z1, T3) | LAST,
};
static const uint16_t *const addition = affine + 1;

// r and X / Z, both times Z, must be equal and not 0. Or else the next number that is r modulo n, if the field has
// one: it is p - n less than r, modulo p. There is no third.
static const uint16_t r_next[] = {
    SUB(T2, ZERO, N), SUB(R, R, T2) | CHECK,
    MUL(LEFT, R, Z1), MUL(RIGHT, X1, ONE), SUB(T2, ZERO, LEFT) | CHECK, SUB(T2, LEFT, RIGHT), SUB(T2, T2, ONE) | LAST,
};
static const uint16_t *const sides = r_next + 2;

// What run works with besides the registers.
struct context {
    uint32_t *reg;
    const struct prime *m;
    const uint32_t *point[2]; // X2 and Y2
};

// Subtracts b from the nine words of a, of which top is the last, and adds m if that leaves less than nothing: then it
// returns true.
static bool subtract(uint32_t d[8], const uint32_t a[8], uint32_t top, const uint32_t b[8], const uint32_t m[8])
{
    uint64_t carry = 0, borrow = 0;

    for (int i = 0; i < 8; i++) {
        borrow = (uint64_t)a[i] - b[i] - borrow;
        d[i] = (uint32_t)borrow;
        borrow >>= 63;
    }
    bool less = top < borrow;
    for (int i = 0; less && i < 8; i++) {
        carry += (uint64_t)d[i] + m[i];
        d[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return less;
}

// The Montgomery multiplication of the Handbook of Applied Cryptography, 14.36.
static void multiply(uint32_t d[8], const uint32_t a[8], const uint32_t b[8], const struct prime *m)
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
    (void)subtract(d, t, t[8], m->m, m->m);
}

// The memory of a register.
static const uint32_t *number(const struct context *c, uint32_t n)
{
    return n < KEPT ? c->point[n] : c->reg + 8u * (n - KEPT);
}

// Does the steps up to the last. Returns whether that, a subtraction, had a less than b.
static bool run(const struct context *c, const uint16_t *steps)
{
    bool less = false;
    uint32_t step;

    quine_watchdog();
    do {
        step = *steps++;
        uint32_t *d = c->reg + 8u * ((step >> 8 & 15u) - KEPT);
        const uint32_t *a = number(c, step >> 4 & 15u), *b = number(c, step & 15u);
        if ((step & MINUS) != 0)
            less = subtract(d, a, 0, b, c->m->m);
        else
            multiply(d, a, b, c->m);
    } while ((step & LAST) == 0 && ((step & CHECK) == 0 || less));
    return less;
}

// Sets where X2 and Y2 lie.
static void at(struct context *c, const uint32_t x[8], const uint32_t y[8])
{
    c->point[0] = x;
    c->point[1] = y;
}

// Does the steps if bit i of a register is set.
static void when(const struct context *c, uint32_t n, uint32_t i, const uint16_t *steps)
{
    if ((number(c, n)[i / 32u] >> i % 32u & 1u) != 0u)
        (void)run(c, steps);
}

static void prepare(const struct context *c, const uint32_t signature[16])
{
    const uint8_t *byte = (const uint8_t *)signature;
    uint32_t *s = c->reg + 8u * (S - KEPT);

    memset(s, 0, 8u * (ZERO + 1u - S) * sizeof *s);
    for (uint32_t i = 0; i < 64u; i++)
        s[15u - i / 4u] |= (uint32_t)byte[i] << (24u - 8u * (i % 4u)); // and r behind s
    c->reg[8u * (ONE - KEPT)] = 1;
}

int quine_p256_verify(struct quine_p256 *p, const uint32_t signature[16], const struct quine_key *key)
{
    struct context c = {p->reg, &order, {curve_b, order.m}};

    prepare(&c, signature);
    (void)run(&c, start);
    for (uint32_t i = 255; i-- > 0u;) {
        (void)run(&c, square);
        when(&c, POWER, i, multiple);
    }
    (void)run(&c, scalars);

    c.m = &field;
    for (uint32_t i = 256; i-- > 0u;) {
        at(&c, number(&c, X1), number(&c, Y1));
        (void)run(&c, addition);
        at(&c, generator[0], generator[1]);
        when(&c, U1, i, affine);
        at(&c, key->x, key->y);
        when(&c, U2, i, affine);
    }

    at(&c, curve_b, order.m);
    return run(&c, sides) || run(&c, r_next) ? QUINE_OK : QUINE_ERR_SIGNATURE;
}
