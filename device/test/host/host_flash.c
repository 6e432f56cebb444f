// SPDX-License-Identifier: BSD-3-Clause
// The flash model of host_flash.h: operations, and cuts planned for them.
#include "host_flash.h"
#include "host_model.h"

#include "quine_part.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERASED QUINE_ERASED

static struct {
    uint64_t random, chance;
    uint32_t cut_in; // operations until the cut, 0 for none
    enum host_cut how;
    uint32_t unfed; // operations since the watchdog was fed
    uint8_t *worn; // the cell whose lowest bit stays zero, or NULL
    const uint8_t *locked; // the cell whose unit cannot be changed, or NULL
} plan = {.random = 1, .chance = 1};

struct host_stats host_stats;
void (*host_probe)(const struct host_step *step);
void (*host_look)(struct host_area *area, uint32_t offset, uint32_t n);
bool host_watched;
void (*host_last_words)(void);

static void __attribute__((noreturn)) quit(const char *whose, const char *format, va_list args)
{
    printf("%s ", whose);
    vprintf(format, args);
    if (host_last_words != NULL)
        host_last_words();
    printf("\n");
    exit(3);
}

void host_fatal(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    quit("fatal", format, args);
}

void host_abort(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    quit("abort", format, args);
}

static uint64_t next(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

static uint64_t first(uint64_t seed)
{
    uint64_t random = seed * 0x9E3779B97F4A7C15u + 0x5DEECE66Du;

    for (int i = 0; i < 4; i++)
        next(&random);
    return random;
}

uint64_t host_random64(void)
{
    return next(&plan.random);
}

uint32_t host_random(void)
{
    return (uint32_t)(host_random64() >> 24);
}

uint32_t host_chance(void)
{
    return (uint32_t)(next(&plan.chance) >> 24);
}

uint64_t host_chance_state(void)
{
    return plan.chance;
}

void host_scramble(void *data, size_t n)
{
    uint8_t *to = data;
    uint64_t random[4] = {next(&plan.chance), next(&plan.chance), next(&plan.chance), next(&plan.chance)};

    for (; n > sizeof random; n -= sizeof random, to += sizeof random)
        memcpy(to, random, sizeof random);
    memcpy(to, random, n);
}

void host_chance_seed(uint64_t seed)
{
    plan.chance = first(seed);
}

void host_seed(uint64_t seed)
{
    plan.random = first(seed);
    host_chance_seed(seed);
}

void host_plan(uint32_t n, enum host_cut how, uint64_t seed)
{
    plan.cut_in = how == HOST_CUT_NONE ? 0 : n;
    plan.how = how;
    host_seed(seed);
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

uint32_t host_unit(const struct host_area *area, uint32_t offset, uint32_t *size)
{
    const struct host_run *run = area->run;

    for (uint32_t i = 1; i < HOST_RUNS && offset >= area->run[i].first; i++)
        run = &area->run[i];
    *size = run->unit;
    return offset - (offset - run->first) % run->unit;
}

void host_blank(struct host_area *area)
{
    host_touch(area, 0, area->size);
    host_settle(area, 0, area->size, HOST_CLEAN);
    memset(area->cells, ERASED, area->size);
}

void host_poke(struct host_area *area, uint32_t offset, const uint8_t *data, uint32_t n)
{
    if (n == 0u)
        return;
    host_touch(area, offset, n);
    host_settle(area, offset, n, HOST_USED);
    memcpy(area->cells + offset, data, n);
}

// Counts an operation, and does not come back when power is lost before it or inside it.
static void begin(const struct host_step *step)
{
    if (!host_watched)
        host_tick(step->area, false);
    if (host_probe != NULL)
        host_probe(step);
    if (host_stats.ops < HOST_OPS_MAX)
        host_stats.op[host_stats.ops] = (struct host_op){
            .kind = step->data != NULL ? 'p' : 'e', .area = step->area->name[0], .offset = step->offset};
    host_stats.ops++;
    if (++plan.unfed > host_stats.unfed_max)
        host_stats.unfed_max = plan.unfed;
    if (plan.cut_in == 0u || --plan.cut_in > 0u || plan.how == HOST_CUT_AFTER)
        return;
    host_tear(step, plan.how, 0);
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
    uint32_t n = 0;

    if (offset >= area->size || host_unit(area, offset, &n) != offset)
        host_fatal("erase of %s at 0x%x: no unit starts there", area->name, offset);
    begin(&(struct host_step){area, offset, n, NULL});
    host_stats.erases++;
    if (host_locked(area, offset, n))
        return false;
    host_touch(area, offset, n);
    area->erases[offset / HOST_BLOCK]++;
    memset(area->cells + offset, ERASED, n);
    host_settle(area, offset, n, HOST_CLEAN);
    end();
    return true;
}

void host_program(struct host_area *area, uint32_t offset, const uint8_t *data, bool zeros)
{
    uint32_t n = area->program_unit;
    uint32_t entry = n > 8u ? n : 8u; // of the floor: a torn one may be programmed again, whole
    uint8_t ones = 0xFFu; // bits that are set in all bytes
    uint8_t any = 0;

    if (offset % n != 0u || offset >= area->size)
        host_fatal("program of %s at 0x%x: no unit starts there", area->name, offset);
    for (uint32_t i = 0; i < n; i++) {
        ones &= data[i];
        any |= data[i];
    }
    host_look_at(area, offset, n);
    bool again = area->append > 0u && offset >= area->append && host_torn(area, offset - offset % entry, entry) > 0u;
    if (area->state[offset] != HOST_CLEAN && !(zeros && any == 0u) && !again)
        host_fatal("program of %s at 0x%x: the unit is %s, not erased", area->name, offset,
                   area->state[offset] == HOST_TORN ? "torn" : "used");
    begin(&(struct host_step){area, offset, n, data});
    host_stats.programs++;
    host_stats.blank += ERASED == 0xFFu ? ones == 0xFFu : any == 0u;
    host_touch(area, offset, n);
    memcpy(area->cells + offset, data, n);
    if (again) // it is no better for that
        memcpy(area->target + offset, data, n);
    else
        host_settle(area, offset, n, HOST_USED);
    end();
}

void host_fed(void)
{
    plan.unfed = 0;
}

void host_keep_plan(void)
{
    host_keep(&plan, sizeof plan);
    host_keep(&host_stats, offsetof(struct host_stats, op));
}
