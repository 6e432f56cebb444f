// SPDX-License-Identifier: BSD-3-Clause

// What the host tests of the patch decoder share: whole patches applied in pieces
// of chosen sizes.

#ifndef QUINE_TEST_APPLY_H
#define QUINE_TEST_APPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quine_patch.h"

// How a patch is fed and polled: in pieces of random sizes from 1 to the maxima.
// With move set the context is copied elsewhere between any two calls and the
// place it left is overwritten.
struct apply_pace {
    size_t in_max;
    size_t out_max;
    uint32_t seed;
    bool move;
};

// A few paces that differ much, and how many.
extern const struct apply_pace apply_paces[];
extern const unsigned apply_pace_count;

struct apply_bytes {
    uint8_t *data;
    size_t size;
};

// Reads a file; exits with a message if it cannot be read.
struct apply_bytes apply_read_file(const char *path);

// Encrypts or decrypts n bytes at data, whose first counter block is given
// (spec/patch.md section 6).
typedef void apply_cipher(const uint8_t nonce[12], uint32_t block,
                          uint8_t *data, size_t n);

// Applies an image patch and checks the CRC-32 of an unsigned image. base is the
// running image, of size 0 when there is none. cipher opens an encrypted body; NULL
// if there is no key. out must have room for store_max bytes; its size is set to
// what was made.
// Returns what the device would.
int apply_image(const struct quine_boot_info *device, uint32_t counter,
                apply_cipher *cipher, struct apply_bytes base,
                struct apply_bytes patch, struct apply_pace pace,
                struct apply_bytes *out);

// Applies a raw patch to old. *out is allocated here; the caller frees out->data.
// Returns what `quine apply --raw` would.
int apply_raw(struct apply_bytes old, struct apply_bytes patch,
              struct apply_pace pace, struct apply_bytes *out);

#endif
