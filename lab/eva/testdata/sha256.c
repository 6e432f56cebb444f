// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 of any data, from any state.
#include "any.h"

#include "quine_sha256.c"

enum { PIECE = 32 };

void main(void)
{
    static const uint32_t lengths[] = {0, PIECE};
    struct quine_sha256 s; // nothing is there before init
    uint32_t data[PIECE / 4];

    quine_sha256_init(&s);
    ANY(data);
    quine_sha256_update(&s, data, PIECE);
    quine_sha256_update(&s, data, PIECE);
    quine_sha256_final(&s);
    for (uint32_t i = 0; i < 2; i++) {
        ANY(s);
        s.length = 64u * BETWEEN(0, (1u << 23) - 2u) + lengths[i];
        quine_sha256_update(&s, data, PIECE);
        s.length = 64u * BETWEEN(0, (1u << 23) - 2u) + lengths[i];
        quine_sha256_final(&s);
    }
}
