// SPDX-License-Identifier: BSD-3-Clause

#include "apply.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct apply_pace apply_paces[] = {
    {SIZE_MAX, SIZE_MAX, 1, false}, // all at once
    {1, SIZE_MAX, 1, true},         // one byte in
    {SIZE_MAX, 1, 1, true},         // one byte out
    {1, 1, 1, true},
    {7, 13, 2, true},
    {100, 300, 3, true},
};
const unsigned apply_pace_count = sizeof apply_paces / sizeof *apply_paces;

struct apply_bytes apply_read_file(const char *path)
{
    struct apply_bytes b = {NULL, 0};
    FILE *f = fopen(path, "rb");
    long size;

    if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0) {
        perror(path);
        exit(2);
    }
    rewind(f);
    b.size = (size_t)size;
    b.data = malloc(b.size + 1);
    assert(b.data != NULL);
    if (fread(b.data, 1, b.size, f) != b.size) {
        perror(path);
        exit(2);
    }
    b.data[b.size] = 0; // ends a text
    fclose(f);
    return b;
}

// Returns a number from 1 to max.
static size_t some(uint32_t *seed, size_t max)
{
    *seed = *seed * 1664525u + 1013904223u;
    return max == SIZE_MAX ? max : 1 + (*seed >> 8) % max;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t apply_piece(uint32_t *seed, size_t max, size_t n)
{
    return least(n, some(seed, max));
}

// A patch on its way through the decoder. Either decoder is reached through the
// same four functions. Every piece is copied to a buffer of exactly its size, so
// that the address sanitizer sees any access outside it.
struct flow {
    bool raw;
    void *context; // struct quine_patch or struct quine_stream
    size_t context_size;
    const struct quine_boot_info *device;
    struct quine_old old;
    struct apply_pace pace;
    uint32_t seed;
    struct apply_bytes *out;
    size_t room; // of out
};

static void move(struct flow *f)
{
    void *to;

    if (!f->pace.move)
        return;
    to = malloc(f->context_size);
    assert(to != NULL);
    memcpy(to, f->context, f->context_size);
    memset(f->context, 0xA5, f->context_size);
    free(f->context);
    f->context = to;
}

static int feed(struct flow *f, const uint8_t *in, size_t n, size_t *used)
{
    uint8_t *piece = malloc(n);
    int status;

    assert(piece != NULL && n > 0);
    memcpy(piece, in, n);
    if (f->raw)
        status = quine_stream_feed(f->context, piece, n, used);
    else
        status = quine_patch_feed(f->context, piece, n, used);
    free(piece);
    assert(*used <= n);
    move(f);
    return status;
}

static int poll(struct flow *f)
{
    size_t cap = least(some(&f->seed, f->pace.out_max), f->room + 64);
    size_t made;
    uint8_t *piece = malloc(cap);
    int status;

    assert(piece != NULL);
    if (f->raw)
        status = quine_stream_poll(f->context, &f->old, piece, cap, &made);
    else
        status = quine_patch_poll(f->context, f->device, &f->old, piece, cap,
                                  &made);
    assert(made <= cap && made <= f->room - f->out->size);
    if (made > 0)
        memcpy(f->out->data + f->out->size, piece, made);
    f->out->size += made;
    free(piece);
    move(f);
    return status == QUINE_MORE && made == cap ? QUINE_MORE + 1 : status;
}

// Polls until nothing more comes. Returns QUINE_OK, QUINE_MORE when input is
// needed, or an error.
static int drain(struct flow *f)
{
    int status;

    do
        status = poll(f);
    while (status > QUINE_MORE);
    return status;
}

// Feeds all of in and makes what follows from it. Returns QUINE_MORE, or an error.
static int part(struct flow *f, const uint8_t *in, size_t n)
{
    int status = QUINE_MORE;

    while (n > 0 && status >= 0) {
        size_t used;
        status = feed(f, in, apply_piece(&f->seed, f->pace.in_max, n), &used);
        in += used;
        n -= used;
        if (status == QUINE_OK)
            status = drain(f);
        assert(status != QUINE_OK);
    }
    return status;
}

// Feeds all of in, which is the end of the body.
static int body(struct flow *f, const uint8_t *in, size_t n)
{
    int status = part(f, in, n);

    if (status < 0)
        return status;
    if (f->raw)
        quine_stream_end(f->context);
    else
        quine_patch_end(f->context);
    move(f);
    status = drain(f);
    assert(status != QUINE_MORE);
    assert(status == drain(f)); // and it stays so
    return status;
}

// Feeds the header. *used says how much of the patch it is.
static int header(struct flow *f, struct apply_bytes patch, const uint8_t *base,
                  uint32_t counter, size_t *used)
{
    int status = QUINE_MORE;

    *used = 0;
    while (status == QUINE_MORE && *used < patch.size) {
        size_t n = apply_piece(&f->seed, f->pace.in_max, patch.size - *used);
        size_t taken;
        status = feed(f, patch.data + *used, n, &taken);
        *used += taken;
        if (status == QUINE_OK)
            status = quine_patch_header(f->context, f->device, base, counter);
        move(f);
    }
    if (status == QUINE_MORE) {
        quine_patch_end(f->context);
        status = quine_patch_header(f->context, f->device, base, counter);
        assert(status < 0);
    }
    return status;
}

// Checks what an unsigned image's head id says of it.
static int digest_check(const struct quine_boot_info *device,
                        struct apply_bytes image)
{
    static const uint8_t blank[4] = {0xFF, 0xFF, 0xFF, 0xFF};
    uint32_t at = device->manifest_offset + QUINE_MANIFEST_ID;
    uint32_t crc = quine_crc32(0, image.data, at);

    crc = quine_crc32(crc, blank, sizeof blank);
    crc = quine_crc32(crc, image.data + at + sizeof blank,
                      (uint32_t)(image.size - at - sizeof blank));
    return crc == quine_le32(image.data + at) ? QUINE_OK : QUINE_ERR_DIGEST;
}

// Feeds the stream in the body of an encrypted patch: all that opens of it.
static int encrypted(struct flow *f, struct apply_bytes patch, size_t header,
                     apply_opener *opener)
{
    struct apply_bytes stream = {malloc(patch.size), 0};
    struct quine_patch *p = f->context;
    int opened, status;

    assert(stream.data != NULL);
    opened = opener(p->nonce, patch, header, f->pace, &stream);
    if (opened == QUINE_OK)
        status = body(f, stream.data, stream.size);
    else
        status = part(f, stream.data, stream.size);
    free(stream.data);
    return status == QUINE_MORE ? opened : status;
}

int apply_image(const struct quine_boot_info *device, uint32_t counter,
                apply_opener *opener, struct apply_bytes base,
                struct apply_bytes patch, struct apply_pace pace,
                struct apply_bytes *out)
{
    struct quine_patch *p = malloc(sizeof *p);
    const uint8_t *manifest =
        base.size > 0 ? base.data + device->manifest_offset : NULL;
    struct flow f = {
        .context = p, .context_size = sizeof *p, .device = device,
        .old = {base.data, (uint32_t)base.size, device->seal_offset,
                device->seal_size},
        .pace = pace, .seed = pace.seed, .out = out,
        .room = device->store_max,
    };
    size_t used;
    int status;

    assert(p != NULL);
    out->size = 0;
    quine_patch_init(p);
    status = header(&f, patch, manifest, counter, &used);
    p = f.context;
    if (status == QUINE_OK && (p->flags & QUINE_PATCH_ENCRYPTED) != 0)
        status = encrypted(&f, patch, used, opener);
    else if (status == QUINE_OK)
        status = body(&f, patch.data + used, patch.size - used);
    p = f.context;
    if (status == QUINE_OK && (p->flags & QUINE_PATCH_SIGNED) == 0)
        status = digest_check(device, *out);
    free(p);
    return status;
}

// Reads the varint at *at. Returns QUINE_OK, QUINE_ERR_HEADER or _TRUNCATED.
static int varint(struct apply_bytes patch, size_t *at, uint32_t *v)
{
    *v = 0;
    for (unsigned i = 0; i < 5; i++) {
        uint8_t byte;
        if (*at == patch.size)
            return QUINE_ERR_TRUNCATED;
        byte = patch.data[(*at)++];
        if ((i == 4 && byte > 0x0F) || (i > 0 && byte == 0))
            return QUINE_ERR_HEADER;
        *v |= (uint32_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80)
            return QUINE_OK;
    }
    return QUINE_ERR_HEADER;
}

int apply_raw(struct apply_bytes old, struct apply_bytes patch,
              struct apply_pace pace, struct apply_bytes *out)
{
    struct flow f = {
        .raw = true, .context_size = sizeof(struct quine_stream),
        .old = {old.data, (uint32_t)old.size, 0, 0},
        .pace = pace, .seed = pace.seed, .out = out,
    };
    size_t at = 1;
    uint32_t size;
    int status;

    out->data = NULL;
    out->size = 0;
    if (patch.size == 0)
        return QUINE_ERR_TRUNCATED;
    if (patch.data[0] >> 4 != 0xA)
        return QUINE_ERR_FORMAT;
    if ((patch.data[0] & 15) != QUINE_STREAM_PROFILE)
        return QUINE_ERR_PROFILE;
    status = varint(patch, &at, &size);
    if (status != QUINE_OK)
        return status;
    if (patch.size - at < 5)
        return QUINE_ERR_TRUNCATED;
    if (patch.data[at] != (quine_crc32(0, old.data, f.old.size) & 0xFF))
        return QUINE_ERR_BASE;
    size = f.old.size + (size >> 1 ^ (0u - (size & 1u))); // zigzag
    if (size > INT32_MAX)
        return QUINE_ERR_SIZE;

    f.room = size;
    out->data = malloc(size + 1u);
    f.context = malloc(f.context_size);
    assert(out->data != NULL && f.context != NULL);
    quine_stream_init(f.context, f.old.size, size, 0);
    status = body(&f, patch.data + at + 5, patch.size - at - 5);
    free(f.context);
    if (status == QUINE_OK &&
        quine_le32(patch.data + at + 1) != quine_crc32(0, out->data, size))
        status = QUINE_ERR_DIGEST;
    return status;
}
