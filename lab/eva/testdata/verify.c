// SPDX-License-Identifier: BSD-3-Clause
// The verification of a whole image, staged or installed.
#include "port.h"

#include <quine_digest.h>

// What quine_verify says last: only here can it say QUINE_OK.
static int last(const struct quine_digest *d, const uint32_t *manifest)
{
    //@ assert SIZE_LEAST <= quine_ram.manifest.size <= SIZE_LARGEST && quine_ram.manifest.size % QUINE_CHUNK == 0;
    return quine_digest_check(d, manifest);
}

#define quine_digest_check last
#include "quine_verify.c"

void main(void)
{
    any_memory();
    quine_ram.manifest.size = QUINE_MANIFEST_OFFSET + QUINE_CHUNK;
    (void)quine_verify(QUINE_STAGED);
    any_memory();
    quine_ram.manifest.size = QUINE_CHUNK * Frama_C_unsigned_int_interval(SIZE_LEAST / QUINE_CHUNK, SIZE_LARGEST / QUINE_CHUNK);
    (void)quine_verify(QUINE_INSTALLED);
}
