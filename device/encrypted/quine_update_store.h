// SPDX-License-Identifier: BSD-3-Clause
// What the update client knows about an encrypted store, and about an encrypted patch. This file stands in for
// src/quine_update_store.h.
#ifndef QUINE_UPDATE_STORE_H
#define QUINE_UPDATE_STORE_H

#include "quine_aes.h"

struct quine_update_store {
    uint32_t staged;       // bytes of the image in the store
    uint32_t body;         // bytes of the patch's body that were used
    struct quine_aes aes;  // the key, and the nonce of the patch
    uint8_t block[16];     // of the body, decrypted; 4-byte aligned by what is before it
};

#endif
