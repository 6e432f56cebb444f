// SPDX-License-Identifier: BSD-3-Clause
//
// Decoder of the delta stream: spec/stream.md, from which the names are taken.
//
// A step decodes what cannot be interrupted: one operation, or one unit of a copy
// or literal. It starts only when all the input that it may need is there, so the
// code inside a step reads bits without looking out for the end of the input.

#include "quine_stream_parts.h"
#include "quine_stream_tables.h"

// A step reads at most 44 bytes: 20 modelled bits of at most 13.01 bits each and
// 70 plain ones for an operation, and less for anything else.
enum { STEP_INPUT = 44 };
_Static_assert((int)STEP_INPUT <= (int)QUINE_STREAM_RING, "the ring holds the input of a step");

// Tests, which are built with a sanitizer or a fuzzer, hold each step to that.
#if defined(__SANITIZE_ADDRESS__) || defined(FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
enum { WATCH_STEPS = 1 };
#else
enum { WATCH_STEPS = 0 };
#endif

// ---- literals

static void literal_unit(struct quine_stream *s)
{
    uint32_t last = s->tail >> 24;
    uint32_t v, size = 1;
    if ((s->position & 1) == 0 && s->left >= 2) {
        uint32_t high = quine_stream_mixed_byte(s, TREE_LITERAL_HIGH, quine_stream_literal_table[0], last);
        uint32_t prior = high < 0x40 ? 1 : high >= 0x50 && high < 0xA0 ? 2 : 3;
        v = high << 8 | quine_stream_mixed_byte(s, TREE_LITERAL_LOW, quine_stream_literal_table[prior], high);
        size = 2;
    } else {
        v = quine_stream_mixed_byte(s, TREE_LITERAL_BYTE, 0, last);
    }
    quine_stream_emit(s, v, size);
    s->left -= size;
}

// ---- steps

enum { PROLOGUE_USUAL = 61440, PAGE_BITS = 12, VECTOR_BITS = 8, ADDRESS_UNITS = 8 };

static void prologue(struct quine_stream *s, const struct quine_old *old)
{
    s->started = 1;
    for (uint32_t i = 0; i < 4; i++) {
        quine_stream_next_byte(s);
    }
    if (!quine_stream_plain_bit(s, PROLOGUE_USUAL)) {
        return;
    }
    if (quine_stream_raw_bits(s, 1)) {
        s->units = 0;
    } else if (quine_stream_raw_bits(s, 1)) {
        uint32_t reset = 0;
        for (uint32_t i = 0; i < 4; i++) {
            reset = reset >> 8 | (4 + i < s->old_size ? quine_stream_old_byte(old, 4 + i) << 24 : 0);
        }
        s->address = ((reset >> PAGE_BITS) - quine_stream_raw_bits(s, VECTOR_BITS)) << PAGE_BITS;
    } else {
        s->address = quine_stream_raw_bits(s, 32 - ADDRESS_UNITS) << ADDRESS_UNITS;
    }
}

static void start_operation(struct quine_stream *s)
{
    struct quine_stream_operation o = s->queue[0];
    s->queue_count--;
    // All of them, whatever the count: so a place in the queue is never beyond its end.
    for (uint32_t i = 0; i < QUINE_STREAM_QUEUE - 1; i++) {
        s->queue[i] = s->queue[i + 1];
    }
    s->from = o.from;
    s->left = o.size;
    s->literal = o.from == LITERAL_SOURCE;
    s->block_started = 0;
    s->block = 0;
    s->clean = 0;
}

static void step(struct quine_stream *s, const struct quine_old *old)
{
    if (!s->started) {
        prologue(s, old);
        return;
    }
    if (s->left == 0) {
        if (s->queue_count < QUINE_STREAM_QUEUE && s->covered < s->new_size) {
            quine_stream_queue_operation(s);
            return;
        }
        start_operation(s);
    }
    if (s->literal) {
        literal_unit(s);
    } else {
        quine_stream_copy_unit(s, old);
    }
}

