// SPDX-License-Identifier: BSD-3-Clause
// Verification of ECDSA signatures with the curve P-256 and SHA-256 (FIPS 186-5, SP 800-186).
//
// It handles public data only and takes a time that depends on them: not to be used for signing.
//
// Numbers are eight words, least significant word first. The arithmetic is chosen by the files that are
// compiled: quine_p256_field.S with quine_p256_m0.S, _m3.S or _m4.S, or quine_p256_field.c.
#ifndef QUINE_P256_H
#define QUINE_P256_H

#include <stdint.h>

// A public key as it lies in the boot sector (spec/image.md section 3).
struct quine_key {
    uint32_t id; // 1 to 255, as in the manifest
    uint32_t x[8], y[8];
};

// Room for a verification, and for nothing between two of them: registers of eight words.
struct quine_p256 {
    uint32_t reg[16 * 8];
};

// Verifies a signature, r then s, each most significant byte first, 4-byte aligned, over a hash. The key is a
// point of the curve. All memory is the caller's; p must not overlap what the others point to.
// Returns QUINE_OK or QUINE_ERR_SIGNATURE.
int quine_p256_verify(struct quine_p256 *p, const uint32_t hash[8], const uint32_t signature[16],
                      const struct quine_key *key);

// Constants of the curve.
struct quine_p256_curve {
    struct quine_p256_prime {
        uint32_t inverse; // -1/m modulo 2^32
        uint32_t m[8];
    } field, order;
    uint32_t b[8];          // 2^256 b, right behind the order
    uint32_t generator[16]; // x, then y
};
extern const struct quine_p256_curve quine_p256_curve;

// A step of a computation modulo a prime: an operation, the register for its result, and two for its operands.
#define QUINE_P256_MULTIPLY(d, a, b) ((d) << 8 | (a) << 4 | (b)) // ab / 2^256
#define QUINE_P256_ADD(d, a, b) (0x1000 | (d) << 8 | (a) << 4 | (b))
#define QUINE_P256_SUBTRACT(d, a, b) (0x2000 | (d) << 8 | (a) << 4 | (b))
#define QUINE_P256_ORDER 0x4000 // modulo the order, not the field's prime
#define QUINE_P256_LAST 0x8000

// Does steps up to the last. Operands are less than the prime, but for a of a multiplication and those of a last
// subtraction, which may be any numbers; results are less than the prime.
// Returns 0 when the last step is a subtraction with a less than b.
uint32_t quine_p256_run(struct quine_p256 *p, const uint16_t *steps);

#endif
