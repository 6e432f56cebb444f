// SPDX-License-Identifier: BSD-3-Clause
//
// Decoder of the delta stream, the body of a patch: spec/stream.md.
//
// The stream is fed in pieces of any size and the new image comes out in order,
// in pieces of any size. The old image is memory mapped. The context holds no
// pointers: a copy of it is a checkpoint from which decoding can go on, whatever
// the address of the copy.

#ifndef QUINE_STREAM_H
#define QUINE_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "quine_error.h"

// The number of this stream format, in every patch's first byte.
#define QUINE_STREAM_PROFILE 1u

enum {
    QUINE_STREAM_CELLS = 1251,
    QUINE_STREAM_TREES = 13,
    QUINE_STREAM_FLASH_SPANS = 64,
    QUINE_STREAM_RAM_SPANS = 8,
    QUINE_STREAM_QUEUE = 13,
    QUINE_STREAM_RECENT = 4,
    QUINE_STREAM_REPLACEMENTS = 48,
    QUINE_STREAM_STEPS = 16,
    QUINE_STREAM_POOL_WORDS = 256,
    QUINE_STREAM_UNIT_KINDS = 7,
    QUINE_STREAM_RING = 64
};

// The old image. Bytes of the hole read as 0xFF whatever is stored there.
struct quine_old {
    const uint8_t *data;
    uint32_t size;
    uint32_t hole, hole_size;
};

// Old addresses lo to hi, inclusive, that moved by shift.
struct quine_stream_span {
    uint32_t lo, hi, shift;
};

// A copy from a place of the old image, or a literal.
struct quine_stream_operation {
    uint32_t from, size;
};

// Do not rely on the size or contents of this type. What is used most stands
// first, where short instructions reach it.
struct quine_stream {
    int8_t error;           // QUINE_OK, or what has stopped decoding
    uint8_t started;        // the prologue has been read
    uint8_t ended;          // no more input will come
    uint8_t zeros;          // zero bytes assumed behind the end of the input
    uint8_t ring_at, ring_count;
    uint8_t pending_count;  // bytes of pending
    uint8_t units;          // copies are made of Thumb units
    uint8_t literal;        // what is being carried out is a literal
    uint8_t block_started;  // it is a copy and has begun a block
    uint8_t clean;          // the block holds no miss
    uint8_t pointer_run;    // how lately a pointer was seen
    uint8_t queue_count, recent_count;
    uint8_t sources;        // how the last copies named their source
    uint8_t span_count[2];  // of the image and of RAM
    uint8_t outcomes[QUINE_STREAM_UNIT_KINDS];

    uint32_t range, value;  // of the range decoder
    uint32_t position;      // bytes of the new image done
    uint32_t tail;          // the last four of them
    uint32_t pending;       // a unit that had no room yet
    uint32_t from, left;    // of the operation being carried out
    uint32_t block;         // bytes left of the block
    uint32_t run;           // bytes since the last miss
    uint32_t old_size, new_size, address;
    uint32_t covered;       // end of the queued operations in the new image
    uint32_t copy_end;      // end of the last queued copy in the old image
    uint32_t literal_size;  // size of a literal queued behind it
    uint32_t recent[QUINE_STREAM_RECENT]; // diagonals of the last copies

    uint16_t steps[QUINE_STREAM_STEPS];
    uint8_t pools[QUINE_STREAM_POOL_WORDS / 8]; // coming words known as literal pool
    uint8_t ring[QUINE_STREAM_RING];
    struct quine_stream_operation queue[QUINE_STREAM_QUEUE];
    uint16_t replacements[QUINE_STREAM_REPLACEMENTS][2];
    int16_t weights[QUINE_STREAM_TREES][3];
    struct quine_stream_span spans[QUINE_STREAM_FLASH_SPANS + QUINE_STREAM_RAM_SPANS];
    uint16_t cells[QUINE_STREAM_CELLS];
};

// Prepares to decode a stream that makes an image of new_size bytes from one of
// old_size bytes; address is where byte 0 of both is loaded, as far as known.
void quine_stream_init(struct quine_stream *s, uint32_t old_size, uint32_t new_size, uint32_t address);

// Takes up to n more bytes of the stream; used tells how many.
// Returns QUINE_OK, QUINE_ERR_STATE after quine_stream_end, or the error that has stopped decoding.
int quine_stream_feed(struct quine_stream *s, const uint8_t *in, size_t n, size_t *used);

// Tells that the stream has no more bytes than have been taken.
void quine_stream_end(struct quine_stream *s);

// Writes up to cap bytes of the new image; made tells how many.
// old is the same at each call, of the size given to init; NULL will do if that is 0.
// Returns QUINE_OK when the image is complete and the stream has ended, QUINE_MORE
// when it needs more input, its end or more room, or a negative error.
int quine_stream_poll(struct quine_stream *s, const struct quine_old *old, uint8_t *out, size_t cap, size_t *made);

#endif
