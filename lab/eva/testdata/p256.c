// SPDX-License-Identifier: BSD-3-Clause
// The verification of any signature over any hash, by any key.
#include "any.h"

#include "quine_p256.c"

void quine_watchdog(void)
{
}

void main(void)
{
    struct quine_p256 p; // nothing is there but the hash
    struct quine_key key;
    uint32_t signature[16];

    for (uint32_t i = 0; i < 8; i++)
        p.reg[i] = WORD;
    ANY(key);
    ANY(signature);
    (void)quine_p256_verify(&p, signature, &key);
}
