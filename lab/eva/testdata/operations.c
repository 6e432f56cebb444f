// SPDX-License-Identifier: BSD-3-Clause
// Operations and the address maps, in any state.
#include "quine_stream_operations.c"

#include "decoder.h"

#include "bits_any.h"
#include "map_any.h"

void main(void)
{
    any_state();
    uint32_t size = operation_size(&s, BETWEEN(0, 1));
    //@ assert size > 0;
    s.left = size;
    any_state();
    s.queue_count = BETWEEN(0, QUINE_STREAM_QUEUE - 1);
    quine_stream_queue_operation(&s);
    check_state();
}