void quine_stream_init(struct quine_stream *s, uint32_t old_size, uint32_t new_size, uint32_t address)
{
    uint8_t *bytes = (uint8_t *)s;
    for (size_t i = 0; i < sizeof *s; i++) {
        bytes[i] = 0;
    }
    s->old_size = old_size;
    s->new_size = new_size;
    s->address = address;
    s->range = UINT32_MAX;
    s->units = 1;
    for (uint32_t i = 0; i < QUINE_STREAM_CELLS; i++) {
        uint32_t level = i < CTX_HASHED ? level_at(quine_stream_start_table, i) : 0;
        s->cells[i] = 1u << 15;
        if (level > 0) {
            s->cells[i] = (uint16_t)((quine_stream_squash(quine_stream_level_table[level]) & 0xFFF0) | 4);
        }
    }
    for (uint32_t i = 0; i < QUINE_STREAM_TREES; i++) {
        bool unit = i < QUINE_STREAM_UNIT_KINDS;
        s->weights[i][0] = unit ? 3500 : 3000;
        s->weights[i][1] = unit ? 2500 : 4000;
        s->weights[i][2] = unit ? 2500 : 7000;
    }
}

int quine_stream_feed(struct quine_stream *s, const uint8_t *in, size_t n, size_t *used)
{
    size_t i = 0;
    *used = 0;
    if (s->ended) {
        return s->error != 0 ? s->error : QUINE_ERR_STATE;
    }
    while (i < n && s->ring_count < QUINE_STREAM_RING) {
        s->ring[(s->ring_at + s->ring_count++) % QUINE_STREAM_RING] = in[i++];
    }
    *used = i;
    return s->error;
}

void quine_stream_end(struct quine_stream *s)
{
    s->ended = 1;
}

// Tells whether the stream ends otherwise than the encoder would have ended it: in the shortest way, with
// the least last byte. So a bit of it that changes is noticed.
static bool spare(const struct quine_stream *s)
{
    uint32_t last = s->ring[(s->ring_at + QUINE_STREAM_RING - 1u) % QUINE_STREAM_RING];
    return s->zeros < ZEROS_MAX && (last == 0 || s->value >> (8u * s->zeros) != 0);
}

// Puts out what there is room for of the last unit and returns how many bytes.
static size_t drain(struct quine_stream *s, uint8_t *out, size_t room)
{
    uint32_t n = s->pending_count < room ? s->pending_count : (uint32_t)room;
    uint32_t v = s->pending;
    for (uint32_t i = 0; i < n; i++) {
        out[i] = (uint8_t)v;
        v >>= 8;
    }
    s->pending = v;
    s->pending_count = (uint8_t)(s->pending_count - n);
    return n;
}

int quine_stream_poll(struct quine_stream *s, const struct quine_old *old, uint8_t *out, size_t cap, size_t *made)
{
    size_t n = 0;
    int status = QUINE_MORE;
    if (s->old_size > 0 && (old == NULL || old->size != s->old_size)) {
        s->error = QUINE_ERR_STATE;
    }
    for (;;) {
        // Nothing is put out of a step that fails.
        if (s->error != 0) {
            status = s->error;
            break;
        }
        n += drain(s, out + n, cap - n);
        if (s->pending_count > 0) {
            break;
        }
        if (s->clean) {
            n += quine_stream_copy_plain(s, old, out + n, cap - n);
        }
        if (s->started && s->position == s->new_size) {
            if (s->ring_count > 0 || (s->ended && spare(s))) {
                s->error = QUINE_ERR_TRAILING;
                continue;
            }
            if (s->ended) {
                status = QUINE_OK;
            }
            break;
        }
        if (s->ring_count < STEP_INPUT && !s->ended) {
            break;
        }
        uint32_t before = s->ring_count;
        step(s, old);
        if (WATCH_STEPS && before - s->ring_count > STEP_INPUT) {
            __builtin_trap();
        }
    }
    *made = n;
    return status;
}
