// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 (FIPS 180-4) of what comes in pieces of 32 bytes, as images do. quine_sha256.S is the one for
// devices, quine_sha256.c a portable twin of it.
#ifndef QUINE_SHA256_H
#define QUINE_SHA256_H

#include <stdint.h>

// A digest in the making. Plain memory: it may be copied.
struct quine_sha256 {
    uint32_t state[8]; // the digest in the end, as a number, least significant word first: state[7] are its first 4 bytes
    uint32_t length;   // bytes so far
    uint32_t k[64];    // the constants K of section 4.2.2, last first; they take less flash to make than to keep
    uint32_t v[8];     // h to a of section 6.2.2; they move through w as they are used
    uint32_t w[64];    // the schedule
};

// Starts a digest.
void quine_sha256_init(struct quine_sha256 *s);

// Adds n bytes, not 0; n is a multiple of 32, data 4-byte aligned. All calls together may add up to
// 2^29 - 32 bytes.
void quine_sha256_update(struct quine_sha256 *s, const void *data, uint32_t n);

// Ends the digest: state holds it.
void quine_sha256_final(struct quine_sha256 *s);

#endif
