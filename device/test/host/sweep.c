// SPDX-License-Identifier: BSD-3-Clause
// Cuts power everywhere: sweep.h.
//
// A run is interrupted by host_probe before each operation. There the state is remembered, power is cut,
// and the device brought to its goal by the same code, one level deeper; then the state is brought back
// and the run goes on to the next operation. So nothing is ever run again to get to a cut.
#define _XOPEN_SOURCE 700 // setitimer, sigaction
#include "sweep.h"

#include "host_fault.h"
#include "host_port.h"
#include "sim.h"
#include "sweep_known.h"
#include "sweep_run.h"

#include "quine_boot.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define DEPTH_MAX 3u
#define HANG_SECONDS 10 // of the processor's time that no run takes

struct cut {
    uint32_t at; // number of its operation, from the cut before or the start on
    uint32_t how, seed;
};

static struct {
    uint32_t depth, seeds, part, parts;
    uint32_t stride[DEPTH_MAX];
    uint32_t from, to; // first and last operation of a first cut
    uint32_t replayed; // cuts in replay, 0 for all
    struct cut replay[DEPTH_MAX];
} o;

static struct {
    uint32_t level; // cuts that have taken place in this run
    bool dry;       // cuts are planned, not made
    struct cut path[DEPTH_MAX];
    uint64_t seed[DEPTH_MAX + 1u]; // of the path to each level
    uint32_t at[DEPTH_MAX + 1u];
    uint64_t planned, fired;
    uint64_t deepest; // of those that took place: the last ones of their runs
    uint64_t lost; // boot sectors
    uint32_t lost_from, lost_to; // operations of the first level at which they are
    struct host_op *clean; // operations without a cut
    uint32_t clean_count;
} s;

// Mixes numbers to a seed.
static uint64_t mix(uint64_t a, uint64_t b)
{
    a = (a ^ b) * 0xBF58476D1CE4E5B9u;
    return a ^ a >> 29;
}

static void print_path(void)
{
    for (uint32_t i = 0; i < s.level; i++)
        printf("%s%u-%u-%u", i == 0 ? " @ " : ",", s.path[i].at, s.path[i].how, s.path[i].seed);
}

// The i-th way in which power may be lost at a step; false when there are no more. The seed of a
// prefix of a program is its length.
static bool way(const struct host_step *step, uint32_t i, struct cut *cut)
{
    static const uint32_t random[] = {HOST_CUT_WEAK, HOST_CUT_SLOW, HOST_CUT_BITS, HOST_CUT_ALMOST};
    uint32_t most = 4u * o.seeds;
    uint32_t prefixes = step->data == NULL ? o.seeds : step->n - 1u < most ? step->n - 1u : most;

    cut->seed = 0;
    if (i < 2u) {
        cut->how = i == 0u ? HOST_CUT_BEFORE : HOST_CUT_DONE;
        return true;
    }
    i -= 2u;
    if (i < prefixes) {
        cut->how = HOST_CUT_PREFIX;
        cut->seed = step->data == NULL ? i : 1u + (cut->at * 7u + i) % (step->n - 1u);
        return true;
    }
    i -= prefixes;
    cut->how = random[i % 4u];
    cut->seed = i / 4u;
    return i < 4u * o.seeds;
}

static bool chosen(uint32_t at)
{
    uint32_t stride = o.stride[s.level];

    if (o.replayed > 0u)
        return o.replay[s.level].at == at;
    if (s.level > 0u)
        return (at + (uint32_t)(s.seed[s.level] >> 32)) % stride == 0u;
    return at >= o.from && at <= o.to && at % stride == 0u && at / stride % o.parts == o.part;
}

static bool replayed(const struct cut *cut)
{
    const struct cut *r = &o.replay[s.level];
    return o.replayed == 0u || (r->how == cut->how && r->seed == cut->seed);
}

// Brings the device that has lost power to its goal: first to see that it gets there, and to plan the
// next cuts; then to cut it.
static void recover(void)
{
    s.at[s.level] = 0;
    if (s.level == o.depth) {
        run_last();
        return;
    }
    run_tell("without the next cut:\n");
    host_push();
    s.dry = true;
    run_to_goal();
    s.dry = false;
    host_pop();
    s.at[s.level] = 0;
    run_to_goal();
}

static void lose_boot_sector(void)
{
    uint32_t at = s.path[0].at;

    s.lost++;
    if (s.lost_from == 0u || at < s.lost_from)
        s.lost_from = at;
    if (at > s.lost_to)
        s.lost_to = at;
}

static void cut(const struct host_step *step, const struct cut *c)
{
    uint32_t prefix = c->how == HOST_CUT_PREFIX && step->data != NULL ? c->seed : 0u;

    run_tell("cut %u: %s of %s at 0x%x, way %u, seed %u\n", c->at, step->data != NULL ? "program" : "erase",
             step->area->name, step->offset, c->how, c->seed);
    host_push();
    s.path[s.level] = *c;
    s.seed[s.level + 1u] = mix(mix(mix(s.seed[s.level], c->at), c->how), c->seed);
    s.level++;
    s.fired++;
    s.deepest += s.level == o.depth;
    host_seed(s.seed[s.level]);
    host_tear(step, (enum host_cut)c->how, prefix);
    run_power_lost(s.level == 1u, s.seed[s.level]);
    if (run_boot_sector())
        recover();
    else
        lose_boot_sector();
    s.level--;
    host_pop();
}

