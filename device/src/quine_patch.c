// SPDX-License-Identifier: BSD-3-Clause

#include "quine_patch.h"

#include <stdbool.h>
#include <string.h>

// What the next byte is for.
enum {
    GATHER,   // the header
    COMPLETE, // nothing: the header waits for the decision
    BODY,     // the stream
};

// Words of the manifest that the header states as differences, and the two that
// it never states so: the head id.
#define WORDS 16u
#define WORDS_ID 0x000Cu
#define WORD_SIZE 4u // the image size, counted in units of 32 bytes

_Static_assert(sizeof(struct quine_patch) == 4160, "see quine_patch.h");
_Static_assert(QUINE_PATCH_HEADER_MAX <= 255, "header_size is a byte");

void quine_patch_init(struct quine_patch *p)
{
    memset(p, 0, sizeof *p);
}

static uint32_t fixed_size(const struct quine_patch *p)
{
    return (p->flags & QUINE_PATCH_FULL) ? 4u : 8u;
}

// Checks the first four bytes of the header as they come in.
static int fixed_byte(struct quine_patch *p, uint8_t byte)
{
    uint32_t changed;

    switch (p->header_size) {
    case 1:
        if (byte >> 4 != QUINE_PATCH_FORMAT)
            return QUINE_ERR_FORMAT;
        if ((byte & 15u) != QUINE_STREAM_PROFILE)
            return QUINE_ERR_PROFILE;
        break;
    case 2:
        if (byte >= QUINE_PATCH_FULL << 1)
            return QUINE_ERR_RESERVED;
        p->flags = byte;
        p->tail = (byte & QUINE_PATCH_SIGNED)
                      ? QUINE_DIGEST_SIZE + QUINE_SIGNATURE_SIZE
                      : QUINE_ID_SIZE;
        if (byte & QUINE_PATCH_ENCRYPTED)
            p->tail = (uint8_t)(p->tail + QUINE_NONCE_SIZE);
        p->tail = (uint8_t)(p->tail + 2u);
        break;
    case 4:
        changed = quine_le16(p->u.header + 2);
        if (changed & WORDS_ID)
            return QUINE_ERR_RESERVED;
        for (; changed != 0; changed >>= 1)
            p->words = (uint8_t)(p->words + (changed & 1u));
        break;
    default:
        break;
    }
    return QUINE_OK;
}

// Checks one byte of a changed word: a varint of minimal form, at most 32 bits,
// and not zero, for the word would not have changed.
static int word_byte(struct quine_patch *p, uint8_t byte)
{
    p->varint++;
    if (p->varint == 5u && byte > 0x0Fu)
        return QUINE_ERR_HEADER;
    if (byte == 0)
        return QUINE_ERR_HEADER;
    if (byte < 0x80u) {
        p->varint = 0;
        p->words--;
    }
    return QUINE_OK;
}

// Adds one byte to the header.
static int header_byte(struct quine_patch *p, uint8_t byte)
{
    p->u.header[p->header_size++] = byte;
    if (p->header_size <= 4u || p->header_size <= fixed_size(p))
        return fixed_byte(p, byte);
    if (p->words > 0)
        return word_byte(p, byte);
    p->tail--;
    if (p->tail == 0)
        p->phase = COMPLETE;
    return QUINE_OK;
}

int quine_patch_feed(struct quine_patch *p, const uint8_t *in, size_t n,
                     size_t *used)
{
    *used = 0;
    if (p->status != QUINE_OK)
        return p->status;
    if (p->ended)
        return QUINE_ERR_STATE;
    if (p->phase == BODY)
        return quine_stream_feed(&p->u.stream, in, n, used);
    while (*used < n && p->phase == GATHER && p->status == QUINE_OK)
        p->status = header_byte(p, in[(*used)++]);
    return p->status;
}

void quine_patch_end(struct quine_patch *p)
{
    p->ended = 1;
    if (p->phase == BODY)
        quine_stream_end(&p->u.stream);
    else if (p->phase == GATHER && p->status == QUINE_OK)
        p->status = QUINE_ERR_TRUNCATED;
}

// Reads a varint that word_byte has accepted and undoes the zigzag.
static uint32_t difference(const uint8_t **at)
{
    uint32_t z = 0;
    unsigned shift = 0;
    uint8_t byte;

    do {
        byte = *(*at)++;
        z |= (uint32_t)(byte & 0x7Fu) << shift;
        shift += 7u;
    } while (byte & 0x80u);
    return z >> 1 ^ (0u - (z & 1u));
}

