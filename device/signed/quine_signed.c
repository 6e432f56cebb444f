// SPDX-License-Identifier: BSD-3-Clause
// The decision whether a signed image may be installed.
#include "quine_internal.h"
#include "quine_section.h"
#include "quine_signed.h"

// Words of a manifest.
enum { ID = QUINE_MANIFEST_ID / 4, COUNTER = QUINE_MANIFEST_COUNTER / 4, SIGNATURE = QUINE_MANIFEST_SIGNATURE / 4 };

QUINE_BOOT_CODE int quine_authentic(union quine_work *work, const uint32_t *manifest)
{
    uint32_t id[2] = {__builtin_bswap32(work->sha256.state[7]), __builtin_bswap32(work->sha256.state[6])};
    const struct quine_key *key = quine_keys;
    uint32_t left = quine_keys_count; // not 0

    if (!quine_same_id(manifest + ID, id))
        return QUINE_ERR_DIGEST;
    if (quine_floor_above(manifest[COUNTER]) != 0u ||
        (quine_complete() && (&QUINE_RUNNING->magic)[COUNTER] > manifest[COUNTER]))
        return QUINE_ERR_ROLLBACK;
    do {
        if (key->id == manifest[QUINE_MANIFEST_SALT / 4] >> 16)
            return quine_p256_verify(&work->p256, manifest + SIGNATURE, key);
        key++;
    } while (--left > 0u);
    return QUINE_ERR_SIGNATURE;
}
