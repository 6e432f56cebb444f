// SPDX-License-Identifier: BSD-3-Clause
//
// Address map: how far places of the old image, and of RAM, have moved. The spans
// of the image stand from 0, those of RAM behind them; in each the most recently
// used stands first.

#include "quine_stream_parts.h"

enum { SPAN_GAP = 1 << 16 };

// Moves a span to the front and returns the front.
static struct quine_stream_span *span_to_front(struct quine_stream_span *spans, struct quine_stream_span *span)
{
    struct quine_stream_span found = *span;
    for (; span > spans; span--) {
        span[0] = span[-1];
    }
    spans[0] = found;
    return spans;
}

// Tells whether a span may grow over addresses lo to hi, which moved as it did: they
// are near, and nothing between is known to have moved otherwise.
static bool may_grow(const struct quine_stream_span *spans, const struct quine_stream_span *end,
    const struct quine_stream_span *span, uint32_t lo, uint32_t hi)
{
    uint32_t from = hi, to = span->lo;
    if (span->hi < lo) {
        from = span->hi;
        to = lo;
    } else if (hi >= span->lo) {
        return true;
    }
    if (to - from > SPAN_GAP) {
        return false;
    }
    for (; spans < end; spans++) {
        if (spans->shift != span->shift && spans->lo < to && spans->hi >= from) {
            return false;
        }
    }
    return true;
}

void quine_stream_map_learn(struct quine_stream *s, uint32_t map, uint32_t lo, uint32_t hi, uint32_t shift)
{
    struct quine_stream_span *spans = &s->spans[map];
    struct quine_stream_span *span = spans;
    uint8_t *count = &s->span_count[map != FLASH];
    const struct quine_stream_span *end = spans + *count;
    while (span < end && !(span->shift == shift && may_grow(spans, end, span, lo, hi))) {
        span++;
    }
    if (span != end) {
        lo = span->lo < lo ? span->lo : lo;
        hi = span->hi > hi ? span->hi : hi;
    } else if (*count < (map == FLASH ? QUINE_STREAM_FLASH_SPANS : QUINE_STREAM_RAM_SPANS)) {
        ++*count;
    } else {
        span--;
    }
    *span_to_front(spans, span) = (struct quine_stream_span){lo, hi, shift};
}

// Finds the shift of an old address, and the second best guess.
uint32_t quine_stream_map_lookup(struct quine_stream *s, uint32_t map, uint32_t at, uint32_t shifts[2])
{
    struct quine_stream_span *spans = &s->spans[map];
    const struct quine_stream_span *end = spans + s->span_count[map != FLASH];
    const struct quine_stream_span *below = 0, *above = 0;
    shifts[0] = shifts[1] = 0;
    for (struct quine_stream_span *span = spans; span < end; span++) {
        if (span->hi < at) {
            if (!below || span->hi > below->hi) {
                below = span;
            }
        } else if (span->lo > at) {
            if (!above || span->lo < above->lo) {
                above = span;
            }
        } else {
            shifts[0] = shifts[1] = span_to_front(spans, span)->shift;
            return SURE_INSIDE;
        }
    }
    if (!below && !above) {
        return SURE_UNKNOWN;
    }
    if (!below || !above) {
        shifts[0] = shifts[1] = (below ? below : above)->shift;
        return SURE_NEAREST;
    }
    uint32_t nearer = above->lo - at < at - below->hi;
    shifts[nearer] = below->shift;
    shifts[1 - nearer] = above->shift;
    return below->shift == above->shift ? SURE_BETWEEN : SURE_NEAREST;
}

// Finds the shift of the span whose new place holds an address or, failing that,
// most closely precedes it.
bool quine_stream_map_origin(const struct quine_stream *s, uint32_t at, uint32_t *shift)
{
    uint32_t nearest = UINT32_MAX;
    const struct quine_stream_span *end = s->spans + s->span_count[0];
    const struct quine_stream_span *found = 0;
    for (const struct quine_stream_span *span = s->spans; span < end; span++) {
        if (span->lo + span->shift > at) {
            continue;
        }
        uint32_t last = span->hi + span->shift;
        uint32_t distance = last < at ? at - last : 0;
        if (distance < nearest) {
            nearest = distance;
            found = span;
        }
    }
    if (!found) {
        return false;
    }
    *shift = found->shift;
    return true;
}
