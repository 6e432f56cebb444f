// SPDX-License-Identifier: BSD-3-Clause
// What a power cut leaves of an operation: host_tear, and how weak cells read later.
#include "host_flash.h"
#include "host_model.h"

#include "quine_part.h"

#include <string.h>

#define ALMOST_MAX 3u // bits that HOST_CUT_ALMOST leaves as before

// What byte i of an operation is to read as; an erase has no data.
static uint8_t want(const uint8_t *data, uint32_t i)
{
    return data != NULL ? data[i] : QUINE_ERASED;
}

// Picks one of the bits that an operation changes: its byte, and its mask or 0 when nothing changes.
static uint8_t pick_bit(const uint8_t *cells, const uint8_t *data, uint32_t n, uint32_t *byte)
{
    uint32_t seen = 0;

    *byte = 0;
    for (uint32_t i = 0; i < n; i++)
        if (cells[i] != want(data, i) && host_random() % ++seen == 0u)
            *byte = i;
    for (uint32_t bit = host_random() % 8u, i = 0; i < 8u; i++, bit = (bit + 1u) % 8u)
        if (((cells[*byte] ^ want(data, *byte)) >> bit & 1) != 0)
            return (uint8_t)(1u << bit);
    return 0;
}

// Makes one of these of n bytes at a tick.
enum mood { BEFORE, DONE, BYTES, BITS, JUNK, STAYS };

static enum mood new_mood(void)
{
    uint32_t random = host_random() % 8u;
    return random < STAYS ? (enum mood)random : STAYS;
}

static uint8_t weak_read(enum mood mood, uint8_t before, uint8_t target, uint8_t random)
{
    if (mood == BYTES)
        return (random & 1u) ? before : target;
    if (mood == BITS)
        return (uint8_t)((before & random) | (target & ~random));
    return random;
}

// Lets the cells of a torn operation from one offset to another read as they like.
static void reread(struct host_area *area, const struct host_tear *t, uint32_t from, uint32_t end)
{
    enum mood mood = new_mood();

    from = from > t->from ? from : t->from;
    end = end < t->end ? end : t->end;
    uint32_t n = end - from;
    uint8_t *cells = area->cells + from;
    const uint8_t *before = area->before + from;
    const uint8_t *target = area->target + from;
    uint64_t random = 0;

    if (mood == STAYS)
        return;
    host_touch(area, from, n);
    if (mood == BEFORE || mood == DONE) {
        memcpy(cells, mood == BEFORE ? before : target, n);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (i % 8u == 0u)
            random = host_random64();
        cells[i] = weak_read(mood, before[i], target[i], (uint8_t)(random >> i % 8u * 8u));
    }
}

void host_tick(struct host_area *area, bool reset)
{
    for (uint32_t i = 0; i < area->tears; i++)
        if (reset || !area->tear[i].slow)
            reread(area, &area->tear[i], 0, area->size);
}

void host_see(struct host_area *area, uint32_t offset, uint32_t n)
{
    bool ecc = HOST_ECC && area == &host_flash;
    bool torn = false;

    host_look_at(area, offset, n);
    for (uint32_t i = 0; i < area->tears; i++)
        if (area->tear[i].from < offset + n && area->tear[i].end > offset) {
            if (!area->tear[i].slow)
                reread(area, &area->tear[i], offset, offset + n);
            torn = host_random() % 2u == 0u;
        }
    if (ecc && !torn)
        for (uint32_t i = offset; i < offset + n && !torn; i += area->program_unit)
            torn = area->state[i] == HOST_TORN && host_random() % 4u != 0u;
    area->fault = area->fault || (ecc && torn);
}

bool host_ecc(void)
{
    bool fault = host_flash.fault;
    host_flash.fault = false;
    return fault;
}

static void make_weak(struct host_area *area, const struct host_step *s, bool slow)
{
    if (area->tears == HOST_TEARS) // the oldest one stays as it reads
        memmove(area->tear, area->tear + 1, --area->tears * sizeof *area->tear);
    area->tear[area->tears++] = (struct host_tear){s->offset, s->offset + s->n, slow};
    memcpy(area->before + s->offset, area->cells + s->offset, s->n);
    for (uint32_t i = 0; i < s->n; i++)
        area->target[s->offset + i] = want(s->data, i);
}

