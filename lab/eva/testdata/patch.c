// SPDX-License-Identifier: BSD-3-Clause
// The patch's header from its first byte to the decision, and the image that is made behind it. What feed, end and poll
// pass on to the stream, stream.c looks into.
#include "any.h"

#include "quine_patch.h"

#include <string.h>

// Reads a varint of 1 to 5 bytes: word.c shows that of difference, wherever word_byte has seen a word.
/*@ assigns *at \from *at;
    assigns \result \from **at;
    ensures *at == \old(*at) + 1 || *at == \old(*at) + 2 || *at == \old(*at) + 3 || *at == \old(*at) + 4 ||
            *at == \old(*at) + 5; */
static uint32_t difference(const uint8_t **at);

static void copy(uint8_t *to, const uint8_t *from, uint32_t n);
#define memcpy copy
#include "quine_patch.c"
#undef memcpy

#include "quine_image.c"

enum { WORDS_MAX = 14, CAP = 64 };

static struct quine_patch p;
static struct quine_boot_info device;
static uint8_t base[QUINE_MANIFEST_SIZE];
static uint8_t out[CAP];

// What is copied of the header lies in it.
static void copy(uint8_t *to, const uint8_t *from, uint32_t n)
{
    //@ assert (const uint8_t *)p.u.header <= from <= (const uint8_t *)p.u.header + (QUINE_PATCH_HEADER_MAX - n);
    memcpy(to, from, n);
}

static uint32_t crc32(uint32_t crc, const void *data, uint32_t n)
{
    //@ assert \valid_read((const char *)data + (0 .. n - 1));
    return WORD;
}

void quine_stream_init(struct quine_stream *s, uint32_t old_size, uint32_t new_size, uint32_t address)
{
    //@ assert s == &p.u.stream;
    ANY(*s);
}

int quine_stream_feed(struct quine_stream *s, const uint8_t *in, size_t n, size_t *used)
{
    //@ assert s == &p.u.stream;
    ANY(*s);
    *used = BETWEEN(0, n);
    return Frama_C_interval(-128, 0);
}

void quine_stream_end(struct quine_stream *s)
{
    //@ assert s == &p.u.stream;
    s->ended = 1;
}

int quine_stream_poll(struct quine_stream *s, const struct quine_old *old, uint8_t *to, size_t cap, size_t *made)
{
    //@ assert s == &p.u.stream && (\valid(to + (0 .. cap - 1)) || cap == 0);
    //@ assert old == \null || \valid_read(old);
    ANY(*s);
    *made = BETWEEN(0, cap);
    return Frama_C_interval(-128, QUINE_MORE);
}

static void any_patch(uint32_t phase)
{
    ANY(p);
    ANY(base);
    ANY(device);
    device.crc32 = crc32;
    p.phase = (uint8_t)phase;
    p.status = QUINE_OK;
}

// Feeds a byte to a header of which size bytes are there. What is to come of it always fits: words bytes of changed
// ones, five for each but those of the current word, and the tail.
static void feed(uint32_t least, uint32_t most, uint32_t words, uint32_t varint, uint32_t tail)
{
    uint8_t in = (uint8_t)WORD;
    size_t used;

    any_patch(GATHER);
    p.header_size = (uint8_t)BETWEEN(least, most);
    p.words = (uint8_t)words;
    p.varint = (uint8_t)varint;
    p.tail = (uint8_t)tail;
    (void)quine_patch_feed(&p, &in, BETWEEN(0, 1), &used);
    if (p.phase == GATHER && p.status == QUINE_OK) {
        //@ assert p.tail > 0 && p.words <= WORDS_MAX && (p.words > 0 ? p.varint <= 4 : p.varint == 0);
        //@ assert p.header_size + 5 * p.words - p.varint + p.tail <= QUINE_PATCH_HEADER_MAX;
    } else if (p.status == QUINE_OK) {
        //@ assert p.phase == COMPLETE && 4 < p.header_size <= QUINE_PATCH_HEADER_MAX;
    }
}

// What any four bytes begin. Eva counts the changed words well enough for one low half of them at a time.
static void first_bytes(uint32_t low)
{
    uint8_t in[4] = {(uint8_t)WORD, (uint8_t)WORD, (uint8_t)low, (uint8_t)WORD};
    size_t used;

    quine_patch_init(&p);
    if (quine_patch_feed(&p, in, 4, &used) == QUINE_OK) {
        //@ assert p.header_size == 4 && p.words <= WORDS_MAX && p.varint == 0 && p.flags < 2 * QUINE_PATCH_FULL;
        //@ assert p.tail == 10 || p.tail == 22 || p.tail == 98 || p.tail == 110;
    }
}

static void header(void)
{
    static const uint32_t tails[] = {10, 22, 98, 110}; // id or digest and signature, nonce, check

    for (uint32_t low = 0; low < 256; low++)
        first_bytes(low);
    for (uint32_t words = 0; words <= WORDS_MAX; words++)
        for (uint32_t i = 0; i < 4; i++) {
            for (uint32_t size = 4; size < 8; size++)
                feed(size, size, words, 0, tails[i]);
            for (uint32_t varint = 0; words > 0 && varint <= 4; varint++)
                feed(4, QUINE_PATCH_HEADER_MAX - 5 * words + varint - tails[i], words, varint, tails[i]);
        }
    for (uint32_t left = 1; left <= 110; left++)
        feed(4, QUINE_PATCH_HEADER_MAX - left, 0, 0, left);
}

// What is decided by a whole header, of a full patch or one for the image that runs, if any.
static void decision(uint32_t low, uint32_t full, const uint8_t *running)
{
    any_patch(COMPLETE);
    p.flags = (uint8_t)BETWEEN(full, full + (QUINE_PATCH_FULL - 1u));
    p.header_size = (uint8_t)BETWEEN(5, QUINE_PATCH_HEADER_MAX);
    p.u.header[2] = (uint8_t)low;
    (void)quine_patch_header(&p, &device, running, WORD);
}

static void body(uint32_t cap)
{
    struct quine_old old;
    size_t n;

    ANY(old);
    any_patch(Frama_C_nondet(COMPLETE, BODY));
    (void)quine_patch_poll(&p, &device, Frama_C_nondet(0, 1) ? &old : NULL, out + (CAP - cap), cap, &n);
    //@ assert n <= cap;
    any_patch(BODY);
    (void)quine_patch_feed(&p, out, CAP, &n);
    any_patch(Frama_C_nondet(GATHER, BODY));
    (void)quine_patch_header(&p, &device, NULL, WORD);
    any_patch(Frama_C_interval(GATHER, BODY));
    quine_patch_end(&p);
}

void main(void)
{
    header();
    for (uint32_t low = 0; low < 256; low++)
        if ((low & WORDS_ID) == 0) {
            decision(low, 0, NULL);
            decision(low, 0, base);
            decision(low, QUINE_PATCH_FULL, Frama_C_nondet(0, 1) ? base : NULL);
        }
    for (uint32_t cap = 0; cap <= CAP; cap += CAP / 4)
        body(cap);
}
