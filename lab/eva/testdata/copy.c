// SPDX-License-Identifier: BSD-3-Clause
// Copies, in any state. That what is left of a copy lies in the old image is given here, by ranges:
// where 1, 2 to 3, and 4 bytes or more are left.
#include "quine_stream_copy.c"

#include "decoder.h"

#include "bits_any.h"
#include "map_any.h"

static const uint32_t least[] = {1, 2, 4};
static const uint32_t most[] = {1, 3, OLD_SIZE};

// A copy of which at least n bytes are left.
static void any_copy(uint32_t i)
{
    any_state();
    s.left = BETWEEN(least[i], most[i]);
    s.from = BETWEEN(0, OLD_SIZE - least[i]);
}

static void unit(uint32_t i)
{
    struct unit u;

    any_copy(i);
    predict(&s, &old, &u);
    //@ assert u.size <= least[i] || i == 1 && u.size <= 2;
    any_copy(i);
    quine_stream_copy_unit(&s, &old);
    check_state();
}

void main(void)
{
    unit(0);
    unit(1);
    unit(2);
}
