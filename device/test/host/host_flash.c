// SPDX-License-Identifier: BSD-3-Clause
// The flash model of host_flash.h.
#include "host_flash.h"

#include "quine_part.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERASED QUINE_ERASED
#define TEARS 256u // torn operations told apart; weak numbers are bytes

// What is planned, and what the torn operations read as now.
static struct {
    uint64_t random;
    uint32_t cut_in; // operations until the cut, 0 for none
    uint32_t how;
    uint32_t tears; // number of the last torn operation
    uint32_t unfed; // operations since the watchdog was fed
    bool slow[TEARS]; // torn operations whose cells change only after a reset
    uint8_t *worn; // the cell whose lowest bit stays zero, or NULL
    const uint8_t *locked; // the cell whose unit cannot be changed, or NULL
} plan = {.random = 1};

struct host_stats host_stats;

static struct {
    void *data;
    size_t n;
    void *copy[HOST_SLOTS];
} kept[24];
static size_t kept_count;
static bool saved[HOST_SLOTS];

void host_fatal(const char *format, ...)
{
    va_list args;

    printf("fatal ");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    exit(3);
}

uint32_t host_random(void)
{
    plan.random ^= plan.random << 13;
    plan.random ^= plan.random >> 7;
    plan.random ^= plan.random << 17;
    return (uint32_t)(plan.random >> 24);
}

void host_plan(uint32_t n, enum host_cut how, uint64_t seed)
{
    plan.cut_in = how == HOST_CUT_NONE ? 0 : n;
    plan.how = how;
    plan.random = seed * 0x9E3779B97F4A7C15u + 0x5DEECE66Du;
    for (int i = 0; i < 4; i++)
        host_random();
}

void host_wear(const struct host_area *area, uint32_t offset)
{
    plan.worn = area->cells + offset;
}

void host_lock(const struct host_area *area, uint32_t offset)
{
    plan.locked = area->cells + offset;
}

bool host_locked(const struct host_area *area, uint32_t offset, uint32_t n)
{
    const uint8_t *first = area->cells + offset;
    return plan.locked != NULL && plan.locked >= first && plan.locked < first + n;
}

void host_zero(void)
{
    memset(&host_stats, 0, offsetof(struct host_stats, op));
}

// Takes the weakness from n bytes: what happened to them is certain again.
static void settle(struct host_area *area, uint32_t offset, uint32_t n, enum host_state state)
{
    memset(area->state + offset, (int)state, n);
    for (uint32_t i = offset; area->weak_count > 0u && i < offset + n; i++)
        if (area->weak[i] != 0u) {
            area->weak[i] = 0;
            area->weak_count--;
        }
}

void host_blank(struct host_area *area)
{
    settle(area, 0, area->size, HOST_CLEAN);
    memset(area->cells, ERASED, area->size);
}

void host_poke(struct host_area *area, uint32_t offset, const uint8_t *data, uint32_t n)
{
    settle(area, offset, n, HOST_USED);
    memcpy(area->cells + offset, data, n);
}

uint32_t host_torn(const struct host_area *area, uint32_t offset, uint32_t n)
{
    uint32_t torn = 0;

    for (uint32_t i = offset; i < offset + n; i++)
        torn += area->state[i] == HOST_TORN;
    return torn;
}

// What a torn operation may read as; UNKNOWN until a tick comes to it.
enum { BEFORE, DONE, BYTES, BITS, JUNK, STAYS, UNKNOWN };

static uint8_t new_mood(void)
{
    uint32_t random = host_random() % 8u;
    return (uint8_t)(random < STAYS ? random : STAYS);
}

static uint8_t weak_read(uint8_t mood, uint8_t before, uint8_t target)
{
    uint8_t random;

    if (mood == BEFORE || mood == DONE)
        return mood == BEFORE ? before : target;
    random = (uint8_t)host_random();
    if (mood == BYTES)
        return (random & 1u) ? before : target;
    if (mood == BITS)
        return (uint8_t)((before & random) | (target & ~random));
    return random;
}

void host_tick(struct host_area *area, bool reset)
{
    uint8_t mood[TEARS];

    if (area->weak_count == 0u)
        return;
    memset(mood, UNKNOWN, sizeof mood);
    for (uint32_t i = area->weak_from; i < area->weak_end; i++) {
        uint8_t tear = area->weak[i];
        if (tear == 0u || (plan.slow[tear] && !reset))
            continue;
        if (mood[tear] == UNKNOWN)
            mood[tear] = new_mood();
        if (mood[tear] != STAYS)
            area->cells[i] = weak_read(mood[tear], area->before[i], area->target[i]);
    }
}

