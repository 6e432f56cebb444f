// SPDX-License-Identifier: BSD-3-Clause
//
// Operations, which are sent ahead of the bytes that they make.

#include "quine_stream_parts.h"

// What stands in the history of sources for one that was none of the candidates.
enum { FAR = 5 };

static uint32_t operation_size(struct quine_stream *s, uint32_t literal)
{
    uint32_t odd = quine_stream_cell_bit(s, CTX_PARITY + 1 - literal);
    uint32_t half = quine_stream_number(s, literal ? NUM_LITERAL : NUM_COPY) + 1; // rounded up
    if (half > INT32_MAX) {
        quine_stream_fail(s);
        half = 1;
    }
    return (half << 1) - odd;
}

static uint32_t add_source(uint32_t *list, uint32_t count, uint32_t diagonal)
{
    for (uint32_t i = 0; i < count; i++) {
        if (list[i] == diagonal) {
            return count;
        }
    }
    list[count] = diagonal;
    return count + 1;
}

// Decodes the diagonal of a copy: its place in the old image less that in the new.
static uint32_t source(struct quine_stream *s)
{
    uint32_t after = s->literal_size > 0;
    uint32_t straight = s->copy_end + s->literal_size - s->covered;
    uint32_t list[QUINE_STREAM_RECENT + 3];
    uint32_t shift;
    uint32_t count = add_source(list, 0, straight);
    if (after) {
        count = add_source(list, count, s->copy_end - s->covered);
    }
    if (quine_stream_map_origin(s, s->covered + s->address, &shift)) {
        count = add_source(list, count, 0u - shift);
    }
    for (uint32_t i = 0; i < s->recent_count; i++) {
        count = add_source(list, count, s->recent[i]);
    }
    // A copy that follows a copy is never on the same diagonal.
    uint32_t first = 1 - after;
    uint32_t context = CTX_SOURCE + after * 2 + ((s->sources & 7) == FAR);
    s->sources = (uint8_t)(s->sources << 3);
    for (uint32_t i = 0; i < FAR && first + i < count; i++, context += 4) {
        if (!quine_stream_cell_bit(s, context)) {
            s->sources = (uint8_t)(s->sources | i);
            return list[first + i];
        }
    }
    s->sources = (uint8_t)(s->sources | FAR);
    uint32_t flip = 0u - quine_stream_cell_bit(s, CTX_DISTANCE + after);
    context = CTX_DISTANCE + 2 + after * 3;
    uint32_t low = quine_stream_cell_bit(s, context);
    low |= quine_stream_cell_bit(s, context + 1 + low) << 1;
    return straight + ((quine_stream_number(s, NUM_DISTANCE) ^ flip) << 2 | low);
}

static void remember_source(struct quine_stream *s, uint32_t diagonal)
{
    uint32_t i = 0;
    while (i < s->recent_count && s->recent[i] != diagonal) {
        i++;
    }
    if (i == QUINE_STREAM_RECENT) {
        i--;
    } else if (i == s->recent_count) {
        s->recent_count++;
    }
    for (; i > 0; i--) {
        s->recent[i] = s->recent[i - 1];
    }
    s->recent[0] = diagonal;
}

void quine_stream_queue_operation(struct quine_stream *s)
{
    struct quine_stream_operation o;
    uint32_t literal = s->literal_size == 0 && quine_stream_cell_bit(s, CTX_OPERATION + (s->sources & 1));
    if (literal) {
        o.from = LITERAL_SOURCE;
        o.size = operation_size(s, 1);
        s->literal_size = o.size;
    } else {
        uint32_t diagonal = source(s);
        o.from = s->covered + diagonal;
        o.size = operation_size(s, 0);
        s->copy_end = o.from + o.size;
        s->literal_size = 0;
        remember_source(s, diagonal);
        if (o.from > s->old_size || o.size > s->old_size - o.from) {
            quine_stream_fail(s);
            return;
        }
    }
    if (o.size > s->new_size - s->covered) {
        quine_stream_fail(s);
        return;
    }
    if (!literal) {
        uint32_t at = o.from + s->address;
        quine_stream_map_learn(s, FLASH, at, at + o.size - 1, s->covered - o.from);
    }
    s->covered += o.size;
    s->queue[s->queue_count++] = o;
}
