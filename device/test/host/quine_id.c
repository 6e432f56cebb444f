// SPDX-License-Identifier: BSD-3-Clause
// The comparison of ids of src/quine_leaf.S in C.
#include "quine_internal.h"

bool quine_same_id(const void *a, const void *b)
{
    const int16_t *p = a;
    const int16_t *q = b;

    for (uint32_t i = 0; i < QUINE_ID_SIZE / 2u; i++)
        if (p[i] != q[i] || p[i] == 0 || p[i] == -1)
            return false;
    return true;
}

bool quine_is_running(const void *id)
{
    return quine_same_id(id, QUINE_RUNNING->id);
}
