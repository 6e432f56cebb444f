// SPDX-License-Identifier: BSD-3-Clause
// The fuzz target of the stream decoder, and what it made of the last input.
#ifndef STREAM_FUZZ_H
#define STREAM_FUZZ_H

#include <stddef.h>
#include <stdint.h>

struct stream_fuzz_outcome {
    int status;   // enum quine_error
    size_t used;  // bytes of the stream
    size_t made;  // bytes of the new image
    uint32_t crc; // their CRC-32
};

extern struct stream_fuzz_outcome stream_fuzz_outcome;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
