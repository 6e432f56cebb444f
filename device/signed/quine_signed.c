// SPDX-License-Identifier: BSD-3-Clause
// The decision whether a signed image may be installed.
#include "quine_internal.h"
#include "quine_section.h"
#include "quine_signed.h"

// Words of a manifest.
enum { ID = QUINE_MANIFEST_ID / 4, COUNTER = QUINE_MANIFEST_COUNTER / 4, SIGNATURE = QUINE_MANIFEST_SIGNATURE / 4 };

QUINE_BOOT_CODE int quine_authentic(union quine_work *work, const uint32_t *manifest)
{
    uint32_t id = manifest[QUINE_MANIFEST_SALT / 4] >> 16; // of the key
    const struct quine_key *key = quine_keys;

    if (manifest[ID] != __builtin_bswap32(work->sha256.state[7]) ||
        manifest[ID + 1] != __builtin_bswap32(work->sha256.state[6]))
        return QUINE_ERR_DIGEST;
    if (quine_floor_above(manifest[COUNTER]) != 0u ||
        (quine_complete() && (&QUINE_RUNNING->magic)[COUNTER] > manifest[COUNTER]))
        return QUINE_ERR_ROLLBACK;
    for (uint32_t left = quine_keys_count; left > 0u; left--, key++)
        if (key->id == id)
            return quine_p256_verify(&work->p256, manifest + SIGNATURE, key);
    return QUINE_ERR_SIGNATURE;
}

// One faulty instruction may have made the above say QUINE_OK. It cannot have made these two numbers equal, of which
// this compares 64 bits.
QUINE_BOOT_CODE bool quine_digest_proven(const uint32_t *manifest)
{
    const uint32_t *left = quine_signed.p256.reg;
    const uint32_t *right = left + 8;
    uint32_t difference = (right[7] ^ left[7]) | (right[0] ^ left[0]);

    return difference < 1u && (left[0] | left[7]) > 0u && quine_floor_above(manifest[COUNTER]) < 1u;
}
