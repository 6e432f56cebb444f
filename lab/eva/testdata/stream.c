// SPDX-License-Identifier: BSD-3-Clause
// The decoder's entry points, and the steps between them, in any state. Copies and operations, which copy.c and
// operations.c look into, leave any state.
#include "quine_stream.c"

#include "decoder.h"

#include "bits_any.h"

#define OUT 4u // more than a step leaves, so that each way out of the loop is taken

static uint8_t out[OUT];

uint32_t quine_stream_old_byte(const struct quine_old *o, uint32_t at)
{
    //@ assert at < OLD_SIZE;
    return BETWEEN(0, 255);
}

void quine_stream_emit(struct quine_stream *t, uint32_t v, uint32_t size)
{
    //@ assert 1 <= size <= 4;
    t->position = WORD;
    t->pending = v;
    t->pending_count = (uint8_t)size;
}

void quine_stream_copy_unit(struct quine_stream *t, const struct quine_old *o)
{
    any_state();
}

void quine_stream_queue_operation(struct quine_stream *t)
{
    //@ assert t->queue_count < QUINE_STREAM_QUEUE;
    any_state();
}

size_t quine_stream_copy_plain(struct quine_stream *t, const struct quine_old *o, uint8_t *to, size_t room)
{
    size_t n = (size_t)Frama_C_interval_split(0, OUT);

    //@ assert \valid(to + (0 .. room - 1)) || room == 0;
    any_state();
    return n < room ? n : room;
}

void main(void)
{
    uint8_t in[OUT];
    size_t n = 0;

    any_state();
    switch (Frama_C_interval(0, 3)) {
    case 0:
        ANY(in);
        (void)quine_stream_feed(&s, in, BETWEEN(0, OUT), &n);
        break;
    case 1:
        quine_stream_end(&s);
        break;
    case 2:
        (void)quine_stream_poll(&s, &old, out, OUT, &n);
        //@ assert n <= OUT;
        break;
    default:
        quine_stream_init(&s, OLD_SIZE, WORD, WORD);
    }
    check_state();
}
