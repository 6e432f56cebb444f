// SPDX-License-Identifier: BSD-3-Clause
// The image in an encrypted store (spec/staging.md section 4). It is under the nonce of the patch, with counter blocks
// of its own. This file stands in for src/quine_update_store.c.
#include "quine_encrypted.h"
#include "quine_port.h"
#include "quine_update_parts.h"

#include <string.h>

#define CHUNK 32u // bytes; each size and the offset of each image is a multiple

static const struct quine_boot_encrypted *boot(void)
{
    return (const struct quine_boot_encrypted *)(const void *)quine_boot();
}

// Encrypts or decrypts n bytes of the image.
static void crypt(const struct quine_update *u, uint32_t offset, void *data, uint32_t n)
{
    boot()->aes_ctr(&u->store.aes, QUINE_IMAGE_BLOCKS + offset / QUINE_AES_BLOCK, data, n);
}

// The nonce block is the first write behind the header's erase.
int quine_update_store_begin(struct quine_update *u)
{
    int err = quine_store_erase(0);

    memset(u->store.aes.counter, 0xFF, QUINE_NONCE_BLOCK);
    memcpy(u->store.aes.counter, u->patch.nonce, QUINE_NONCE_SIZE);
    if (err == QUINE_OK)
        err = quine_store_erase(quine_store.image_base);
    if (err == QUINE_OK)
        err = quine_store_program(quine_store.image_base, u->store.aes.counter, QUINE_NONCE_BLOCK);
    return err;
}

int quine_update_store_write(struct quine_update *u)
{
    int err = QUINE_OK;

    if (u->fill > 0u)
        crypt(u, u->store.staged, u->page, u->fill);
    for (uint32_t i = 0; i < u->fill && err == QUINE_OK; i += CHUNK) {
        uint32_t at = quine_store.image_base + QUINE_NONCE_BLOCK + u->store.staged;
        if (at % quine_store.erase_unit == 0u)
            err = quine_store_erase(at);
        if (err == QUINE_OK)
            err = quine_store_program(at, u->page + i, CHUNK);
        u->store.staged += CHUNK;
    }
    u->fill = 0;
    return err;
}

int quine_update_store_read(struct quine_update *u, uint32_t offset, uint32_t n)
{
    int err = quine_store_read(quine_store.image_base + QUINE_NONCE_BLOCK + offset, u->page, n);

    crypt(u, offset, u->page, n);
    return err;
}