// Takes the weakness from n bytes: what happened to them is certain again.
static void strengthen(struct host_area *area, uint32_t from, uint32_t end)
{
    for (uint32_t i = 0; i < area->tears; i++) {
        struct host_tear *t = &area->tear[i];
        if (t->end <= from || t->from >= end)
            continue;
        if (t->from < from && t->end > end) { // a piece out of the middle
            if (area->tears < HOST_TEARS)
                area->tear[area->tears++] = (struct host_tear){end, t->end, t->slow};
            t->end = from;
        } else if (t->from < from) {
            t->end = from;
        } else if (t->end > end) {
            t->from = end;
        } else {
            *t = area->tear[--area->tears];
            i--;
        }
    }
}

void host_settle(struct host_area *area, uint32_t offset, uint32_t n, enum host_state state)
{
    memset(area->state + offset, (int)state, n);
    if (area->tears > 0u)
        strengthen(area, offset, offset + n);
}

// Which bits of byte i stay as before, for what is done to a part of the cells.
static uint8_t kept_bits(enum host_cut how, uint32_t i, uint32_t prefix)
{
    if (how == HOST_CUT_PREFIX)
        return i < prefix ? 0x00u : 0xFFu;
    return how == HOST_CUT_BITS ? (uint8_t)host_random() : 0x00u;
}

void host_tear(const struct host_step *s, enum host_cut how, uint32_t prefix)
{
    struct host_area *area = s->area;
    uint8_t *cells = area->cells + s->offset;
    uint32_t left = how == HOST_CUT_ALMOST ? 1u + host_random() % ALMOST_MAX : 0u;
    uint32_t byte[ALMOST_MAX];
    uint8_t bit[ALMOST_MAX];

    if (how == HOST_CUT_BEFORE)
        return;
    if (prefix == 0u)
        prefix = s->n > 1u ? 1u + host_random() % (s->n - 1u) : 0u;
    for (uint32_t i = 0; i < left; i++)
        bit[i] = pick_bit(cells, s->data, s->n, &byte[i]);
    host_touch(area, s->offset, s->n);
    host_settle(area, s->offset, s->n, HOST_TORN);
    if (how == HOST_CUT_WEAK || how == HOST_CUT_SLOW)
        make_weak(area, s, how == HOST_CUT_SLOW);
    for (uint32_t i = 0; i < s->n; i++) {
        uint8_t keep = kept_bits(how, i, prefix);
        for (uint32_t k = 0; k < left; k++)
            if (byte[k] == i)
                keep |= bit[k];
        cells[i] = (uint8_t)((cells[i] & keep) | (want(s->data, i) & ~keep));
    }
    host_tick(area, true);
}

bool host_weak(const struct host_area *area, uint32_t offset, uint32_t n)
{
    for (uint32_t i = 0; i < area->tears; i++)
        if (area->tear[i].from < offset + n && area->tear[i].end > offset && !area->tear[i].slow)
            return true;
    return false;
}

// Says whether host_see lets chance decide about n bytes.
static bool unstable(const struct host_area *area, uint32_t offset, uint32_t n)
{
    for (uint32_t i = 0; i < area->tears; i++)
        if (area->tear[i].from < offset + n && area->tear[i].end > offset)
            return true;
    return HOST_ECC && area == &host_flash && memchr(area->state + offset, HOST_TORN, n) != NULL;
}

uint64_t host_mix(uint64_t print, const void *data, size_t n)
{
    const uint8_t *from = data;
    uint64_t word;

    for (; n > 0u; from += sizeof word) {
        size_t part = n < sizeof word ? n : sizeof word;
        word = 0;
        memcpy(&word, from, part);
        n -= part;
        print = (print ^ word) * 0x9E3779B97F4A7C15u;
        print ^= print >> 32;
    }
    return print;
}

uint64_t host_print(struct host_area *area, uint32_t block)
{
    uint32_t offset = block * HOST_BLOCK;
    uint64_t print = area->print[block];

    if (print != 0u)
        return print;
    if (unstable(area, offset, HOST_BLOCK)) {
        print = HOST_UNSTABLE;
    } else {
        print = host_mix(host_mix(1, area->cells + offset, HOST_BLOCK), area->state + offset, HOST_BLOCK);
        print = print > HOST_UNSTABLE ? print : HOST_UNSTABLE + 1u;
    }
    area->print[block] = print;
    return print;
}

uint32_t host_torn(struct host_area *area, uint32_t offset, uint32_t n)
{
    uint32_t torn = 0;

    host_look_at(area, offset, n);
    if (memchr(area->state + offset, HOST_TORN, n) == NULL)
        return 0;
    for (uint32_t i = offset; i < offset + n; i++)
        torn += area->state[i] == HOST_TORN;
    return torn;
}
