// SPDX-License-Identifier: BSD-3-Clause
// The address maps, in any state.
#include "decoder.h"

// Sees that a map of which count spans are taken, from least to most, keeps to its part of the array. Eva itself
// minds only the end of the whole context.
static void learn(uint32_t map, uint32_t least, uint32_t most)
{
    any_state();
    s.span_count[map != FLASH] = (uint8_t)BETWEEN(least, most);
    s.spans[RAM].lo = 1;
    s.cells[0] = 1;
    quine_stream_map_learn(&s, map, WORD, WORD, WORD);
    //@ assert map == RAM || s.spans[RAM].lo == 1;
    //@ assert s.cells[0] == 1;
    check_state();
}

static void look(uint32_t map)
{
    uint32_t shift, shifts[2];

    any_state();
    (void)quine_stream_map_lookup(&s, map, WORD, shifts);
    s.recent[0] = shifts[0];
    s.recent[1] = shifts[1];
    if (quine_stream_map_origin(&s, WORD, &shift))
        s.recent[2] = shift;
    check_state();
}

void main(void)
{
    learn(FLASH, 0, QUINE_STREAM_FLASH_SPANS - 1);
    learn(FLASH, QUINE_STREAM_FLASH_SPANS, QUINE_STREAM_FLASH_SPANS);
    learn(RAM, 0, QUINE_STREAM_RAM_SPANS - 1);
    learn(RAM, QUINE_STREAM_RAM_SPANS, QUINE_STREAM_RAM_SPANS);
    look(FLASH);
    look(RAM);
}
