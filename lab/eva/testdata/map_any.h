// SPDX-License-Identifier: BSD-3-Clause
// The address maps as the others see them: any spans, any answer.
static void any_spans(struct quine_stream *t)
{
    ANY(t->spans);
    t->span_count[0] = BETWEEN(0, QUINE_STREAM_FLASH_SPANS);
    t->span_count[1] = BETWEEN(0, QUINE_STREAM_RAM_SPANS);
}

void quine_stream_map_learn(struct quine_stream *t, uint32_t map, uint32_t lo, uint32_t hi, uint32_t shift)
{
    //@ assert map == FLASH || map == RAM;
    any_spans(t);
}

uint32_t quine_stream_map_lookup(struct quine_stream *t, uint32_t map, uint32_t at, uint32_t shifts[2])
{
    //@ assert map == FLASH || map == RAM;
    any_spans(t);
    shifts[0] = WORD;
    shifts[1] = WORD;
    return BETWEEN(SURE_INSIDE, SURE_UNKNOWN);
}

bool quine_stream_map_origin(const struct quine_stream *t, uint32_t at, uint32_t *shift)
{
    if (Frama_C_nondet(0, 1))
        return false;
    *shift = WORD;
    return true;
}