// The run without a cut and the one that is cut must do the same.
static void check_clean(const struct host_step *step, uint32_t at)
{
    struct host_op op = {step->data != NULL ? 'p' : 'e', step->area->name[0], step->offset};

    if (s.dry) {
        s.clean = host_memory(realloc(s.clean, at * sizeof *s.clean));
        s.clean[at - 1u] = op;
        s.clean_count = at;
    } else if (at > s.clean_count || op.kind != s.clean[at - 1u].kind ||
               op.area != s.clean[at - 1u].area || op.offset != s.clean[at - 1u].offset) {
        host_abort("operation %u is another one than without a cut", at);
    }
}

static void probe(const struct host_step *step)
{
    uint32_t at = ++s.at[s.level];
    struct cut c = {at, 0, 0};

    if (s.level == 0u)
        check_clean(step, at);
    run_step(step);
    if (s.level >= o.depth) {
        known_step(step);
        return;
    }
    if (!chosen(at))
        return;
    for (uint32_t i = 0; way(step, i, &c); i++)
        if (!replayed(&c))
            continue;
        else if (s.dry)
            s.planned++;
        else
            cut(step, &c);
}

static uint32_t numbers(const char *word, uint32_t *to, uint32_t most)
{
    uint32_t n = 0;
    char *end = NULL;

    while (n < most) {
        to[n++] = (uint32_t)strtoul(word, &end, 10);
        if (*end != ':' && *end != '-')
            break;
        word = end + 1;
    }
    return n;
}

static bool option(char *word)
{
    char *value = strchr(word, '=');
    uint32_t n[3] = {0, 0, 0};

    if (value == NULL)
        return false;
    *value++ = '\0';
    numbers(value, n, 3);
    if (strcmp(word, "depth") == 0 && n[0] <= DEPTH_MAX)
        o.depth = n[0];
    else if (strcmp(word, "seeds") == 0)
        o.seeds = n[0];
    else if (strcmp(word, "stride") == 0)
        numbers(value, o.stride, DEPTH_MAX);
    else if (strcmp(word, "part") == 0)
        o.part = n[0], o.parts = n[1];
    else if (strcmp(word, "from") == 0)
        o.from = n[0], o.to = n[1];
    else if (strcmp(word, "cut") == 0 && o.replayed < DEPTH_MAX)
        o.replay[o.replayed++] = (struct cut){n[0], n[1], n[2]};
    else
        return run_option(word, n);
    return true;
}

// Comes every HANG_SECONDS: a run should have ended since.
static void look(int signal)
{
    static uint64_t before;

    (void)signal;
    if (run.runs == before)
        host_fatal("the device does not come to an end");
    before = run.runs;
}

static void watch(bool on)
{
    const struct itimerval timer = {{on ? HANG_SECONDS : 0, 0}, {on ? HANG_SECONDS : 0, 0}};

    const struct sigaction action = {.sa_handler = look, .sa_flags = SA_RESTART}; // signal() would look once

    sigaction(SIGVTALRM, &action, NULL);
    setitimer(ITIMER_VIRTUAL, &timer, NULL);
}

void sweep_open(void)
{
    run_open();
}

void sweep(const char *options)
{
    char words[256];

    memset(&o, 0, sizeof o);
    memset(&s, 0, sizeof s);
    o.depth = o.seeds = o.parts = o.stride[0] = o.stride[1] = o.stride[2] = 1;
    o.to = UINT32_MAX;
    s.seed[0] = 1;
    run_reset();
    snprintf(words, sizeof words, "%s", options);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
        if (!option(word) || o.parts == 0u || o.stride[0] * o.stride[1] * o.stride[2] == 0u)
            host_fatal("sweep has no option %s", word);
    if (o.replayed > 0u)
        o.depth = o.replayed;
    watch(true);
    host_probe = probe;
    host_last_words = print_path;
    host_push();
    host_seed(1);
    s.dry = true;
    run_to_goal();
    s.dry = false;
    host_pop();
    uint32_t flash = run.flash_erases, store = run.store_erases;
    host_push();
    host_seed(1);
    s.at[0] = 0;
    run_to_goal();
    host_pop();
    watch(false);
    host_probe = NULL;
    host_last_words = NULL;
    free(s.clean);
    s.clean = NULL;
    printf("%llu %llu %llu %llu %llu %llu %u %u %u %u %u %u %u\n", (unsigned long long)s.planned,
           (unsigned long long)s.fired, (unsigned long long)s.deepest, (unsigned long long)run.runs,
           (unsigned long long)run.known, (unsigned long long)s.lost,
           s.lost > 0u ? s.lost_to - s.lost_from + 1u : 0u, s.clean_count, run.boots, flash, store,
           run.flash_erases, run.store_erases);
}
