// SPDX-License-Identifier: BSD-3-Clause
//
// Range decoder, adaptive probabilities and numbers.

#include "quine_stream_parts.h"
#include "quine_stream_tables.h"

void quine_stream_next_byte(struct quine_stream *s)
{
    uint32_t byte = 0;
    if (s->ring_count > 0) {
        byte = s->ring[s->ring_at];
        s->ring_at = (uint8_t)((s->ring_at + 1u) % QUINE_STREAM_RING);
        s->ring_count--;
    } else if (s->zeros == ZEROS_MAX) {
        s->error = QUINE_ERR_TRUNCATED;
    } else {
        s->zeros++;
    }
    s->value = s->value << 8 | byte;
}

// Decodes a bit that is zero with probability p of 65536. It stands within mixed_bit
// as well, where most of the time goes.
static inline __attribute__((always_inline)) uint32_t range_bit(struct quine_stream *s, uint32_t p)
{
    uint32_t bound = (s->range >> 16) * p;
    uint32_t bit = s->value >= bound;
    if (bit) {
        s->value -= bound;
        bound = s->range - bound;
    }
    while (bound >> 24 == 0) {
        bound <<= 8;
        quine_stream_next_byte(s);
    }
    s->range = bound;
    return bit;
}

uint32_t quine_stream_plain_bit(struct quine_stream *s, uint32_t p)
{
    return range_bit(s, p);
}

uint32_t quine_stream_raw_bits(struct quine_stream *s, uint32_t n)
{
    uint32_t r = 0;
    while (n-- > 0) {
        r = r << 1 | quine_stream_plain_bit(s, 1u << 15);
    }
    return r;
}

// Adapts cells to a bit. A cell holds the probability of a zero in its high 12 bits
// and below how often it has adapted. What falls is the probability of the other
// bit, which after a zero is the complement: flip is FFFFh then and 0 after a one.
static void adapt(uint16_t *const *cells, uint32_t count, uint32_t flip)
{
    do {
        uint16_t *cell = *cells++;
        uint32_t n = *cell & 15u;
        uint32_t p = (uint32_t)(*cell - n) ^ flip;
        p -= p * quine_stream_rate_table[n] >> 16;
        if (n < 11) {
            n++;
        }
        *cell = (uint16_t)(((p ^ flip) >> 4 << 4) + n);
    } while (--count > 0);
}

uint32_t quine_stream_cell_bit(struct quine_stream *s, uint32_t context)
{
    uint16_t *cell = &s->cells[context];
    uint32_t bit = quine_stream_plain_bit(s, (*cell & 0xFFF0u) | 8);
    adapt(&cell, 1, (bit - 1) & 0xFFFF);
    return bit;
}

// The logarithmic odds, times 256, of a cell's probability. The table has those of
// the upper half; the lower one mirrors it.
static inline __attribute__((always_inline)) int32_t stretch(uint32_t cell)
{
    int32_t i = (int32_t)(cell >> 8) - 128;
    int32_t sign = i >> 31;
    return (quine_stream_stretch_table[i < 0 ? ~i : i] ^ sign) - sign;
}

static inline __attribute__((always_inline)) uint32_t squash(int32_t x)
{
    uint32_t sign = (uint32_t)(x >> 31);
    uint32_t m = (((uint32_t)x ^ sign) - sign) >> 4;
    uint32_t p = quine_stream_squash_table[m < 128 ? m : 127];
    return ((p ^ sign) - sign) & 0xFFFF;
}

uint32_t quine_stream_squash(int32_t x)
{
    return squash(x);
}

uint32_t quine_stream_mixed_bit(struct quine_stream *s, int16_t *weights, uint16_t *const *cells, uint32_t count, int32_t prior)
{
    int32_t inputs[3];
    inputs[0] = stretch(*cells[0]);
    inputs[1] = stretch(*cells[1]);
    inputs[2] = count == 3 ? stretch(*cells[2]) : prior;
    uint32_t p = squash((inputs[0] * weights[0] + inputs[1] * weights[1] + inputs[2] * weights[2]) >> 13);
    uint32_t bit = range_bit(s, p);
    int32_t slope = ((int32_t)((1 - bit) << 16) - (int32_t)p) >> 2;
    weights[0] = (int16_t)(weights[0] + (inputs[0] * slope >> 14));
    weights[1] = (int16_t)(weights[1] + (inputs[1] * slope >> 14));
    weights[2] = (int16_t)(weights[2] + (inputs[2] * slope >> 14));
    adapt(cells, count, (bit - 1) & 0xFFFF);
    return bit;
}

static uint32_t hash(uint32_t id, uint32_t value)
{
    uint32_t h = (value << 5 | id) * 0x9E3779B1u;
    return h >> 16 ^ (h & 0xFFFF);
}

// The cell of a node of a byte tree.
static uint16_t *hashed_cell(uint16_t *hashed, uint32_t seed, uint32_t node)
{
    return &hashed[((seed + node * 0x9E35) & 0xFFFF) * HASHED_CELLS >> 16];
}

// Decodes a byte by bit tree.
uint32_t quine_stream_mixed_byte(struct quine_stream *s, uint32_t tree, const uint8_t *prior, uint32_t context)
{
    uint16_t *hashed = &s->cells[CTX_HASHED];
    uint32_t seed = hash(2 * tree, 0);
    uint32_t seed_in_context = hash(2 * tree + 1, context);
    int16_t *weights = s->weights[QUINE_STREAM_UNIT_KINDS + tree];
    uint32_t x = 1;
    while (x < 256) {
        uint16_t *cells[2] = {hashed_cell(hashed, seed, x), hashed_cell(hashed, seed_in_context, x)};
        int32_t level = prior ? quine_stream_level_table[level_at(prior, x)] : 0;
        x = 2 * x + quine_stream_mixed_bit(s, weights, cells, 2, level);
    }
    return x & 0xFF;
}

uint32_t quine_stream_number(struct quine_stream *s, uint32_t tree)
{
    uint32_t base = CTX_NUMBER + tree * 31;
    uint32_t x = 1;
    while (x < 16) {
        x = x << 1 | quine_stream_cell_bit(s, base + x);
    }
    uint32_t length = x & 15;
    uint32_t mantissa = base + 15 + length;
    if (length == 15) {
        length += quine_stream_raw_bits(s, 5);
        if (length > 31) {
            quine_stream_fail(s);
            length = 31;
        }
    }
    uint32_t v = 1;
    if (length > 0) {
        v = v << 1 | quine_stream_cell_bit(s, mantissa);
        length--;
        v = v << length | quine_stream_raw_bits(s, length);
    }
    return v - 1;
}

// Decodes a number that may be negative.
uint32_t quine_stream_signed_number(struct quine_stream *s, uint32_t tree)
{
    uint32_t flip = 0u - quine_stream_cell_bit(s, CTX_NUMBER + tree * 31);
    return quine_stream_number(s, tree) ^ flip;
}

// The bit length of x, at most top.
uint32_t quine_stream_magnitude(uint32_t x, uint32_t top)
{
    uint32_t n = 0;
    for (; x > 0 && n < top; x >>= 1) {
        n++;
    }
    return n;
}
