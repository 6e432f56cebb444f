// SPDX-License-Identifier: BSD-3-Clause
//
// Values of copied units that were not predicted.

#include "quine_stream_parts.h"
#include "quine_stream_tables.h"

static uint32_t changed_byte(struct quine_stream *s, uint32_t tree, uint32_t context)
{
    return quine_stream_mixed_byte(s, tree, quine_stream_changed_table[tree], context);
}

static uint32_t changed_step(struct quine_stream *s, uint32_t byte)
{
    return (byte + changed_byte(s, TREE_STEP, byte)) & 0xFF;
}

static uint32_t changed_bytes(struct quine_stream *s, uint32_t h)
{
    uint32_t low = h & 0xFF;
    uint32_t context = CTX_SAME_BYTE + (h >> 11);
    if (!quine_stream_cell_bit(s, context)) {
        return (h & 0xFF00) | changed_step(s, low);
    }
    uint32_t high = changed_byte(s, TREE_HIGH, h >> 11);
    if (quine_stream_cell_bit(s, context + 32)) {
        low = changed_byte(s, TREE_LOW, low);
    }
    return high << 8 | low;
}

// Decodes a halfword that was expected to be h and is not.
static uint32_t changed_half(struct quine_stream *s, uint32_t h)
{
    uint16_t *r = s->replacements[(h * 0x9E3B >> 7 & 0xFFFF) * QUINE_STREAM_REPLACEMENTS >> 16];
    if (r[0] == h && r[1] != h && !quine_stream_cell_bit(s, CTX_REPLACEMENT)) {
        return r[1];
    }
    uint16_t *step = &s->steps[h >> 12];
    uint32_t v = (h + *step) & 0xFFFF;
    if (*step == 0 || quine_stream_cell_bit(s, CTX_STEP + (h >> 12))) {
        v = changed_bytes(s, h);
        *step = (uint16_t)(v - h);
    }
    r[0] = (uint16_t)h;
    r[1] = (uint16_t)v;
    return v;
}

uint32_t quine_stream_miss(struct quine_stream *s, struct unit *u)
{
    uint32_t context = CTX_ALTERNATIVE + (u->kind - UNIT_SHORT) * 4u + u->sure;
    for (uint32_t i = 1; i < u->count; i++, context += 5 * 4) {
        if (!quine_stream_cell_bit(s, context)) {
            return u->candidates[i];
        }
    }
    uint32_t first = u->candidates[0];
    if (u->kind == UNIT_BYTE) {
        return changed_step(s, first);
    }
    if (u->kind == UNIT_BRANCH) {
        if (!quine_stream_cell_bit(s, CTX_ESCAPE)) {
            return quine_stream_with_offset(first, quine_stream_branch_offset(first) + (quine_stream_signed_number(s, NUM_BRANCH) << 1));
        }
        u->size = 2;
        u->kind = UNIT_HALF;
        return changed_half(s, u->candidates[u->count - 1] & 0xFFFF);
    }
    if (u->kind < UNIT_BRANCH) {
        return changed_half(s, first);
    }
    return first + quine_stream_signed_number(s, NUM_FLASH + u->kind - UNIT_FLASH);
}

uint32_t quine_stream_misses(struct quine_stream *s, const struct unit *u)
{
    uint32_t near = s->block > 0 ? 7 + quine_stream_magnitude(s->block >> 2, 7) : quine_stream_magnitude(s->run >> 1, 6);
    uint8_t *outcomes = &s->outcomes[u->kind];
    uint32_t kind = u->kind;
    uint16_t *cells[3];
    cells[1] = &s->cells[CTX_OUTCOMES + kind * 8 + (*outcomes & 7)];
    if (kind == UNIT_BYTE) {
        cells[0] = &s->cells[CTX_BYTE_RUN + near];
        cells[2] = &s->cells[CTX_CLASS + 64];
    } else if (kind == UNIT_HALF) {
        cells[0] = &s->cells[CTX_HALF_RUN + (u->class >> 3) * 16u + near];
        cells[2] = &s->cells[CTX_CLASS + u->class];
    } else {
        cells[0] = &s->cells[CTX_REFERENCE + ((kind - UNIT_SHORT) * 4 + u->sure) * 8 + (u->count == 1) * 4u
            + (near > 6) * 2u + ((near & 7) > 3)];
        cells[2] = &s->cells[CTX_CLASS + 64 + (kind - UNIT_HALF) * 4 + u->class];
    }
    uint32_t bit = quine_stream_mixed_bit(s, s->weights[kind], cells, 3, 0);
    *outcomes = (uint8_t)((uint32_t)*outcomes << 1 | bit);
    return bit;
}
