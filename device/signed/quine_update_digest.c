// SPDX-License-Identifier: BSD-3-Clause
// Signature and digest of a signed image, as the update client checks them, with the functions that the boot
// sector lends. This file stands in for src/quine_update_digest.c.
#include "quine_port.h"
#include "quine_signed.h"
#include "quine_update_parts.h"

#include <string.h>

#define CHUNK 32u // bytes; each size is a multiple

_Static_assert(sizeof(union quine_work) <= sizeof(struct quine_stream), "they take turns");

static const struct quine_boot_signed *boot(void)
{
    return (const struct quine_boot_signed *)(const void *)quine_boot();
}

// The place of the stream, while there is none.
static union quine_work *work(struct quine_update *u)
{
    return (union quine_work *)(void *)&u->patch.u;
}

// One word of the announced digest, as a number; word 7 are its first bytes.
static uint32_t announced(const struct quine_update *u, uint32_t word)
{
    return __builtin_bswap32(quine_le32(u->patch.digest + 28u - 4u * word));
}

// The signature is over the digest, so it can be verified before there is an image. The stream then begins
// once more.
int quine_update_authentic(struct quine_update *u)
{
    const uint8_t *running = quine_flash + quine_boot()->manifest_offset;
    uint32_t old_size = 0;
    int result;

    for (uint32_t i = 0; i < 8u; i++)
        work(u)->sha256.state[i] = announced(u, i);
    result = boot()->authentic(work(u), (const uint32_t *)(const void *)u->patch.manifest);
    if ((u->patch.flags & QUINE_PATCH_FULL) == 0)
        old_size = quine_le32(running + QUINE_MANIFEST_IMAGE_SIZE);
    quine_stream_init(&u->patch.u.stream, old_size, quine_le32(u->patch.manifest + QUINE_MANIFEST_IMAGE_SIZE),
                      quine_boot()->load_address);
    return result;
}

// The digest takes id and signature as blank; the seal is blank in the store.
int quine_update_digest(struct quine_update *u)
{
    uint32_t size = quine_le32(u->patch.manifest + QUINE_MANIFEST_IMAGE_SIZE);
    struct quine_sha256 *sha256 = &work(u)->sha256;
    uint32_t wrong = 0;

    boot()->sha256_init(sha256);
    for (uint32_t offset = 0; offset < size; offset += CHUNK) {
        uint32_t at = offset - quine_boot()->manifest_offset;
        int err = quine_update_store_read(u, offset, CHUNK);
        if (err != QUINE_OK)
            return err;
        if (at == 0u)
            memset(u->page + QUINE_MANIFEST_ID, 0xFF, QUINE_ID_SIZE);
        if (at - QUINE_MANIFEST_SIGNATURE < QUINE_SIGNATURE_SIZE)
            memset(u->page, 0xFF, CHUNK);
        boot()->sha256_update(sha256, u->page, CHUNK);
    }
    boot()->sha256_final(sha256);
    for (uint32_t i = 0; i < 8u; i++)
        wrong |= sha256->state[i] ^ announced(u, i);
    return wrong == 0u ? QUINE_OK : QUINE_ERR_DIGEST;
}
