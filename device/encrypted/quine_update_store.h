// SPDX-License-Identifier: BSD-3-Clause
// What the update client knows about an encrypted store, and about an encrypted patch. This file stands in for
// src/quine_update_store.h.
#ifndef QUINE_UPDATE_STORE_H
#define QUINE_UPDATE_STORE_H

#include "quine_aes.h"

#define QUINE_PIECE 256u // bytes of the body under one tag
#define QUINE_TAG 8u     // bytes

struct quine_update_store {
    uint32_t staged;      // bytes of the image in the store
    uint32_t body;        // bytes of the patch's stream that were decrypted
    uint32_t accepted;    // the header is complete and good
    uint32_t gathered;    // bytes in piece
    uint32_t mac[4];      // state of the MAC behind the pieces so far
    struct quine_aes aes; // the key in use, and the nonce of the patch

    uint8_t piece[QUINE_PIECE + QUINE_TAG]; // gathered, or the header; 4-byte aligned by what is before it
};

#endif
