// SPDX-License-Identifier: BSD-3-Clause

#include "opener.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "quine_encrypted.h"
#include "quine_update_parts.h"

#include <quine_update_body.h>

uint32_t opener_key[QUINE_AES_KEY / 4];

// What the update client lends to the code under test; it knows the record's start
// by another name.
extern const struct quine_boot_encrypted boot __asm__("quine_boot_info");
const struct quine_boot_encrypted boot = {
    .aes_init = quine_aes_init,
    .aes_ctr = quine_aes_ctr,
};

static size_t header_left;         // bytes of the header to come
static bool begun;                 // the store is
static struct apply_bytes *opened; // what has come to the decoder
static struct quine_aes aes;       // as the patch left it

int quine_update_store_begin(struct quine_update *u)
{
    (void)u;
    assert(header_left == 0 && !begun);
    begun = true;
    return QUINE_OK;
}

int quine_update_take(struct quine_update *u, const uint8_t *in, size_t n)
{
    if (header_left > 0) {
        assert(n <= header_left);
        header_left -= n;
        return header_left == 0 ? quine_update_body_begin(u) : QUINE_OK;
    }
    assert(begun);
    memcpy(opened->data + opened->size, in, n);
    opened->size += n;
    return QUINE_OK;
}

int opener(const uint8_t nonce[12], struct apply_bytes patch, size_t header,
           struct apply_pace pace, struct apply_bytes *stream)
{
    struct quine_update *u = calloc(1, sizeof *u);
    uint32_t seed = pace.seed;
    int status = QUINE_OK;

    assert(u != NULL);
    memcpy(u->patch.nonce, nonce, QUINE_NONCE_SIZE);
    header_left = header;
    begun = false;
    opened = stream;
    for (size_t at = 0; at < patch.size && status == QUINE_OK;) {
        size_t n = apply_piece(&seed, pace.in_max, patch.size - at);
        uint8_t *in = malloc(n);
        struct quine_update *to = malloc(sizeof *to);
        assert(in != NULL && to != NULL);
        memcpy(in, patch.data + at, n);
        status = quine_update_body_write(u, in, n);
        free(in);
        at += n;
        memcpy(to, u, sizeof *to);
        free(u);
        u = to;
    }
    if (status == QUINE_OK)
        status = quine_update_body_end(u);
    assert(status != QUINE_OK || begun);
    aes = u->store.aes;
    free(u);
    return status;
}

uint32_t opener_staged_crc(struct apply_bytes image)
{
    uint8_t block[QUINE_NONCE_BLOCK];

    memset(block, 0xFF, sizeof block);
    memcpy(block, aes.counter, QUINE_NONCE_SIZE);
    quine_aes_ctr(&aes, QUINE_IMAGE_BLOCKS, image.data, (uint32_t)image.size);
    return quine_crc32(quine_crc32(0, block, sizeof block), image.data,
                       (uint32_t)image.size);
}
