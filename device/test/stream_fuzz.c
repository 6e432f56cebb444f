// SPDX-License-Identifier: BSD-3-Clause
//
// libFuzzer target of the stream decoder. The first bytes of an input choose the
// sizes, the address and the hole; the old image and the stream follow.
//
// Built with stream_fuzz_main.c instead of libFuzzer it decodes the files that it is given, and
// prints what became of each, for comparison with the Go decoder.

#include "stream_fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "quine_image.h"
#include "quine_stream.h"

struct stream_fuzz_outcome stream_fuzz_outcome;

static uint32_t take(const uint8_t **data, size_t *size, uint32_t bytes)
{
    uint32_t v = 0;
    for (; bytes > 0 && *size > 0; bytes--, --*size) {
        v = v << 8 | *(*data)++;
    }
    return v;
}

// Decodes in pieces of the given sizes and returns the status.
static int decode(const struct quine_old *old, uint32_t new_size, uint32_t address, const uint8_t *in, size_t n,
    size_t in_piece, size_t out_piece, uint8_t *out, size_t *made)
{
    struct quine_stream s, moved;
    int status;
    size_t fed = 0;
    *made = 0;
    quine_stream_init(&s, old->size, new_size, address);
    do {
        size_t used = 0, got = 0;
        if (fed < n) {
            quine_stream_feed(&s, in + fed, n - fed < in_piece ? n - fed : in_piece, &used);
            fed += used;
        } else {
            quine_stream_end(&s);
        }
        moved = s;
        memset(&s, 0x5A, sizeof s);
        // An exact block of memory, so that every overrun shows.
        uint8_t *piece = malloc(out_piece);
        status = quine_stream_poll(&moved, old, piece, out_piece, &got);
        if (got > out_piece || *made + got > new_size) {
            abort();
        }
        memcpy(out + *made, piece, got);
        free(piece);
        *made += got;
        s = moved;
    } while (status == QUINE_MORE);
    stream_fuzz_outcome.status = status;
    stream_fuzz_outcome.used = fed - s.ring_count;
    stream_fuzz_outcome.made = *made;
    stream_fuzz_outcome.crc = quine_crc32(0, out, (uint32_t)*made);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t new_size = take(&data, &size, 2);
    uint32_t old_size = take(&data, &size, 2);
    uint32_t address = take(&data, &size, 4);
    struct quine_old old = {0};
    old.hole = take(&data, &size, 2);
    old.hole_size = take(&data, &size, 1);
    if (old_size > size) {
        old_size = (uint32_t)size;
    }
    uint8_t *image = malloc(old_size + 1);
    uint8_t *out = malloc(2 * (size_t)new_size + 2);
    memcpy(image, data, old_size);
    image = realloc(image, old_size ? old_size : 1);
    old.data = image;
    old.size = old_size;
    size_t made[2];
    int whole = decode(&old, new_size, address, data + old_size, size - old_size, 1 << 16, 1 << 12, out, &made[0]);
    int pieces = decode(&old, new_size, address, data + old_size, size - old_size, 1, 3, out + new_size, &made[1]);
    if (whole != pieces || made[0] != made[1] || memcmp(out, out + new_size, made[0])) {
        abort();
    }
    free(image);
    free(out);
    return 0;
}
