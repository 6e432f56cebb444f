// SPDX-License-Identifier: BSD-3-Clause
// What the runs of the decoder share: any state that a context can be in between two steps.
#include "any.h"
#include "quine_stream_parts.h"

#ifndef OLD_SIZE
#define OLD_SIZE 0x100000u
#endif

static struct quine_stream s;
static uint8_t image[OLD_SIZE];
static struct quine_old old = {.data = image, .size = OLD_SIZE};

// What the range decoder changes.
static void any_bits(struct quine_stream *t)
{
    ANY(t->cells);
    ANY(t->weights);
    t->value = WORD;
    t->range = WORD;
    t->ring_at = BETWEEN(0, QUINE_STREAM_RING - 1);
    t->ring_count = BETWEEN(0, QUINE_STREAM_RING);
    t->zeros = BETWEEN(0, ZEROS_MAX);
    t->error = Frama_C_interval(-128, 0);
}

static void any_state(void)
{
    ANY(image);
    old.hole = WORD;
    old.hole_size = WORD;
    ANY(s);
    any_bits(&s);
    s.started = BETWEEN(0, 1);
    s.ended = BETWEEN(0, 1);
    s.pending_count = (uint8_t)Frama_C_interval_split(0, 4);
    s.recent_count = BETWEEN(0, QUINE_STREAM_RECENT);
    s.span_count[0] = BETWEEN(0, QUINE_STREAM_FLASH_SPANS);
    s.span_count[1] = BETWEEN(0, QUINE_STREAM_RAM_SPANS);
    s.old_size = OLD_SIZE;
    s.new_size = WORD;
}

// Each step leaves such a state.
static void check_state(void)
{
    //@ assert s.ring_at < QUINE_STREAM_RING && s.ring_count <= QUINE_STREAM_RING && s.zeros <= ZEROS_MAX;
    //@ assert s.pending_count <= 4 && s.recent_count <= QUINE_STREAM_RECENT;
    //@ assert s.span_count[0] <= QUINE_STREAM_FLASH_SPANS && s.span_count[1] <= QUINE_STREAM_RAM_SPANS;
    //@ assert s.old_size == OLD_SIZE;
}
