// SPDX-License-Identifier: BSD-3-Clause
// What the scenarios of all stores share: an update as spec/staging.md section 3 orders it, and what
// boot may find after it.
#ifndef STAGING_H
#define STAGING_H

#include <stdbool.h>
#include <stdint.h>

#ifndef IMAGE_SIZE
#define IMAGE_SIZE (QUINE_STORE_UNIT + 192u) // bytes of the images staged here
#endif

// Stages image number which, as the update client does. Returns QUINE_OK or the store's error.
int stage(uint8_t which);

// Says whether the store holds image number which.
bool staged(uint8_t which);

// Reads the header as boot does. Returns the number of the image it announces, -1 without one.
int announced(void);

#endif
