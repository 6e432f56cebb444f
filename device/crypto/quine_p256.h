// SPDX-License-Identifier: BSD-3-Clause
// Verification of ECDSA signatures with the curve P-256 and SHA-256 (FIPS 186-5, SP 800-186).
//
// It handles public data only and takes a time that depends on them: not to be used for signing.
//
// Numbers are eight words, least significant word first. Devices compile quine_p256.S and quine_p256_m0.S, _m3.S
// or _m4.S; quine_p256.c is a portable twin of them.
//
// A verification takes seconds at the clocks that slow parts start with. It calls quine_watchdog (quine_port.h) for
// each of the 511 bits that it goes through, and more often.
#ifndef QUINE_P256_H
#define QUINE_P256_H

#include <stdint.h>

void quine_watchdog(void);

// A public key as it lies in the boot sector (spec/image.md section 3).
struct quine_key {
    uint32_t id; // 1 to 255, as in the manifest
    uint32_t x[8], y[8];
};

// Room for a verification: registers of eight words. The first one takes the hash.
struct quine_p256 {
    uint32_t reg[14 * 8];
};

// Verifies a signature, r then s, each most significant byte first, 4-byte aligned, over the hash in the first
// register, as a number. The key is a point of the curve. Nothing in p is kept.
// Returns QUINE_OK or QUINE_ERR_SIGNATURE. After QUINE_OK, and otherwise only by chance, the first two registers
// hold the same number, which is not 0.
int quine_p256_verify(struct quine_p256 *p, const uint32_t signature[16], const struct quine_key *key);

#endif
