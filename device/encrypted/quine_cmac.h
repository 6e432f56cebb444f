// SPDX-License-Identifier: BSD-3-Clause
// CMAC with AES (NIST SP 800-38B, RFC 4493).
#ifndef QUINE_CMAC_H
#define QUINE_CMAC_H

#include "quine_aes.h"

// quine_aes_ctr: the boot sector's, since an application has none of its own.
typedef void quine_cmac_ctr(const struct quine_aes *a, uint32_t index, void *data, uint32_t n);

// A message begins with a state of zeros, and a->key is its key. Both functions leave other bytes in a->counter.

// Adds n bytes, a multiple of the block, that others follow.
void quine_cmac_add(uint32_t state[4], struct quine_aes *a, quine_cmac_ctr *ctr, const uint8_t *data, uint32_t n);

// Adds the last n bytes, a block at most. The state becomes the MAC, first byte in the lowest bits.
void quine_cmac_end(uint32_t state[4], struct quine_aes *a, quine_cmac_ctr *ctr, const uint8_t *data, uint32_t n);

#endif
