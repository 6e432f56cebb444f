// SPDX-License-Identifier: BSD-3-Clause
// Any key of the device.
#include "any.h"

static inline void quine_port_key(uint32_t key[QUINE_AES_KEY / 4])
{
    Frama_C_make_unknown((char *)key, QUINE_AES_KEY);
}
