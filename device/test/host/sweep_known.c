// SPDX-License-Identifier: BSD-3-Clause
// Known runs: sweep_known.h. They form a tree for each key.
#include "sweep_known.h"

#include "host_port.h"

#include <stdlib.h>
#include <string.h>

#define KEYS 4096u
#define READS_MAX 2000000u // of all runs; when there is no room, everything is forgotten
#define ENDS_MAX 65536u

// A block that was read, and what it held; siblings are what it held in other runs. At the root of a tree the
// print is the key.
struct read {
    uint64_t print;
    uint32_t block;
    uint32_t next;    // the first read behind it, or the number of the end
    uint32_t sibling; // 0 for none
    bool last;
};

static struct {
    uint32_t first[KEYS];
    struct read read[READS_MAX]; // the first one is none
    uint32_t reads;
    struct known_end end[ENDS_MAX];
    uint32_t ends;
} known;

// The run that is noted.
static struct {
    uint64_t key;
    struct read *read;
    uint32_t reads, ops;
    struct known_wear *wear;
    uint32_t units;
    uint32_t number;
    uint32_t *seen; // for each block: number of the last run that has read or erased it
    bool random;
} run;

// Blocks of a store of its own are numbered behind those of flash.

static struct host_area *store(void)
{
    uint32_t offset;
    return host_store(&offset);
}

static uint32_t first_block(const struct host_area *area)
{
    return area == &host_flash ? 0u : host_flash.size / HOST_BLOCK;
}

static uint32_t blocks(void)
{
    return first_block(store()) + store()->size / HOST_BLOCK;
}

static uint64_t print_of(uint32_t block)
{
    struct host_area *area = block < host_flash.size / HOST_BLOCK ? &host_flash : store();
    return host_print(area, block - first_block(area));
}

void known_forget(void)
{
    for (uint32_t i = 0; i < known.ends; i++)
        free(known.end[i].wear);
    memset(known.first, 0, sizeof known.first);
    known.reads = 1;
    known.ends = 0;
}

static uint32_t find(uint32_t i, uint64_t print)
{
    while (i != 0u && known.read[i].print != print)
        i = known.read[i].sibling;
    return i;
}

const struct known_end *known_run(uint64_t key)
{
    uint32_t i = find(known.first[key % KEYS], key);

    while (i != 0u && !known.read[i].last)
        i = find(known.read[i].next, print_of(known.read[known.read[i].next].block));
    return i != 0u ? &known.end[known.read[i].next] : NULL;
}

// A block holds what it held when the run began until it is erased, which makes it seen, or programmed, which
// looks at it first.
static void note(uint32_t block)
{
    if (run.seen[block] == run.number)
        return;
    run.seen[block] = run.number;
    uint64_t print = print_of(block);
    run.random = run.random || print == HOST_UNSTABLE;
    run.read[run.reads++] = (struct read){.print = print, .block = block};
}

static void look(struct host_area *area, uint32_t offset, uint32_t n)
{
    for (uint32_t at = offset / HOST_BLOCK; at * HOST_BLOCK < offset + n && !run.random; at++)
        note(first_block(area) + at);
}

void known_begin(uint64_t key)
{
    uint32_t n = blocks();

    if (run.seen == NULL) {
        run.read = host_memory(malloc(n * sizeof *run.read));
        run.seen = host_memory(calloc(n, sizeof *run.seen));
        run.wear = host_memory(malloc(n * sizeof *run.wear));
    }
    run.key = key;
    run.reads = run.ops = run.units = 0;
    run.number++;
    run.random = false;
    host_look = look;
}

static void erased(uint32_t block)
{
    uint32_t i = 0;

    while (i < run.units && run.wear[i].block != block)
        i++;
    if (i == run.units)
        run.wear[run.units++] = (struct known_wear){.block = block};
    run.wear[i].erases++;
}

void known_step(const struct host_step *step)
{
    uint32_t first = first_block(step->area) + step->offset / HOST_BLOCK;

    if (host_look == NULL)
        return;
    run.ops++;
    if (step->data != NULL)
        return;
    erased(first);
    for (uint32_t i = 0; i < step->n / HOST_BLOCK; i++)
        run.seen[first + i] = run.number;
}

// Adds a read to those that may stand at a place, unless it is there.
static struct read *add(uint32_t *place, const struct read *read)
{
    uint32_t i = find(*place, read->print);

    if (*place != 0u && known.read[*place].block != read->block)
        host_abort("a run reads block %u where another one has read block %u", read->block, known.read[*place].block);
    if (i == 0u) {
        i = known.reads++;
        known.read[i] = *read;
        known.read[i].sibling = *place;
        *place = i;
    }
    return &known.read[i];
}

void known_keep(uint32_t boots)
{
    size_t n = run.units * sizeof *run.wear;

    host_look = NULL;
    if (run.random)
        return;
    if (known.reads == 0u || known.reads + run.reads >= READS_MAX || known.ends == ENDS_MAX)
        known_forget();
    struct read *read = add(&known.first[run.key % KEYS], &(struct read){.print = run.key});
    for (uint32_t i = 0; i < run.reads; i++)
        read = add(&read->next, &run.read[i]);
    read->last = true;
    read->next = known.ends;
    struct known_end *end = &known.end[known.ends++];
    *end = (struct known_end){boots, run.ops, host_memory(malloc(n)), run.units};
    memcpy(end->wear, run.wear, n);
}

void known_compare(const struct known_end *foreseen, uint32_t boots)
{
    uint32_t i = find(known.first[run.key % KEYS], run.key);
    bool same = foreseen->boots == boots && foreseen->ops == run.ops && foreseen->units == run.units &&
                memcmp(foreseen->wear, run.wear, run.units * sizeof *run.wear) == 0;

    host_look = NULL;
    for (uint32_t k = 0; k < run.reads && i != 0u && !known.read[i].last; k++)
        i = find(known.read[i].next, run.read[k].print);
    same = same && !run.random && i != 0u && known.read[i].last && &known.end[known.read[i].next] == foreseen;
    if (!same)
        host_abort("a run was not as it was foreseen");
}

uint32_t known_erases(const struct host_area *area, uint32_t from, uint32_t end, const struct known_end *known_run)
{
    uint32_t most = 0;

    for (uint32_t block = from / HOST_BLOCK; block < end / HOST_BLOCK; block++)
        if (area->erases[block] > most)
            most = area->erases[block];
    for (uint32_t i = 0; known_run != NULL && i < known_run->units; i++) {
        uint32_t block = known_run->wear[i].block - first_block(area);
        if (block >= from / HOST_BLOCK && block < end / HOST_BLOCK && area->erases[block] + known_run->wear[i].erases > most)
            most = area->erases[block] + known_run->wear[i].erases;
    }
    return most;
}
