// SPDX-License-Identifier: BSD-3-Clause
//
// What the parts of the stream decoder share. Not for users of the library.

#ifndef QUINE_STREAM_PARTS_H
#define QUINE_STREAM_PARTS_H

#include <stdbool.h>

#include "quine_stream.h"

// Contexts, by first cell.
enum {
    CTX_CLEAN = 0,
    CTX_OPERATION = CTX_CLEAN + 32,
    CTX_SOURCE = CTX_OPERATION + 2,
    CTX_PARITY = CTX_SOURCE + 20,
    CTX_DISTANCE = CTX_PARITY + 2,
    CTX_REFERENCE = CTX_DISTANCE + 8,
    CTX_OUTCOMES = CTX_REFERENCE + 5 * 32,
    CTX_HALF_RUN = CTX_OUTCOMES + 7 * 8,
    CTX_CLASS = CTX_HALF_RUN + 8 * 16,
    CTX_BYTE_RUN = CTX_CLASS + 64 + 6 * 4,
    CTX_ALTERNATIVE = CTX_BYTE_RUN + 16,
    CTX_ESCAPE = CTX_ALTERNATIVE + 2 * 5 * 4,
    CTX_REPLACEMENT = CTX_ESCAPE + 1,
    CTX_STEP = CTX_REPLACEMENT + 1,
    CTX_SAME_BYTE = CTX_STEP + 16,
    CTX_NUMBER = CTX_SAME_BYTE + 64,
    CTX_HASHED = CTX_NUMBER + 7 * 31,
    HASHED_CELLS = QUINE_STREAM_CELLS - CTX_HASHED
};

enum number_tree { NUM_LITERAL, NUM_COPY, NUM_DISTANCE, NUM_BRANCH, NUM_FLASH };

// Rows of weights: one for each kind of unit, then one for each byte tree.
enum byte_tree { TREE_HIGH, TREE_LOW, TREE_STEP, TREE_LITERAL_HIGH, TREE_LITERAL_LOW, TREE_LITERAL_BYTE };

enum unit_kind { UNIT_BYTE, UNIT_HALF, UNIT_SHORT, UNIT_BRANCH, UNIT_FLASH, UNIT_RAM, UNIT_WORD };

enum sureness { SURE_INSIDE, SURE_BETWEEN, SURE_NEAREST, SURE_UNKNOWN };

enum short_kind { SHORT_NONE, SHORT_LOAD, SHORT_COND, SHORT_BRANCH };

struct unit {
    uint32_t candidates[3];
    uint32_t target;
    uint8_t kind, size, count, sure, class;
};

// Address maps, by their first span.
enum { FLASH = 0, RAM = QUINE_STREAM_FLASH_SPANS };

// What stands for the source of a literal.
#define LITERAL_SOURCE UINT32_MAX

// How many zero bytes the decoder assumes behind the end of its input.
enum { ZEROS_MAX = 4 };

// Notes that the stream is malformed, unless something has been wrong before. Where zeros were assumed it
// is most likely cut off.
static inline void quine_stream_fail(struct quine_stream *s)
{
    if (s->error == QUINE_OK) {
        s->error = s->zeros > 0 ? QUINE_ERR_TRUNCATED : QUINE_ERR_STREAM;
    }
}

// Tells whether w, first halfword low, is a BL or B.W with a 25-bit offset.
static inline bool is_branch(uint32_t w)
{
    return (w & 0x9000F800) == 0x9000F000;
}

// ---- quine_stream_bits.c

// Appends the next byte of the input to the value of the range decoder.
void quine_stream_next_byte(struct quine_stream *s);

// Decodes a bit that is zero with probability p of 65536.
uint32_t quine_stream_plain_bit(struct quine_stream *s, uint32_t p);

// Decodes n bits that are as likely zero as one.
uint32_t quine_stream_raw_bits(struct quine_stream *s, uint32_t n);

// Decodes a bit with the cell of a context.
uint32_t quine_stream_cell_bit(struct quine_stream *s, uint32_t context);

// Decodes a bit whose probability is mixed from count cells, two or three, and, if
// they are but two, a static prior.
uint32_t quine_stream_mixed_bit(struct quine_stream *s, int16_t *weights, uint16_t *const *cells, uint32_t count, int32_t prior);

// Decodes a byte by bit tree.
uint32_t quine_stream_mixed_byte(struct quine_stream *s, uint32_t tree, const uint8_t *prior, uint32_t context);

uint32_t quine_stream_number(struct quine_stream *s, uint32_t tree);

// Decodes a number that may be negative.
uint32_t quine_stream_signed_number(struct quine_stream *s, uint32_t tree);

// The level that entry i of a table of four-bit levels names.
static inline uint32_t level_at(const uint8_t *table, uint32_t i)
{
    return (uint32_t)table[i >> 1] >> (i & 1) * 4 & 15;
}

// The probability, of 65536, whose logarithmic odds are x / 256.
uint32_t quine_stream_squash(int32_t x);

// The bit length of x, at most top.
uint32_t quine_stream_magnitude(uint32_t x, uint32_t top);

// ---- quine_stream_map.c

// Notes that addresses lo to hi moved by shift.
void quine_stream_map_learn(struct quine_stream *s, uint32_t map, uint32_t lo, uint32_t hi, uint32_t shift);

// Finds the shift of an old address and the second best guess, and returns how
// sure they are.
uint32_t quine_stream_map_lookup(struct quine_stream *s, uint32_t map, uint32_t at, uint32_t shifts[2]);

// Finds the shift of the span whose new place holds an address or, failing that,
// most closely precedes it.
bool quine_stream_map_origin(const struct quine_stream *s, uint32_t at, uint32_t *shift);

// ---- quine_stream_thumb.c

uint32_t quine_stream_branch_offset(uint32_t w);
uint32_t quine_stream_with_offset(uint32_t w, uint32_t offset);
uint32_t quine_stream_short_kind_of(uint32_t h);
uint32_t quine_stream_short_target(uint32_t kind, uint32_t h, uint32_t pc);

// Puts another target into a short reference; false where it is out of reach.
bool quine_stream_with_target(uint32_t kind, uint32_t *h, uint32_t pc, uint32_t target);

// ---- quine_stream_copy.c

uint32_t quine_stream_old_byte(const struct quine_old *old, uint32_t at);

// Appends the size low bytes of v to the new image.
void quine_stream_emit(struct quine_stream *s, uint32_t v, uint32_t size);

// Decodes one unit of the current copy.
void quine_stream_copy_unit(struct quine_stream *s, const struct quine_old *old);

// Copies halfwords of a clean block straight to the output, up to one that may be
// part of a reference, and returns how many bytes.
size_t quine_stream_copy_plain(struct quine_stream *s, const struct quine_old *old, uint8_t *out, size_t room);

// ---- quine_stream_values.c

// Decodes whether u is something else than its first candidate: 1 if so, else 0.
uint32_t quine_stream_misses(struct quine_stream *s, const struct unit *u);

// Decodes a value that is not the first candidate of u.
uint32_t quine_stream_miss(struct quine_stream *s, struct unit *u);

// ---- quine_stream_operations.c

// Decodes the next operation and queues it.
void quine_stream_queue_operation(struct quine_stream *s);

#endif
