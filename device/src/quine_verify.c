// SPDX-License-Identifier: BSD-3-Clause
// Verification of a whole image as spec/image.md section 4 defines it.
#include "quine_error.h"
#include "quine_image.h"
#include "quine_internal.h"
#include "quine_section.h"

#include <quine_staged.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

// Bounds of an image's size, multiples of a chunk.
#define SIZE_MIN                                                                                   \
    (MAX(QUINE_MANIFEST_OFFSET + QUINE_MANIFEST_SIZE, QUINE_SEAL_OFFSET + QUINE_SEAL_SIZE) +        \
     QUINE_CHUNK - 1u) / QUINE_CHUNK * QUINE_CHUNK
#define SIZE_MAX_HERE MIN(QUINE_IMAGE_MAX, QUINE_STAGED_MAX)

// Chunks in size bytes, and very many if there are odd bytes.
#define CHUNKS(size) ((size) / QUINE_CHUNK | (size) << 27)
_Static_assert(QUINE_CHUNK << 27 == 0u && CHUNKS(QUINE_CHUNK / 2u) == 1u << 31, "odd bytes become the upper bits");

// Says whether an image may run here. What boot compares with are constants of sector 0. The client has
// looked at every field before anything was staged (quine_manifest_check) and says precisely what is
// wrong; the digest covers the fields that boot does not look at.
static inline __attribute__((always_inline)) bool fits(const struct quine_manifest *m)
{
    return (QUINE_DIGEST_FLAGS != 0u || (m->magic == QUINE_MANIFEST_MAGIC_VALUE && quine_same_id(m->id, m->id))) &&
           m->format == (QUINE_MANIFEST_FORMAT_VALUE | QUINE_DIGEST_FLAGS << 8 | QUINE_BOOT_ABI << 16) &&
           m->product == QUINE_PRODUCT && m->load_address == QUINE_FLASH_BASE &&
           CHUNKS(m->size) - SIZE_MIN / QUINE_CHUNK <= (SIZE_MAX_HERE - SIZE_MIN) / QUINE_CHUNK &&
           m->hardware_min <= QUINE_HARDWARE && m->hardware_max >= QUINE_HARDWARE;
}

_Static_assert(QUINE_MANIFEST_OFFSET % QUINE_DIGEST_KEPT == 0u, "what is kept of a manifest is aligned to its size");

QUINE_BOOT_CODE int quine_verify(enum quine_source source)
{
    struct quine_manifest *m = &quine_ram.manifest;
    struct quine_digest digest;
    uint32_t offset = 0;

    __asm__("" : "+r"(m)); // keeps it in a register
    quine_digest_init(&digest);
    do {
        uint32_t *chunk = quine_fetch(offset, source);
        uint32_t at = offset ^ QUINE_MANIFEST_OFFSET; // in the manifest, while it is below its size
        if (QUINE_FETCH_FAILS && chunk == NULL)
            return QUINE_ERR_IO;
        if (QUINE_DIGEST_KEPT == QUINE_CHUNK ? at == 0u : at < QUINE_DIGEST_KEPT) {
            if (source == QUINE_STAGED)
                quine_copy_chunk((uint8_t *)m + at, chunk);
            if (!fits(m))
                return QUINE_ERR_MANIFEST;
            quine_digest_blank(at, chunk, (const uint32_t *)(const void *)((const uint8_t *)m + at));
        }
        quine_digest_update(&digest, chunk);
        offset += QUINE_CHUNK;
    } while (offset < m->size);
    return quine_digest_check(&digest, &m->magic);
}
