// SPDX-License-Identifier: BSD-3-Clause
// How a patch that is not encrypted reaches the decoder: as it comes. The update client includes this file by the
// include path: device/encrypted has another.
#ifndef QUINE_UPDATE_BODY_H
#define QUINE_UPDATE_BODY_H

#include "quine_update_parts.h"

// Makes ready for the body, once the header is accepted. Returns QUINE_OK or QUINE_ERR_IO.
static inline int quine_update_body_begin(struct quine_update *u)
{
    return quine_update_store_begin(u);
}

// Takes n bytes of the patch, header or body. Returns what quine_update_take does, or QUINE_ERR_TAG.
static inline int quine_update_body_write(struct quine_update *u, const uint8_t *in, size_t n)
{
    return quine_update_take(u, in, n);
}

// Takes what has been kept back of the body. Returns what quine_update_body_write does.
static inline int quine_update_body_end(struct quine_update *u)
{
    (void)u;
    return QUINE_OK;
}

#endif
