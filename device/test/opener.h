// SPDX-License-Identifier: BSD-3-Clause

// What opens encrypted patches on a device, without the rest of its update client.

#ifndef QUINE_TEST_OPENER_H
#define QUINE_TEST_OPENER_H

#include "apply.h"
#include "quine_aes.h"

// The device's key.
extern uint32_t opener_key[QUINE_AES_KEY / 4];

// An apply_opener.
int opener(const uint8_t nonce[12], struct apply_bytes patch, size_t header,
           struct apply_pace pace, struct apply_bytes *stream);

// Returns the CRC-32 of what an encrypted store then holds of the image that the patch
// makes (spec/staging.md section 4). Encrypts the image.
uint32_t opener_staged_crc(struct apply_bytes image);

#endif
