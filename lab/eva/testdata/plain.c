// SPDX-License-Identifier: BSD-3-Clause
// Copies of whole blocks straight to the output. That what is left of the block lies in the old image is given here:
// by each number of bytes, three at a time, and the places where as many lie before the end.
#include "quine_stream_copy.c"

#include "decoder.h"

#include "bits_any.h"
#include "map_any.h"

enum { BLOCK_MAX = 2048, ROOM = 64 };

static uint8_t out[ROOM];

static void plain(uint32_t least, uint32_t most, uint32_t room)
{
    any_state();
    s.block = BETWEEN(least, most);
    s.from = BETWEEN(0, OLD_SIZE - least);
    (void)quine_stream_copy_plain(&s, &old, out + (ROOM - room), room);
    check_state();
}

void main(void)
{
    for (uint32_t block = 0; block < 5; block++)
        plain(block, block, ROOM);
    for (uint32_t block = 5; block <= BLOCK_MAX; block += 3)
        plain(block, block + 2, ROOM);
    for (uint32_t room = 0; room <= ROOM; room++)
        plain(BLOCK_MAX, BLOCK_MAX, room);
}
