// SPDX-License-Identifier: BSD-3-Clause
// The key of the vector that runs.
#ifndef QUINE_KEY_H
#define QUINE_KEY_H

#include "opener.h"

static inline void quine_port_key(uint32_t key[QUINE_AES_KEY / 4])
{
    for (uint32_t i = 0; i < QUINE_AES_KEY / 4; i++)
        key[i] = opener_key[i];
}

#endif