// What byte i of an operation is to read as; an erase has no data.
static uint8_t want(const uint8_t *data, uint32_t i)
{
    return data != NULL ? data[i] : ERASED;
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

static void make_weak(struct host_area *area, uint32_t offset, uint32_t n, const uint8_t *data)
{
    if (area->weak_count == 0u) {
        area->weak_from = offset;
        area->weak_end = offset;
    }
    if (offset < area->weak_from)
        area->weak_from = offset;
    if (offset + n > area->weak_end)
        area->weak_end = offset + n;
    plan.tears = plan.tears % (TEARS - 1u) + 1u;
    plan.slow[plan.tears] = plan.how == HOST_CUT_SLOW;
    for (uint32_t i = 0; i < n; i++) {
        area->weak[offset + i] = (uint8_t)plan.tears;
        area->before[offset + i] = area->cells[offset + i];
        area->target[offset + i] = want(data, i);
    }
    area->weak_count += n;
}

// Does to n cells what power that fails in the middle of an operation does.
static void tear(struct host_area *area, uint32_t offset, uint32_t n, const uint8_t *data)
{
    uint8_t *cells = area->cells + offset;
    uint32_t prefix = n > 1u ? 1u + host_random() % (n - 1u) : 0u;
    uint32_t byte;
    uint8_t bit = pick_bit(cells, data, n, &byte);

    settle(area, offset, n, HOST_TORN);
    if (plan.how == HOST_CUT_WEAK || plan.how == HOST_CUT_SLOW)
        make_weak(area, offset, n, data);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t keep = 0; // bits that stay as before
        if (plan.how == HOST_CUT_PREFIX)
            keep = i < prefix ? 0x00u : 0xFFu;
        else if (plan.how == HOST_CUT_BITS)
            keep = (uint8_t)host_random();
        else if (plan.how == HOST_CUT_ALMOST)
            keep = i == byte ? bit : 0x00u;
        cells[i] = (uint8_t)((cells[i] & keep) | (want(data, i) & ~keep));
    }
    host_tick(area, true);
}

// Counts an operation, and does not come back when power is lost before it or inside it.
static void begin(struct host_area *area, char kind, uint32_t offset, uint32_t n,
                  const uint8_t *data)
{
    host_tick(area, false);
    if (host_stats.ops < HOST_OPS_MAX)
        host_stats.op[host_stats.ops] =
            (struct host_op){.kind = kind, .area = area->name[0], .offset = offset};
    host_stats.ops++;
    if (++plan.unfed > host_stats.unfed_max)
        host_stats.unfed_max = plan.unfed;
    if (plan.cut_in == 0u || --plan.cut_in > 0u || plan.how == HOST_CUT_AFTER)
        return;
    if (plan.how != HOST_CUT_BEFORE)
        tear(area, offset, n, data);
    host_stats.fired++;
    host_leave(HOST_CUT);
}

// Ends an operation that took place: power may be lost right behind it.
static void end(void)
{
    if (plan.worn != NULL)
        *plan.worn &= 0xFEu;
    if (plan.how == HOST_CUT_AFTER && plan.cut_in == 0u) {
        plan.how = HOST_CUT_NONE;
        host_stats.fired++;
        host_leave(HOST_CUT);
    }
}

bool host_erase(struct host_area *area, uint32_t offset)
{
    if (offset % area->erase_unit != 0u || offset >= area->size)
        host_fatal("erase of %s at 0x%x: no unit starts there", area->name, offset);
    begin(area, 'e', offset, area->erase_unit, NULL);
    host_stats.erases++;
    if (host_locked(area, offset, area->erase_unit))
        return false;
    memset(area->cells + offset, ERASED, area->erase_unit);
    settle(area, offset, area->erase_unit, HOST_CLEAN);
    end();
    return true;
}

void host_program(struct host_area *area, uint32_t offset, const uint8_t *data, bool zeros)
{
    uint32_t n = area->program_unit;
    bool blank = true;
    bool zero = true;

    if (offset % n != 0u || offset >= area->size)
        host_fatal("program of %s at 0x%x: no unit starts there", area->name, offset);
    for (uint32_t i = 0; i < n; i++) {
        blank = blank && data[i] == ERASED;
        zero = zero && data[i] == 0u;
    }
    if (area->state[offset] != HOST_CLEAN && !(zeros && zero))
        host_fatal("program of %s at 0x%x: the unit is %s, not erased", area->name, offset,
                   area->state[offset] == HOST_TORN ? "torn" : "used");
    begin(area, 'p', offset, n, data);
    host_stats.programs++;
    host_stats.blank += blank;
    memcpy(area->cells + offset, data, n);
    settle(area, offset, n, HOST_USED);
    end();
}

void host_fed(void)
{
    plan.unfed = 0;
}

void host_keep(void *data, size_t n)
{
    if (kept_count == sizeof kept / sizeof kept[0])
        host_fatal("too much state");
    kept[kept_count].data = data;
    kept[kept_count].n = n;
    for (uint32_t slot = 0; slot < HOST_SLOTS; slot++) {
        kept[kept_count].copy[slot] = malloc(n);
        if (kept[kept_count].copy[slot] == NULL)
            host_fatal("no memory");
    }
    kept_count++;
}

void host_save(uint32_t slot)
{
    for (size_t i = 0; i < kept_count; i++)
        memcpy(kept[i].copy[slot], kept[i].data, kept[i].n);
    saved[slot] = true;
}

void host_restore(uint32_t slot)
{
    if (!saved[slot])
        host_fatal("slot %u was not saved", slot);
    for (size_t i = 0; i < kept_count; i++)
        memcpy(kept[i].data, kept[i].copy[slot], kept[i].n);
}

void host_keep_area(struct host_area *area)
{
    host_keep(area, sizeof *area);
    host_keep(area->cells, area->size);
    host_keep(area->state, area->size);
    host_keep(area->weak, area->size);
    host_keep(area->before, area->size);
    host_keep(area->target, area->size);
}

void host_keep_plan(void)
{
    host_keep(&plan, sizeof plan);
}
