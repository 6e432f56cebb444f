// SPDX-License-Identifier: BSD-3-Clause
// How boot reads the staged image in an encrypted store (spec/staging.md section 4). This file stands in for
// src/quine_staged.h, which says what its functions do.
#ifndef QUINE_STAGED_H
#define QUINE_STAGED_H

#include "quine_encrypted.h"
#include "quine_port.h"

#define QUINE_STAGED_FLAGS QUINE_BOOT_ENCRYPTED
#define QUINE_STAGED_MAX (QUINE_STORE_IMAGE_MAX - QUINE_NONCE_BLOCK)

int quine_staged_open(void);
int quine_staged_read(uint32_t offset, uint32_t *to);

#endif
