// SPDX-License-Identifier: BSD-3-Clause
// Image digest of a signed build: SHA-256 and a signature over it. This file stands in for
// src/quine_digest.h, which says what its functions do.
#ifndef QUINE_DIGEST_H
#define QUINE_DIGEST_H

#include "quine_signed.h"

#define QUINE_DIGEST_FLAGS QUINE_BOOT_SIGNED
#define QUINE_DIGEST_KEPT QUINE_MANIFEST_SIZE

#define QUINE_DIGEST_INLINE static inline __attribute__((always_inline))

// What boot verifies with, in RAM that the linker fragment places.
extern union quine_work quine_signed;
_Static_assert(sizeof(union quine_work) <= 584, "the linker fragment and quine check know this size");

struct quine_digest {
    struct quine_sha256 *sha256;
};

QUINE_DIGEST_INLINE void quine_digest_init(struct quine_digest *d)
{
    d->sha256 = &quine_signed.sha256;
    quine_sha256_init(d->sha256);
}

// The id and the signature: the one is the digest's first bytes, the other signs it. They become blank where
// they are those that were kept, and something else where they are not: whoever serves others to the installer
// makes another digest.
QUINE_DIGEST_INLINE void quine_digest_blank(uint32_t offset, uint32_t *chunk, const uint32_t *kept)
{
    if (offset == 0u) {
        chunk[QUINE_MANIFEST_ID / 4u] = ~(chunk[QUINE_MANIFEST_ID / 4u] ^ kept[QUINE_MANIFEST_ID / 4u]);
        chunk[QUINE_MANIFEST_ID / 4u + 1u] = ~(chunk[QUINE_MANIFEST_ID / 4u + 1u] ^ kept[QUINE_MANIFEST_ID / 4u + 1u]);
    }
    // Expected, or the compiler leaves this in front of its constants: a skipped branch would run into them.
    if (__builtin_expect(offset >= QUINE_MANIFEST_SIGNATURE, 1))
        for (uint32_t i = 0; i < 8u; i++)
            chunk[i] = ~(chunk[i] ^ kept[i]);
}

QUINE_DIGEST_INLINE void quine_digest_update(struct quine_digest *d, const uint32_t *chunk)
{
    quine_sha256_update(d->sha256, chunk, 32u);
}

QUINE_DIGEST_INLINE int quine_digest_check(const struct quine_digest *d, const uint32_t *manifest)
{
    quine_sha256_final(d->sha256);
    return quine_authentic(&quine_signed, manifest);
}

// Makes quine_digest_proven say no: RAM may hold what an earlier boot has proven.
QUINE_DIGEST_INLINE void quine_digest_forget(void)
{
    quine_signed.p256.reg[0] = ~quine_signed.p256.reg[8];
}

bool quine_digest_proven(const uint32_t *manifest);

QUINE_DIGEST_INLINE void quine_digest_floor(const uint32_t *manifest)
{
    quine_floor_raise(manifest);
}

#endif