// Puts the announced manifest, digest and nonce together. base is NULL for a full
// patch.
static void announce(struct quine_patch *p, const uint8_t *base)
{
    const uint8_t *at = p->u.header + fixed_size(p);
    uint32_t changed = quine_le16(p->u.header + 2);
    uint8_t *m = p->manifest;

    memset(m, 0xFF, QUINE_MANIFEST_SIZE);
    for (unsigned i = 0; i < WORDS; i++) {
        uint32_t word = base ? quine_le32(base + 4u * i) : 0u;
        if (changed >> i & 1u) {
            unsigned scale = i == WORD_SIZE ? 5u : 0u;
            word = ((word >> scale) + difference(&at)) << scale;
        }
        quine_le32_write(m + 4u * i, word);
    }
    memcpy(m + QUINE_MANIFEST_ID, at, QUINE_ID_SIZE);
    if (p->flags & QUINE_PATCH_SIGNED) {
        memcpy(p->digest, at, QUINE_DIGEST_SIZE);
        at += QUINE_DIGEST_SIZE;
        memcpy(m + QUINE_MANIFEST_SIGNATURE, at, QUINE_SIGNATURE_SIZE);
        at += QUINE_SIGNATURE_SIZE;
    } else {
        at += QUINE_ID_SIZE;
    }
    if (p->flags & QUINE_PATCH_ENCRYPTED)
        memcpy(p->nonce, at, QUINE_NONCE_SIZE);
}

// Says whether the patch was made for the image whose manifest base is.
static bool base_matches(const struct quine_patch *p, const uint8_t *base)
{
    return base != NULL && quine_le32(p->u.header + 4) ==
                               quine_le32(base + QUINE_MANIFEST_ID);
}

// Decides by the complete header.
static int decide(struct quine_patch *p, const struct quine_boot_info *device,
                  const uint8_t *base, uint32_t counter)
{
    uint32_t size = p->header_size - 2u;
    bool full = (p->flags & QUINE_PATCH_FULL) != 0;
    bool is_signed = (p->flags & QUINE_PATCH_SIGNED) != 0;
    bool encrypted = (p->flags & QUINE_PATCH_ENCRYPTED) != 0;

    if (quine_le16(p->u.header + size) !=
        (device->crc32(0, p->u.header, size) & 0xFFFFu))
        return QUINE_ERR_HEADER;
    if (encrypted != ((device->flags & QUINE_BOOT_ENCRYPTED) != 0))
        return QUINE_ERR_ENCRYPTION;
    if (is_signed != ((device->flags & QUINE_BOOT_SIGNED) != 0))
        return QUINE_ERR_UNSIGNED;
    if (!full && !base_matches(p, base))
        return QUINE_ERR_BASE;
    announce(p, full ? NULL : base);
    return quine_manifest_check(p->manifest, device, counter);
}

int quine_patch_header(struct quine_patch *p,
                       const struct quine_boot_info *device,
                       const uint8_t *base, uint32_t counter)
{
    uint32_t old_size = 0;

    if (p->status != QUINE_OK || p->phase == BODY)
        return p->status;
    if (p->phase == GATHER)
        return QUINE_MORE;
    p->status = decide(p, device, base, counter);
    if (p->status != QUINE_OK)
        return p->status;
    if ((p->flags & QUINE_PATCH_FULL) == 0)
        old_size = quine_le32(base + QUINE_MANIFEST_IMAGE_SIZE);
    quine_stream_init(&p->u.stream, old_size,
                      quine_le32(p->manifest + QUINE_MANIFEST_IMAGE_SIZE),
                      device->load_address);
    p->phase = BODY;
    if (p->ended)
        quine_stream_end(&p->u.stream);
    return QUINE_OK;
}

// Sets those of the n bytes out, which lie at offset at of the image, that belong
// to [offset, offset + size): to content, or to 0xFF where it is NULL.
static void overlay(uint8_t *out, uint32_t at, uint32_t n, uint32_t offset,
                    const uint8_t *content, uint32_t size)
{
    if (at >= offset + size || at + n <= offset)
        return;
    for (uint32_t i = 0; i < size; i++) {
        uint32_t to = offset + i - at;
        if (to < n)
            out[to] = content ? content[i] : 0xFF;
    }
}

int quine_patch_poll(struct quine_patch *p,
                     const struct quine_boot_info *device,
                     const struct quine_old *old, uint8_t *out, size_t cap,
                     size_t *made)
{
    static const struct quine_old none = {0};
    int status;

    *made = 0;
    if (p->status != QUINE_OK)
        return p->status;
    if (p->phase != BODY)
        return QUINE_ERR_STATE;
    if (p->flags & QUINE_PATCH_FULL)
        old = &none;
    status = quine_stream_poll(&p->u.stream, old, out, cap, made);
    overlay(out, p->at, (uint32_t)*made, device->manifest_offset, p->manifest,
            QUINE_MANIFEST_SIZE);
    overlay(out, p->at, (uint32_t)*made, device->seal_offset, NULL,
            device->seal_size);
    p->at += (uint32_t)*made;
    if (status < 0)
        p->status = status;
    return status;
}
