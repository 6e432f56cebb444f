// SPDX-License-Identifier: BSD-3-Clause
// The body of an encrypted patch (spec/patch.md section 6): pieces are gathered, and each goes to the decoder when its
// tag is right. Until then nothing of it is decrypted, decoded or written.
#include "quine_cmac.h"
#include "quine_encrypted.h"
#include "quine_update_parts.h"

#include <quine_key.h>
#include <quine_update_body.h>
#include <string.h>

#define MAC_BLOCKS 0xFFFFFFFEu // index of the counter blocks that make the key of the MAC

_Static_assert(QUINE_PATCH_HEADER_MAX <= QUINE_PIECE, "the header is gathered in the place of a piece");
_Static_assert(QUINE_PIECE % QUINE_AES_BLOCK == 0u, "a piece begins with a block");

static const struct quine_boot_encrypted *boot(void)
{
    return (const struct quine_boot_encrypted *)(const void *)quine_boot();
}

// Returns n, rounded up to whole blocks.
static uint32_t blocks(uint32_t n)
{
    return (n + QUINE_AES_BLOCK - 1u) / QUINE_AES_BLOCK * QUINE_AES_BLOCK;
}

// Puts the device's key in use, for body and image.
static void use_key(struct quine_update *u)
{
    quine_port_key(u->store.aes.key);
    memcpy(u->store.aes.counter, u->patch.nonce, QUINE_NONCE_SIZE);
}

// Puts the key of the MAC in use, for one message.
static void use_mac_key(struct quine_update *u)
{
    uint32_t key[QUINE_AES_KEY / 4u] = {0};

    boot()->aes_ctr(&u->store.aes, MAC_BLOCKS, key, sizeof key);
    memcpy(u->store.aes.key, key, sizeof key);
}

// Begins the message of the MAC with the header, behind which zeros follow: the place was cleared.
int quine_update_body_begin(struct quine_update *u)
{
    struct quine_update_store *s = &u->store;

    boot()->aes_init(&s->aes);
    use_key(u);
    use_mac_key(u);
    quine_cmac_add(s->mac, &s->aes, boot()->aes_ctr, s->piece, blocks(s->gathered));
    use_key(u);
    s->gathered = 0;
    s->accepted = 1;
    return QUINE_OK;
}

// Adds the n bytes of the piece to the message and says whether the tag behind them is right; last is its last byte.
static bool authentic(struct quine_update *u, uint32_t n, uint8_t last)
{
    struct quine_update_store *s = &u->store;
    uint32_t whole = n / QUINE_AES_BLOCK * QUINE_AES_BLOCK;
    uint8_t tag[QUINE_TAG];
    uint32_t mac[4];
    uint32_t wrong = 0;

    memcpy(tag, s->piece + n, sizeof tag);
    s->piece[n] = last;
    use_mac_key(u);
    quine_cmac_add(s->mac, &s->aes, boot()->aes_ctr, s->piece, whole);
    memcpy(mac, s->mac, sizeof mac);
    quine_cmac_end(mac, &s->aes, boot()->aes_ctr, s->piece + whole, n - whole + 1u);
    use_key(u);
    for (uint32_t i = 0; i < QUINE_TAG; i++)
        wrong |= (uint32_t)(tag[i] ^ ((const uint8_t *)mac)[i]);
    return wrong == 0u;
}

// Passes the gathered piece on if its tag is right. The first one begins the store.
static int piece(struct quine_update *u, uint8_t last)
{
    struct quine_update_store *s = &u->store;
    uint32_t n = s->gathered - QUINE_TAG;
    int err = QUINE_ERR_TAG;

    if (s->gathered > QUINE_TAG && authentic(u, n, last))
        err = s->body == 0u ? quine_update_store_begin(u) : QUINE_OK;
    if (err != QUINE_OK)
        return err;
    boot()->aes_ctr(&s->aes, s->body / QUINE_AES_BLOCK, s->piece, blocks(n));
    s->body += n;
    s->gathered = 0;
    return quine_update_take(u, s->piece, n);
}

// Gathers some of the n bytes, and passes a whole piece on before: it is not the last one.
static int gather(struct quine_update *u, const uint8_t *in, size_t n, size_t *used)
{
    struct quine_update_store *s = &u->store;
    int err = QUINE_OK;

    if (s->gathered == sizeof s->piece)
        err = piece(u, 0);
    *used = sizeof s->piece - s->gathered;
    if (*used > n)
        *used = n;
    memcpy(s->piece + s->gathered, in, *used);
    s->gathered += (uint32_t)*used;
    return err;
}

// The header's end is not known before it is there, so its bytes go one at a time.
int quine_update_body_write(struct quine_update *u, const uint8_t *in, size_t n)
{
    int err = QUINE_OK;

    while (n > 0u && err == QUINE_OK) {
        size_t used = 1;
        if (u->store.accepted) {
            err = gather(u, in, n, &used);
        } else {
            u->store.piece[u->store.gathered++] = *in;
            err = quine_update_take(u, in, 1);
        }
        in += used;
        n -= used;
    }
    return err;
}

int quine_update_body_end(struct quine_update *u)
{
    return piece(u, 1);
}
