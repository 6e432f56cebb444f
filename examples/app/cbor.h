// SPDX-License-Identifier: BSD-3-Clause
// The part of CBOR (RFC 8949) that SMP requests and answers need. A request is a map from texts to
// numbers, strings and simple values; nested values, strings in pieces and numbers above 32 bits are
// refused.
#ifndef CBOR_H
#define CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Major types.
enum { CBOR_UINT = 0, CBOR_NEGATIVE = 1, CBOR_BYTES = 2, CBOR_TEXT = 3, CBOR_ARRAY = 4, CBOR_MAP = 5,
       CBOR_SIMPLE = 7 };

#define CBOR_FALSE 20u
#define CBOR_TRUE 21u

struct cbor_item {
    uint8_t type;
    uint32_t value;      // a number n, -1 - n of CBOR_NEGATIVE, a simple value, or the length of data
    const uint8_t *data; // content of a string, within the map
};

// Says whether n bytes are one such map and nothing else. No bytes count as an empty map.
bool cbor_map_valid(const uint8_t *map, size_t n);

// Finds the first value of that type under a key. Returns false and leaves *item when there is none.
bool cbor_find(const uint8_t *map, size_t n, const char *key, uint8_t type, struct cbor_item *item);

// Says whether the item is that text.
bool cbor_is(const struct cbor_item *item, const char *text);

// Where an answer is written. What does not fit is left out, and full says so.
struct cbor_out {
    uint8_t *at, *end;
    bool full;
};

// Writes an item: of a string also its content, of a map or an array what counts its members.
void cbor_write(struct cbor_out *out, uint8_t type, uint32_t value, const void *data);
void cbor_text(struct cbor_out *out, const char *text);

#endif
