// SPDX-License-Identifier: BSD-3-Clause
// ECDSA verification with P-256 (FIPS 186-5 section 6.4.2) in portable C: what quine_p256.S does, for hosts and for
// readers.
//
// Points are projective, (X : Y : Z) for the affine (X/Z, Y/Z), so numbers of the Montgomery form, which has
// each multiplied by 2^256, stand for the same point as without: only b of the curve's equation is kept in it.
// One complete formula adds and doubles (Renes, Costello and Batina, "Complete addition formulas for prime
// order elliptic curves", 2015, algorithm 4), with no case of its own for the point at infinity. It is written as
// a list of steps on numbered registers.
#include "quine_p256.h"

#include "quine_error.h"

#include <string.h>

// A prime between 2^255 and 2^256, and -1/m modulo 2^32.
struct prime {
    uint32_t inverse;
    uint32_t m[8];
};

// SP 800-186, 3.2.1.3.
static const struct prime field = {
    0x00000001u,
    {0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000001u, 0xFFFFFFFFu},
};
static const struct prime order = {
    0xEE00BC4Fu,
    {0xFC632551u, 0xF3B9CAC2u, 0xA7179E84u, 0xBCE6FAADu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0x00000000u, 0xFFFFFFFFu},
};
static const uint32_t curve_b[8] = { // 2^256 b
    0x29C4BDDFu, 0xD89CDF62u, 0x78843090u, 0xACF005CDu, 0xF7212ED6u, 0xE5A220ABu, 0x04874834u, 0xDC30061Du,
};
static const uint32_t generator[2][8] = {
    {0xD898C296u, 0xF4A13945u, 0x2DEB33A0u, 0x77037D81u, 0x63A440F2u, 0xF8BCE6E5u, 0xE12C4247u, 0x6B17D1F2u},
    {0x37BF51F5u, 0xCBB64068u, 0x6B315ECEu, 0x2BCE3357u, 0x7C0F9E16u, 0x8EE7EB4Au, 0xFE1A7F9Bu, 0x4FE342E2u},
};

// Registers. The sum of points takes the place of X1, Y1 and Z1, each after its last use.
enum { T1, T0, U2, U1, R, X2, Y2, Z2, X1, Y1, Z1, T2, T3, T4, B, ONE, X3 = X1, Y3 = Y1, Z3 = Z1 };
enum { S = U1, E = T1, N = T4 }; // S until it is inverted; the hash and the order while no points are added

// A step: an operation, the register for its result, and two for its operands. Operands are less than the prime,
// but for a of a multiplication and those of a last subtraction, which may be any numbers; results are less than
// the prime.
enum { ORDER = 0x4000, LAST = 0x8000 }; // modulo the order, not the field's prime
#define MUL(d, a, b) ((d) << 8 | (a) << 4 | (b)) // ab / 2^256
#define ADD(d, a, b) (0x1000 | (d) << 8 | (a) << 4 | (b))
#define SUB(d, a, b) (0x2000 | (d) << 8 | (a) << 4 | (b))

static const uint16_t s_range[] = {SUB(T0, N, ONE) | ORDER, SUB(T2, S, N) | ORDER | LAST};
static const uint16_t r_range[] = {
    ADD(Y1, ONE, X1) | ORDER, // infinity is (0 : 1 : 0), and X1 is 0
    SUB(T0, T0, ONE) | ORDER, // n - 2
    ADD(U2, S, X1) | ORDER,
    SUB(T2, R, N) | ORDER | LAST,
};

// The inverse of s by Fermat, s^(n - 2), bit by bit. Each multiplication divides by 2^256: s stands for
// s / 2^256, and the result for the inverse of that.
static const uint16_t square[] = {MUL(U2, U2, U2) | ORDER | LAST};
static const uint16_t power[] = {MUL(U2, U2, U2) | ORDER, MUL(U2, U2, S) | ORDER | LAST};
static const uint16_t scalars[] = {MUL(U2, U2, ONE) | ORDER, MUL(U1, E, U2) | ORDER, MUL(U2, R, U2) | ORDER | LAST};

