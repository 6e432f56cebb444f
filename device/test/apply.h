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

// Returns the size of the next piece of n bytes: from 1 to max, if there are so many.
size_t apply_piece(uint32_t *seed, size_t max, size_t n);

// Opens an encrypted patch with a header of that size, and appends to stream what is
// authentic of it, at the pace of its input. Returns QUINE_OK or an error.
typedef int apply_opener(const uint8_t nonce[12], struct apply_bytes patch,
                         size_t header, struct apply_pace pace,
                         struct apply_bytes *stream);

// Applies an image patch and checks the CRC-32 of an unsigned image. base is the
// running image, of size 0 when there is none. opener is not called for a patch that
// is not encrypted. out must have room for store_max bytes; its size is set to
// what was made.
// Returns what the device would.
int apply_image(const struct quine_boot_info *device, uint32_t counter,
                apply_opener *opener, struct apply_bytes base,
                struct apply_bytes patch, struct apply_pace pace,
                struct apply_bytes *out);

// Applies a raw patch to old. *out is allocated here; the caller frees out->data.
// Returns what `quine apply --raw` would.
int apply_raw(struct apply_bytes old, struct apply_bytes patch,
              struct apply_pace pace, struct apply_bytes *out);

#endif
