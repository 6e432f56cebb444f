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
    union quine_work *work;
};

// The words of a manifest that the digest cannot cover: the id and the signature.
#define BLANK 0xFFFF000Cu

_Static_assert(BLANK == (3u << QUINE_MANIFEST_ID / 4 | 0xFFFFu << QUINE_MANIFEST_SIGNATURE / 4), "BLANK is id and signature");

QUINE_DIGEST_INLINE void quine_digest_init(struct quine_digest *d)
{
    d->work = &quine_signed;
    quine_sha256_init(&d->work->sha256);
}

// The id and the signature: the one is the digest's first bytes, the other signs it. They become blank where
// they are those that were kept, and something else where they are not: whoever serves others to the installer
// makes another digest.
QUINE_DIGEST_INLINE void quine_digest_blank(uint32_t offset, uint32_t *chunk, const uint32_t *kept)
{
    uint32_t blank = BLANK >> offset / 4u;

    for (uint32_t i = 0; i < 8u; i++) {
        if ((blank & 1u) != 0u)
            chunk[i] = ~(chunk[i] ^ kept[i]);
        blank >>= 1;
    }
}

QUINE_DIGEST_INLINE void quine_digest_update(struct quine_digest *d, const uint32_t *chunk)
{
    quine_sha256_update(&d->work->sha256, chunk, 32u);
}

QUINE_DIGEST_INLINE int quine_digest_check(const struct quine_digest *d, const uint32_t *manifest)
{
    quine_sha256_final(&d->work->sha256);
    return quine_authentic(d->work, manifest);
}

// RAM may hold what an earlier boot has proven.
QUINE_DIGEST_INLINE void quine_digest_forget(void)
{
    quine_signed.p256.reg[0] = ~quine_signed.p256.reg[8];
}

QUINE_DIGEST_INLINE uint32_t quine_digest_counter(const uint32_t *manifest)
{
    return manifest[QUINE_MANIFEST_COUNTER / 4];
}

QUINE_DIGEST_INLINE bool quine_digest_commit(const uint32_t *manifest, uint32_t floor)
{
    return quine_floor_raise(quine_digest_counter(manifest), floor) == 0u;
}

#endif
