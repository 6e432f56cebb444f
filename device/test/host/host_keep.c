// SPDX-License-Identifier: BSD-3-Clause
// State that can be brought back: the slots and levels of host_flash.h.
#include "host_flash.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_MAX 24u
#define AREAS_MAX 2u

// Plain memory of the device and the model.
static struct {
    void *data;
    size_t n;
    uint8_t *slot[HOST_SLOTS];
    uint8_t *level[HOST_LEVELS];
} kept[KEPT_MAX];
static size_t kept_count;

static struct {
    struct host_area *area;
    uint8_t *slot[HOST_SLOTS]; // cells, state, before, target, erases
} areas[AREAS_MAX];
static size_t area_count;

static bool saved[HOST_SLOTS];

// One block as it was before a level changed it.
struct entry {
    struct host_area *area;
    uint32_t offset;
    uint64_t print;
    uint16_t erases;
    uint8_t depth;
    uint8_t cells[HOST_BLOCK], state[HOST_BLOCK], before[HOST_BLOCK], target[HOST_BLOCK];
};
static struct {
    struct entry *entry;
    size_t count, room;
    size_t from[HOST_LEVELS]; // first entry of each level
    uint8_t depth;            // levels in use
} undo;

void *host_memory(void *data)
{
    if (data == NULL)
        host_abort("no memory");
    return data;
}

void host_keep(void *data, size_t n)
{
    if (kept_count == KEPT_MAX)
        host_abort("too much state");
    kept[kept_count].data = data;
    kept[kept_count].n = n;
    for (uint32_t i = 0; i < HOST_SLOTS; i++)
        kept[kept_count].slot[i] = host_memory(malloc(n));
    for (uint32_t i = 0; i < HOST_LEVELS; i++)
        kept[kept_count].level[i] = host_memory(malloc(n));
    kept_count++;
}

void host_keep_area(struct host_area *area)
{
    if (area_count == AREAS_MAX || area->size % HOST_BLOCK != 0u)
        host_abort("%s cannot be kept", area->name);
    host_keep(area, sizeof *area);
    areas[area_count].area = area;
    for (uint32_t i = 0; i < HOST_SLOTS; i++)
        areas[area_count].slot[i] = host_memory(malloc(5u * (size_t)area->size));
    area_count++;
}

static size_t wear_size(const struct host_area *a)
{
    return a->size / HOST_BLOCK * sizeof *a->erases;
}

void host_save(uint32_t slot)
{
    for (size_t i = 0; i < kept_count; i++)
        memcpy(kept[i].slot[slot], kept[i].data, kept[i].n);
    for (size_t i = 0; i < area_count; i++) {
        const struct host_area *a = areas[i].area;
        uint8_t *to = areas[i].slot[slot];
        memcpy(to, a->cells, a->size);
        memcpy(to + a->size, a->state, a->size);
        memcpy(to + 2u * a->size, a->before, a->size);
        memcpy(to + 3u * a->size, a->target, a->size);
        memcpy(to + 4u * a->size, a->erases, wear_size(a));
    }
    saved[slot] = true;
}

void host_restore(uint32_t slot)
{
    if (!saved[slot] || undo.depth != 0u)
        host_abort("slot %u cannot be restored", slot);
    for (size_t i = 0; i < kept_count; i++)
        memcpy(kept[i].data, kept[i].slot[slot], kept[i].n);
    for (size_t i = 0; i < area_count; i++) {
        const struct host_area *a = areas[i].area;
        const uint8_t *from = areas[i].slot[slot];
        memcpy(a->cells, from, a->size);
        memcpy(a->state, from + a->size, a->size);
        memcpy(a->before, from + 2u * a->size, a->size);
        memcpy(a->target, from + 3u * a->size, a->size);
        memcpy(a->erases, from + 4u * a->size, wear_size(a));
        memset(a->print, 0, a->size / HOST_BLOCK * sizeof *a->print);
    }
}

void host_push(void)
{
    if (undo.depth == HOST_LEVELS)
        host_abort("too many levels");
    for (size_t i = 0; i < kept_count; i++)
        memcpy(kept[i].level[undo.depth], kept[i].data, kept[i].n);
    undo.from[undo.depth++] = undo.count;
}

// Keeps one block and counts it as kept by this level.
static void keep_block(struct host_area *a, uint32_t block)
{
    if (undo.count == undo.room) {
        undo.room = undo.room * 2u + 256u;
        undo.entry = host_memory(realloc(undo.entry, undo.room * sizeof *undo.entry));
    }
    struct entry *e = &undo.entry[undo.count++];
    uint32_t offset = block * HOST_BLOCK;
    e->area = a;
    e->offset = offset;
    e->print = a->print[block];
    e->erases = a->erases[block];
    e->depth = a->depth[block];
    memcpy(e->cells, a->cells + offset, HOST_BLOCK);
    memcpy(e->state, a->state + offset, HOST_BLOCK);
    memcpy(e->before, a->before + offset, HOST_BLOCK);
    memcpy(e->target, a->target + offset, HOST_BLOCK);
    a->depth[block] = undo.depth;
}

void host_touch(struct host_area *area, uint32_t offset, uint32_t n)
{
    for (uint32_t block = offset / HOST_BLOCK; block <= (offset + n - 1u) / HOST_BLOCK; block++) {
        if (area->depth[block] != undo.depth)
            keep_block(area, block);
        area->print[block] = 0;
    }
}

void host_pop(void)
{
    if (undo.depth == 0u)
        host_abort("nothing to bring back");
    undo.depth--;
    while (undo.count > undo.from[undo.depth]) {
        const struct entry *e = &undo.entry[--undo.count];
        struct host_area *a = e->area;
        a->print[e->offset / HOST_BLOCK] = e->print;
        a->erases[e->offset / HOST_BLOCK] = e->erases;
        a->depth[e->offset / HOST_BLOCK] = e->depth;
        memcpy(a->cells + e->offset, e->cells, HOST_BLOCK);
        memcpy(a->state + e->offset, e->state, HOST_BLOCK);
        memcpy(a->before + e->offset, e->before, HOST_BLOCK);
        memcpy(a->target + e->offset, e->target, HOST_BLOCK);
    }
    for (size_t i = 0; i < kept_count; i++)
        memcpy(kept[i].data, kept[i].level[undo.depth], kept[i].n);
}
