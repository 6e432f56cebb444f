// SPDX-License-Identifier: BSD-3-Clause
// The range decoder as the others see it: any bits, and its own part of the context is any. What it may be
// asked for is asserted here, and given to the real one by bits.c.
void quine_stream_next_byte(struct quine_stream *t)
{
    any_bits(t);
}

uint32_t quine_stream_plain_bit(struct quine_stream *t, uint32_t p)
{
    //@ assert p < 65536;
    any_bits(t);
    return BETWEEN(0, 1);
}

uint32_t quine_stream_raw_bits(struct quine_stream *t, uint32_t n)
{
    //@ assert n <= 32;
    any_bits(t);
    return WORD;
}

uint32_t quine_stream_cell_bit(struct quine_stream *t, uint32_t context)
{
    //@ assert context < QUINE_STREAM_CELLS;
    any_bits(t);
    return BETWEEN(0, 1);
}

uint32_t quine_stream_mixed_bit(struct quine_stream *t, int16_t *weights, uint16_t *const *cells, uint32_t count, int32_t prior)
{
    //@ assert \valid(weights + (0 .. 2)) && count == 3;
    //@ assert \valid(cells[0]) && \valid(cells[1]) && \valid(cells[2]);
    any_bits(t);
    return BETWEEN(0, 1);
}

uint32_t quine_stream_mixed_byte(struct quine_stream *t, uint32_t tree, const uint8_t *prior, uint32_t context)
{
    //@ assert tree <= TREE_LITERAL_BYTE && (prior == 0 || \valid_read(prior + (0 .. 127)));
    any_bits(t);
    return BETWEEN(0, 255);
}

uint32_t quine_stream_number(struct quine_stream *t, uint32_t tree)
{
    //@ assert tree < 7;
    any_bits(t);
    return BETWEEN(0, UINT32_MAX - 1);
}

uint32_t quine_stream_signed_number(struct quine_stream *t, uint32_t tree)
{
    //@ assert tree < 7;
    any_bits(t);
    return WORD;
}

uint32_t quine_stream_squash(int32_t x)
{
    return BETWEEN(0, 65535);
}

uint32_t quine_stream_magnitude(uint32_t x, uint32_t top)
{
    return BETWEEN(0, top);
}
