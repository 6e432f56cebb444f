// SPDX-License-Identifier: BSD-3-Clause
// The key of encrypted devices on the host.
#ifndef QUINE_KEY_H
#define QUINE_KEY_H

#include <stdint.h>

// Bytes 0x00, 0x01, 0x02, and so on.
static inline void quine_port_key(uint32_t key[8])
{
    for (uint32_t i = 0; i < 8u; i++)
        key[i] = 0x03020100u + 0x04040404u * i;
}

#endif
