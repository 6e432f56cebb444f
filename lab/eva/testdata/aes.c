// SPDX-License-Identifier: BSD-3-Clause
// AES in counter mode, of any data with any key.
#include "any.h"

#include "quine_aes.c"

void main(void)
{
    struct quine_aes a; // nothing is there but key and nonce
    uint32_t data[8];

    ANY(a.key);
    ANY(a.counter);
    ANY(data);
    quine_aes_init(&a);
    quine_aes_ctr(&a, WORD, data, 16);
    quine_aes_ctr(&a, WORD, data, sizeof data);
}
