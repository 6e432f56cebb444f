// SPDX-License-Identifier: BSD-3-Clause
// The range decoder, in any state.
//
// That a cell's count of adaptions stays below 12 is too fine for Eva to follow through an array. So adapt is given
// cells of each count, and must leave such; to the others a cell is any, and the one alarm is expected.
#include "quine_stream_bits.c"

#include "decoder.h"

static void adapted(uint32_t count)
{
    uint16_t cell = (uint16_t)(BETWEEN(0, 4095) * 16u + count), *cells[] = {&cell};

    adapt(cells, 1, Frama_C_nondet(0, 0xFFFF));
    uint32_t left = cell & 15u;
    //@ assert left < 12;
    s.value = left;
}

static uint16_t *any_cell(void)
{
    return &s.cells[BETWEEN(0, QUINE_STREAM_CELLS - 1)];
}

void main(void)
{
    uint16_t *cells[3] = {any_cell(), any_cell(), any_cell()};

    for (uint32_t count = 0; count < 12; count++)
        adapted(count);
    any_state();
    switch (Frama_C_interval(0, 6)) {
    case 0:
        (void)quine_stream_plain_bit(&s, BETWEEN(0, 65535));
        break;
    case 1:
        (void)quine_stream_raw_bits(&s, BETWEEN(0, 32));
        break;
    case 2:
        (void)quine_stream_cell_bit(&s, BETWEEN(0, QUINE_STREAM_CELLS - 1));
        break;
    case 3:
        (void)quine_stream_mixed_bit(&s, s.weights[BETWEEN(0, QUINE_STREAM_TREES - 1)], cells, 3, 0);
        break;
    case 4:
        (void)quine_stream_mixed_byte(&s, BETWEEN(0, TREE_LITERAL_BYTE),
                                      Frama_C_nondet(0, 1) ? quine_stream_literal_table[BETWEEN(0, 3)] : 0, WORD);
        break;
    case 5:
        (void)quine_stream_signed_number(&s, BETWEEN(0, 6));
        s.left = quine_stream_number(&s, BETWEEN(0, 6));
        //@ assert s.left < UINT32_MAX;
        break;
    default:
        (void)quine_stream_magnitude(WORD, BETWEEN(0, 7));
    }
    check_state();
}
