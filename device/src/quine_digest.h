// SPDX-License-Identifier: BSD-3-Clause
// Image digest of an unsigned build: CRC-32, the first half of the head id. It finds damage, not
// malice. Boot includes this file by the include path: device/signed has another.
#ifndef QUINE_DIGEST_H
#define QUINE_DIGEST_H

#include "quine_error.h"
#include "quine_image.h"

#include <stdbool.h>

#define QUINE_DIGEST_FLAGS 0u // of the manifests that this build takes
#define QUINE_DIGEST_KEPT 32u // bytes of the manifest that boot keeps: all that it decides by

#define QUINE_DIGEST_INLINE static inline __attribute__((always_inline))

struct quine_digest {
    uint32_t crc;
};

QUINE_DIGEST_INLINE void quine_digest_init(struct quine_digest *d)
{
    d->crc = 0;
}

// Blanks what the digest cannot cover in the 32 bytes at offset of a manifest, below QUINE_DIGEST_KEPT: the
// half of the id that is the digest. Kept is the same part of the manifest that boot goes by: where what becomes
// blank is something else, either the digest is another one, or, as here, the seal will not fit.
QUINE_DIGEST_INLINE void quine_digest_blank(uint32_t offset, uint32_t *chunk, const uint32_t *kept)
{
    (void)offset;
    (void)kept;
    chunk[QUINE_MANIFEST_ID / 4] = 0xFFFFFFFFu;
}

// Adds 32 bytes.
QUINE_DIGEST_INLINE void quine_digest_update(struct quine_digest *d, const uint32_t *chunk)
{
    d->crc = quine_crc32(d->crc, chunk, 32u);
}

// Decides whether the image with that digest is the one that the manifest announces. Returns QUINE_OK or
// QUINE_ERR_DIGEST.
QUINE_DIGEST_INLINE int quine_digest_check(const struct quine_digest *d, const uint32_t *manifest)
{
    return d->crc == manifest[QUINE_MANIFEST_ID / 4] ? QUINE_OK : QUINE_ERR_DIGEST;
}

// Makes quine_digest_commit say no until there was another quine_digest_check, where it can.
QUINE_DIGEST_INLINE void quine_digest_forget(void)
{
}

// The security counter of a manifest, which an unsigned build does not look at.
QUINE_DIGEST_INLINE uint32_t quine_digest_counter(const uint32_t *manifest)
{
    (void)manifest;
    return 0;
}

// Says once more, by other means, whether the last quine_digest_check said QUINE_OK to that manifest, and if so takes
// care that from now on no image is installed whose security counter is below floor: an unsigned build can neither.
// Part of the RAM kernel. False: nothing may be changed.
QUINE_DIGEST_INLINE bool quine_digest_commit(const uint32_t *manifest, uint32_t floor)
{
    (void)manifest;
    (void)floor;
    return true;
}

#endif
