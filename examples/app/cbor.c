// SPDX-License-Identifier: BSD-3-Clause
#include "cbor.h"

#include <string.h>

#define OPEN_MAP 0xBFu // a map of unknown length, ended by a break
#define BREAK 0xFFu

// What is left of a map.
struct map {
    const uint8_t *at, *end;
    uint32_t pairs; // still to come, if the map says so
    bool open;      // ends with a break
};

static size_t left(const struct map *m)
{
    return (size_t)(m->end - m->at);
}

// Reads the head of an item: its type and its argument of 0 to 4 bytes.
static bool head_read(struct map *m, struct cbor_item *item)
{
    if (left(m) == 0u)
        return false;
    uint8_t first = *m->at++;
    uint32_t info = first & 31u;
    size_t size = info < 24u ? 0u : (size_t)1u << (info - 24u);

    item->type = first >> 5;
    item->value = info;
    item->data = m->at;
    if (info > 26u || left(m) < size)
        return false;
    if (size > 0u)
        item->value = 0;
    for (; size > 0u; size--)
        item->value = item->value << 8 | *m->at++;
    return true;
}

// Reads a number, a string or a simple value.
static bool item_read(struct map *m, struct cbor_item *item)
{
    if (!head_read(m, item))
        return false;
    if (item->type == CBOR_BYTES || item->type == CBOR_TEXT) {
        item->data = m->at;
        if (left(m) < item->value)
            return false;
        m->at += item->value;
        return true;
    }
    return item->type == CBOR_UINT || item->type == CBOR_NEGATIVE || item->type == CBOR_SIMPLE;
}

static bool map_open(struct map *m, const uint8_t *data, size_t n)
{
    struct cbor_item head;

    *m = (struct map){.at = data, .end = data + n};
    if (n == 0u)
        return true;
    if (*data == OPEN_MAP) {
        m->at++;
        m->open = true;
        return true;
    }
    if (!head_read(m, &head))
        return false;
    m->pairs = head.value;
    return head.type == CBOR_MAP;
}

// Reads the next pair. Returns false at the end and for what is malformed; then *ended tells.
static bool pair_read(struct map *m, struct cbor_item *key, struct cbor_item *value, bool *ended)
{
    *ended = m->open ? left(m) == 1u && *m->at == BREAK : m->pairs == 0u && left(m) == 0u;
    if (*ended || (!m->open && m->pairs-- == 0u))
        return false;
    return item_read(m, key) && key->type == CBOR_TEXT && item_read(m, value);
}

bool cbor_map_valid(const uint8_t *map, size_t n)
{
    struct cbor_item key, value;
    struct map m;
    bool ended = false;

    if (!map_open(&m, map, n))
        return false;
    while (pair_read(&m, &key, &value, &ended))
        ;
    return ended;
}

bool cbor_find(const uint8_t *map, size_t n, const char *key, uint8_t type, struct cbor_item *item)
{
    struct cbor_item name, value;
    struct map m;
    bool ended;

    if (!map_open(&m, map, n))
        return false;
    while (pair_read(&m, &name, &value, &ended)) {
        if (cbor_is(&name, key) && value.type == type) {
            *item = value;
            return true;
        }
    }
    return false;
}

bool cbor_is(const struct cbor_item *item, const char *text)
{
    return item->type == CBOR_TEXT && item->value == strlen(text) &&
           memcmp(item->data, text, item->value) == 0;
}

static void put(struct cbor_out *out, const void *data, size_t n)
{
    if ((size_t)(out->end - out->at) < n)
        out->full = true;
    if (out->full)
        return;
    memcpy(out->at, data, n);
    out->at += n;
}

void cbor_write(struct cbor_out *out, uint8_t type, uint32_t value, const void *data)
{
    uint8_t major = (uint8_t)(type << 5);
    uint8_t head[5] = {(uint8_t)(major | 26u), (uint8_t)(value >> 24), (uint8_t)(value >> 16),
                       (uint8_t)(value >> 8), (uint8_t)value};

    if (value < 24u) {
        head[4] = (uint8_t)(major | value);
        put(out, head + 4, 1);
    } else if (value < 0x100u) {
        head[3] = (uint8_t)(major | 24u);
        put(out, head + 3, 2);
    } else {
        put(out, head, 5);
    }
    if (type == CBOR_BYTES || type == CBOR_TEXT)
        put(out, data, value);
}

void cbor_text(struct cbor_out *out, const char *text)
{
    cbor_write(out, CBOR_TEXT, (uint32_t)strlen(text), text);
}
