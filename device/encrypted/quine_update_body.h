// SPDX-License-Identifier: BSD-3-Clause
// How an encrypted patch reaches the decoder: in pieces that are authentic. This file stands in for
// src/quine_update_body.h, which says what its functions do.
#ifndef QUINE_UPDATE_BODY_H
#define QUINE_UPDATE_BODY_H

#include "quine_update_parts.h"

int quine_update_body_begin(struct quine_update *u);
int quine_update_body_write(struct quine_update *u, const uint8_t *in, size_t n);
int quine_update_body_end(struct quine_update *u);

#endif
