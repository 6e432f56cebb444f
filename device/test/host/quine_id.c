// SPDX-License-Identifier: BSD-3-Clause
// The comparison of ids and the copying of src/quine_leaf.S in C.
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

void quine_copy(void *to, const void *from, uint32_t n)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    do {
        n -= 4u;
        *(uint32_t *)(void *)(t + n) = *(const uint32_t *)(const void *)(f + n);
        __asm__("" ::: "memory"); // keeps the loop from becoming a call of memcpy
    } while (n > 0u);
}

void quine_copy_chunk(void *to, const void *from)
{
    quine_copy(to, from, QUINE_CHUNK);
}
