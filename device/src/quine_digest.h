// SPDX-License-Identifier: BSD-3-Clause
// Image digest of an unsigned build: CRC-32, the first half of the head id. It finds damage, not
// malice. Boot includes this file by the include path: a folder in front of this one may have another.
#ifndef QUINE_DIGEST_H
#define QUINE_DIGEST_H

#include "quine_error.h"
#include "quine_image.h"

#define QUINE_DIGEST_FLAGS 0u // of the manifests that this build takes
#define QUINE_DIGEST_KEPT 32u // bytes of the manifest that boot keeps: all that it decides by

struct quine_digest {
    uint32_t crc; // 0 at first
};

static inline __attribute__((always_inline)) void
quine_digest_update(struct quine_digest *d, const void *data, uint32_t n)
{
    d->crc = quine_crc32(d->crc, data, n);
}

// Blanks what the digest cannot cover in the first QUINE_DIGEST_KEPT bytes of a manifest: the half of
// the id that is the digest.
static inline __attribute__((always_inline)) void quine_digest_blank(uint32_t *manifest)
{
    manifest[QUINE_MANIFEST_ID / 4] = 0xFFFFFFFFu;
}

// Decides whether the digest is the one that the manifest with that id announces. Returns QUINE_OK or
// QUINE_ERR_DIGEST.
static inline __attribute__((always_inline)) int
quine_digest_check(const struct quine_digest *d, const uint32_t *id)
{
    return d->crc == id[0] ? QUINE_OK : QUINE_ERR_DIGEST;
}

#endif
