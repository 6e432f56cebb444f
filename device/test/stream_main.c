// SPDX-License-Identifier: BSD-3-Clause
//
// Runs the stream decoder on files, for comparison with the Go decoder:
//
//     stream OLD NEW_SIZE ADDRESS SEED < stream > new
//
// SEED 0 feeds and polls in large pieces, 1 byte by byte, any other in random
// pieces; except for 0, the context moves between calls. The last line of stderr
// holds the status and how many bytes of the stream were used.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quine_stream.h"

static uint32_t seed;

static size_t piece(size_t left)
{
    if (seed == 0 || left < 2) {
        return left;
    }
    if (seed == 1) {
        return 1;
    }
    seed = seed * 1664525u + 1013904223u;
    size_t n = 1 + (seed >> 20) % ((seed >> 8) % 8 ? 17 : 600);
    return n < left ? n : left;
}

static uint8_t *read_all(FILE *f, size_t *size)
{
    uint8_t *data = 0;
    size_t room = 0;
    *size = 0;
    do {
        if (*size == room) {
            room = room ? 2 * room : 1 << 16;
            data = realloc(data, room);
            if (!data) {
                exit(2);
            }
        }
        *size += fread(data + *size, 1, room - *size, f);
    } while (!feof(f) && !ferror(f));
    // A block of exactly the right size, so that sanitizers see every overrun.
    uint8_t *exact = malloc(*size ? *size : 1);
    if (!exact) {
        exit(2);
    }
    memcpy(exact, data, *size);
    free(data);
    return exact;
}

static struct quine_stream contexts[2];

// Copies the context elsewhere and spoils the place where it was.
static struct quine_stream *move(struct quine_stream *s)
{
    if (seed == 0) {
        return s;
    }
    struct quine_stream *copy = &contexts[s == &contexts[0]];
    memcpy(copy, s, sizeof *copy);
    memset(s, 0xA5, sizeof *s);
    return copy;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        return 2;
    }
    FILE *f = fopen(argv[1], "rb");
    if (!f) {
        return 2;
    }
    struct quine_old old = {0};
    size_t old_size, size;
    uint8_t *data = read_all(f, &old_size);
    fclose(f);
    uint8_t *in = read_all(stdin, &size);
    old.data = data;
    old.size = (uint32_t)old_size;
    seed = (uint32_t)strtoul(argv[4], 0, 0);

    struct quine_stream *s = &contexts[0];
    uint8_t *out = malloc(1 << 16);
    if (!out) {
        return 2;
    }
    quine_stream_init(s, old.size, (uint32_t)strtoul(argv[2], 0, 0), (uint32_t)strtoul(argv[3], 0, 0));
    size_t fed = 0;
    int status;
    do {
        size_t used = 0, made = 0;
        if (fed < size) {
            quine_stream_feed(s, in + fed, piece(size - fed), &used);
            fed += used;
        } else {
            quine_stream_end(s);
        }
        s = move(s);
        status = quine_stream_poll(s, &old, out, piece(1 << 16), &made);
        s = move(s);
        fwrite(out, 1, made, stdout);
    } while (status == QUINE_MORE);
    fprintf(stderr, "%d %zu\n", status, fed - s->ring_count);
    free(out);
    free(in);
    free(data);
    return 0;
}
