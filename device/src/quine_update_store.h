// SPDX-License-Identifier: BSD-3-Clause
// What the update client knows about a store that is not encrypted. device/encrypted has another such file.
#ifndef QUINE_UPDATE_STORE_H
#define QUINE_UPDATE_STORE_H

#include <stdint.h>

struct quine_update_store {
    uint32_t staged; // bytes of the image in the store
};

#endif
