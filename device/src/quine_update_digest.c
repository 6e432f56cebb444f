// SPDX-License-Identifier: BSD-3-Clause
// The digest of an unsigned image, as the update client checks it (spec/image.md section 4). device/signed has
// another such file.
#include "quine_boot.h"
#include "quine_update_parts.h"

#define CHUNK 32u // bytes; each size is a multiple

int quine_update_authentic(struct quine_update *u)
{
    (void)u;
    return QUINE_OK;
}

// The digest takes the half of the id that it is as blank; the seal is blank in the store.
int quine_update_digest(struct quine_update *u)
{
    uint32_t size = quine_le32(u->patch.manifest + QUINE_MANIFEST_IMAGE_SIZE);
    uint32_t crc = 0;

    for (uint32_t at = 0; at < size; at += CHUNK) {
        int err = quine_update_store_read(u, at, CHUNK);
        if (err != QUINE_OK)
            return err;
        if (at == quine_boot()->manifest_offset)
            quine_le32_write(u->page + QUINE_MANIFEST_ID, 0xFFFFFFFFu);
        crc = quine_boot()->crc32(crc, u->page, CHUNK);
    }
    return crc == quine_le32(u->patch.manifest + QUINE_MANIFEST_ID) ? QUINE_OK : QUINE_ERR_DIGEST;
}