// Algorithm 4.
static const uint16_t addition[] = {
    MUL(T0, X1, X2), MUL(T1, Y1, Y2), MUL(T2, Z1, Z2), ADD(T3, X1, Y1), ADD(T4, X2, Y2), MUL(T3, T3, T4),
    ADD(T4, T0, T1), SUB(T3, T3, T4), ADD(T4, Y1, Z1), ADD(Y3, Y2, Z2), MUL(T4, T4, Y3), ADD(Y3, T1, T2),
    SUB(T4, T4, Y3), ADD(X3, X1, Z1), ADD(Y3, X2, Z2), MUL(X3, X3, Y3), ADD(Y3, T0, T2), SUB(Y3, X3, Y3),
    MUL(Z3, B, T2),  SUB(X3, Y3, Z3), ADD(Z3, X3, X3), ADD(X3, X3, Z3), SUB(Z3, T1, X3), ADD(X3, T1, X3),
    MUL(Y3, B, Y3),  ADD(T1, T2, T2), ADD(T2, T1, T2), SUB(Y3, Y3, T2), SUB(Y3, Y3, T0), ADD(T1, Y3, Y3),
    ADD(Y3, T1, Y3), ADD(T1, T0, T0), ADD(T0, T1, T0), SUB(T0, T0, T2), MUL(T1, T4, Y3), MUL(T2, T0, Y3),
    MUL(Y3, X3, Z3), ADD(Y3, Y3, T2), MUL(X3, T3, X3), SUB(X3, X3, T1), MUL(Z3, T4, Z3), MUL(T1, T3, T0),
    ADD(Z3, Z3, T1) | LAST,
};

// r and X / Z, both times Z; and the next number that is r modulo n, if the field has one: a sum less than n was
// reduced.
static const uint16_t sides[] = {MUL(T0, R, Z1), MUL(T1, X1, ONE) | LAST};
static const uint16_t r_next[] = {ADD(R, R, N), SUB(T2, R, N) | LAST};

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
                     const struct prime *m)
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
                     const struct prime *m)
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
                     const struct prime *m)
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

// Does the steps up to the last. Returns whether that, a subtraction, had a no less than b.
static uint32_t run(struct quine_p256 *p, const uint16_t *steps)
{
    uint32_t no_less = 1;
    uint32_t step;

    do {
        step = *steps++;
        uint32_t *d = p->reg + 8u * (step >> 8 & 15u);
        const uint32_t *a = p->reg + 8u * (step >> 4 & 15u), *b = p->reg + 8u * (step & 15u);
        const struct prime *m = (step & ORDER) != 0 ? &order : &field;
        if ((step & ADD(0, 0, 0)) != 0)
            add(d, a, b, m);
        else if ((step & SUB(0, 0, 0)) != 0)
            no_less = subtract(d, a, b, m);
        else
            multiply(d, a, b, m);
    } while ((step & LAST) == 0);
    return no_less;
}

// The memory of a register.
static uint32_t *reg(struct quine_p256 *p, uint32_t n)
{
    return p->reg + 8u * n;
}

static void copy(struct quine_p256 *p, uint32_t n, const uint32_t from[8])
{
    memcpy(reg(p, n), from, 8u * sizeof *from);
}

static uint32_t bit(struct quine_p256 *p, uint32_t n, uint32_t i)
{
    return reg(p, n)[i / 32u] >> i % 32u & 1u;
}

static void add_affine(struct quine_p256 *p, const uint32_t x[8], const uint32_t y[8])
{
    copy(p, X2, x);
    copy(p, Y2, y);
    copy(p, Z2, reg(p, ONE));
    (void)run(p, addition);
}

static void prepare(struct quine_p256 *p, const uint32_t signature[16])
{
    const uint8_t *byte = (const uint8_t *)signature;

    memset(reg(p, E + 1), 0, sizeof *p - 8u * sizeof *p->reg);
    for (uint32_t i = 0; i < 64u; i++)
        reg(p, S)[15u - i / 4u] |= (uint32_t)byte[i] << (24u - 8u * (i % 4u)); // and r behind s
    reg(p, ONE)[0] = 1;
    copy(p, N, order.m);
    copy(p, B, curve_b);
}

int quine_p256_verify(struct quine_p256 *p, const uint32_t signature[16], const struct quine_key *key)
{
    static const uint32_t zero[8];

    prepare(p, signature);
    if (run(p, s_range) != 0u || run(p, r_range) != 0u)
        return QUINE_ERR_SIGNATURE;
    for (uint32_t i = 255; i-- > 0u;) {
        quine_watchdog();
        (void)run(p, bit(p, T0, i) != 0u ? power : square);
    }
    (void)run(p, scalars);

    for (uint32_t i = 256; i-- > 0u;) {
        quine_watchdog();
        memcpy(reg(p, X2), reg(p, X1), 24u * sizeof *p->reg);
        (void)run(p, addition);
        if (bit(p, U1, i) != 0u)
            add_affine(p, generator[0], generator[1]);
        if (bit(p, U2, i) != 0u)
            add_affine(p, key->x, key->y);
    }

    copy(p, N, order.m);
    do {
        (void)run(p, sides);
        if (memcmp(reg(p, T0), reg(p, T1), sizeof zero) == 0 && memcmp(reg(p, T0), zero, sizeof zero) != 0)
            return QUINE_OK;
    } while (run(p, r_next) != 0u);
    return QUINE_ERR_SIGNATURE;
}
