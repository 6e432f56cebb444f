// SPDX-License-Identifier: BSD-3-Clause
// One run of a sweep: sweep_run.h, and the scripts of sweep.h.
#include "sweep_run.h"

#include "host_fault.h"
#include "host_port.h"
#include "sim.h"
#include "sweep.h"
#include "sweep_known.h"

#include "quine_boot.h"
#include "quine_error.h"
#include "quine_image.h"
#include "quine_internal.h"
#include "quine_port.h"
#include "quine_staging.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 8u
#define ROUNDS 24u   // starts of an application until the goal must run
#define PATIENCE 12288u // feeds without a change of flash: more than verifications take, less than a wait
#define RESETS 8u    // resets in a row after which something must run

// What power that comes back finds besides cells: junk in RAM, lengths of pieces; and where the store goes wrong.
#define CHANCES 16u
#define FAULT_CHANCES 256u

struct step {
    char kind;
    uint32_t patch, from, to;
    int code; // that it ends with
};

static struct step scripts[SIM_IMAGES][STEPS];

static struct {
    uint32_t goal, boots;
    bool window;
    uint32_t fault, fault_from, fault_count;
    uint32_t swap, swap_from;
    uint32_t bites, bite_at;
    bool ram, trace;
    uint32_t known;
} o;

struct run_seen run;

// State of this run.
static struct {
    int image;       // that runs, or has run
    uint32_t boots;  // since the last cut or the start of a newer image
    uint32_t most;   // of these, since the last cut
    uint32_t cuts;
    bool installs;   // the application has asked for an install
    bool fault_due;  // in the next boot
    bool faulty_boot; // the store is wrong in this one
    bool faulty;     // the store was wrong in a boot of this run
    bool swapped;    // swap is over
    uint32_t bites;  // yet to come
    uint32_t pieces; // makes the lengths of pieces
    bool replacing;  // boot has begun to replace the image that runs
    bool boot_sector; // boot has begun to write the boot sector
    bool pending;    // an image was when the application started, and boot has not refused it
} r;

static struct {
    const struct step *step;
    int code;
} call;

void run_open(void)
{
    host_keep(&r, sizeof r);
    host_keep(&call, sizeof call);
}

void run_reset(void)
{
    memset(&run, 0, sizeof run);
    memset(&r, 0, sizeof r);
    memset(&o, 0, sizeof o);
    o.goal = 1;
    o.boots = 3;
    o.known = 1;
    known_forget();
    host_patience = PATIENCE;
}

bool run_option(const char *name, const uint32_t n[3])
{
    if (strcmp(name, "goal") == 0 && n[0] < SIM_IMAGES)
        o.goal = n[0];
    else if (strcmp(name, "boots") == 0)
        o.boots = n[0];
    else if (strcmp(name, "window") == 0)
        o.window = n[0] != 0u;
    else if (strcmp(name, "fault") == 0 && n[0] <= HOST_FAULT_OTHER)
        o.fault = n[0], o.fault_from = n[1], o.fault_count = n[2];
    else if (strcmp(name, "swap") == 0 && n[0] <= HOST_FAULT_OTHER)
        o.swap = n[0], o.swap_from = n[1];
    else if (strcmp(name, "bites") == 0)
        o.bites = r.bites = n[0], o.bite_at = n[1];
    else if (strcmp(name, "ram") == 0)
        o.ram = n[0] != 0u;
    else if (strcmp(name, "known") == 0)
        o.known = n[0];
    else if (strcmp(name, "trace") == 0)
        o.trace = n[0] != 0u;
    else
        return false;
    return true;
}

void sweep_script(uint32_t image, const char *steps)
{
    char words[128];
    uint32_t n = 0;

    if (image >= SIM_IMAGES)
        host_fatal("no image %u", image);
    memset(scripts[image], 0, sizeof scripts[image]);
    snprintf(words, sizeof words, "%s", steps);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "), n++) {
        struct step *step = &scripts[image][n];
        char *end = word + 1;
        if (n == STEPS - 1u || strchr("bwfrxai", word[0]) == NULL)
            host_fatal("no step %s", word);
        step->kind = word[0];
        if (strchr("wrx", word[0]) != NULL)
            step->patch = (uint32_t)strtoul(word + 1, &end, 10) % SIM_PATCHES;
        step->to = 1000;
        if (word[0] == 'w')
            step->from = (uint32_t)strtoul(end + 1, &end, 10), step->to = (uint32_t)strtoul(end + 1, &end, 10);
        if (word[0] == 'x')
            step->code = (int)strtol(end + 1, &end, 10);
    }
}

void run_tell(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (o.trace)
        vfprintf(stderr, format, args);
    va_end(args);
}

void run_power_lost(bool first, uint64_t seed)
{
    bool fault_due = first && o.fault != HOST_FAULT_NONE;

    host_chance_seed(seed % (fault_due ? FAULT_CHANCES : CHANCES));
    if (!o.ram)
        host_power_lost();
    host_actor = HOST_OFF;
    host_fault_plan(0, 0, HOST_FAULT_NONE);
    host_bite(0);
    r.boots = r.most = 0;
    r.cuts++;
    r.pieces = host_chance();
    r.fault_due = fault_due;
}

bool run_boot_sector(void)
{
    bool whole = false;

    if (host_torn(&host_flash, 0, QUINE_BOOT_SIZE) == 0u)
        for (uint32_t i = 0; i <= o.goal; i++)
            whole = whole || memcmp(sim_images[i].data, host_flash.cells, QUINE_BOOT_SIZE) == 0;
    if (!whole && !o.window)
        host_fatal("the boot sector is lost");
    return whole;
}

// Says whether boot installs the image that runs once more, for the header that a cut has left weak names it still.
static bool again(void)
{
    return r.image >= 0 && memcmp(quine_ram.manifest.id, sim_images[r.image].data + QUINE_MANIFEST_OFFSET + QUINE_MANIFEST_ID,
                                  QUINE_ID_SIZE) == 0;
}

// The boot sector is replaced when all else is, or not at all; a pending image is not dropped.
void run_step(const struct host_step *step)
{
    uint32_t at = step->offset, header;
    struct host_area *store = host_store(&header);

    if (host_actor == HOST_APPLICATION && r.pending && step->area == store && at == header)
        host_fatal("the application drops an image that is pending");
    if (host_actor != HOST_BOOT || step->area != &host_flash || at >= QUINE_IMAGE_MAX)
        return;
    r.replacing = !again();
    if (at < QUINE_BOOT_SIZE)
        r.boot_sector = true;
    else if (r.boot_sector && step->data == NULL && at >= QUINE_APP_OFFSET)
        host_fatal("a sector is erased after the boot sector");
}

// Feeds a part of a patch in pieces of many lengths.
static int write(const struct step *step)
{
    const struct sim_bytes *p = &sim_patches[step->patch];
    uint32_t at = (uint32_t)((uint64_t)p->n * step->from / 1000u);
    uint32_t end = (uint32_t)((uint64_t)p->n * step->to / 1000u);
    int code = QUINE_OK;

    while (at < end && code == QUINE_OK) {
        r.pieces = r.pieces * 1664525u + 1013904223u;
        uint32_t n = 1u + (r.pieces >> 16) % 97u;
        n = n < end - at ? n : end - at;
        code = quine_update_write(&sim_update, p->data + at, n);
        at += n;
    }
    return code;
}

static void take_step(void)
{
    const struct step *step = call.step;

    call.code = QUINE_OK;
    if (strchr("brx", step->kind) != NULL)
        call.code = quine_update_begin(&sim_update);
    if (strchr("wrx", step->kind) != NULL && call.code == QUINE_OK)
        call.code = write(step);
    if (strchr("frx", step->kind) != NULL && call.code == QUINE_OK)
        call.code = quine_update_finish(&sim_update);
    if (step->kind == 'a')
        call.code = quine_update_abort(&sim_update);
    if (step->kind == 'i')
        call.code = quine_update_install();
}

// Does what the application does, up to a reset.
static void application(void)
{
    for (const struct step *step = scripts[r.image]; step->kind != '\0'; step++) {
        call.step = step;
        host_look_at(&host_flash, 0, QUINE_IMAGE_MAX); // the decoder may, and is not watched
        if (step->kind == 'i')
            r.installs = true;
        enum host_event event = sim_enter(take_step);
        run_tell("image %d: step %c%u %s %d, %u operations\n", r.image, step->kind, step->patch,
                 event == HOST_RESET ? "resets" : "ends with", call.code, host_stats.ops);
        if (event == HOST_RESET)
            return;
        if (call.code == step->code && step->kind != 'i')
            continue;
        if (call.code == QUINE_ERR_PENDING && r.cuts > 0u) { // a cut has left it so
            uint32_t offset;
            struct host_area *store = host_store(&offset);
            if (host_torn(store, offset, QUINE_STAGING_SIZE) > 0u)
                r.boots--; // a header that reads as it likes may do so again
            break;
        }
        if (!r.faulty)
            host_fatal("step %c%u of image %d ends with %d", step->kind, step->patch, r.image, call.code);
        break;
    }
    host_actor = HOST_OFF;
    r.installs = true; // as far as an image is pending
}

// Lets what is planned go wrong in the boot that comes.
static void disturb(void)
{
    host_fault_plan(0, 0, HOST_FAULT_NONE);
    host_bite(0);
    r.faulty_boot = r.fault_due;
    if (r.fault_due) {
        uint32_t any = host_chance() % 2u == 0u ? 1u : 1u + host_chance() % 512u;
        host_fault_plan(o.fault_from != 0u ? o.fault_from : any, o.fault_count, (enum host_fault)o.fault);
        r.faulty = true;
    } else if (o.swap != HOST_FAULT_NONE && !r.swapped) {
        host_fault_plan(o.swap_from, 0, (enum host_fault)o.swap);
        r.faulty = true;
        r.swapped = true;
    }
    r.fault_due = false;
    if (r.installs && r.bites > 0u) {
        host_bite(o.bite_at);
        r.bites--;
    }
}

// Says whether an intact header announces an image for the one that runs.
static bool announced(void)
{
    uint32_t offset;
    struct host_area *store = host_store(&offset);
    const uint8_t *header = store->cells + offset;

    return host_torn(store, offset, QUINE_STAGING_SIZE) == 0u && quine_staging_valid(header, quine_crc32) &&
           memcmp(header + QUINE_STAGING_BASE, sim_images[r.image].data + QUINE_MANIFEST_OFFSET + 8, QUINE_ID_SIZE) == 0;
}

// Says whether boot must install what is announced: if the store has failed before, it was dead, so that
// nothing was refused.
static bool must_install(void)
{
    bool dead = o.fault_count == 0u && (o.fault == HOST_FAULT_NONE || o.fault == HOST_FAULT_ERROR || o.fault == HOST_FAULT_BUSY ||
                                        o.fault == HOST_FAULT_ONES || o.fault == HOST_FAULT_ZEROS);

    return dead && !r.faulty_boot && o.swap == HOST_FAULT_NONE && o.bites == 0u && announced();
}

// Says whether the client must not drop what is announced. One that cannot be read without the store's
// saying so is beyond it.
static bool must_keep(void)
{
    uint32_t offset;
    struct host_area *store = host_store(&offset);
    uint32_t crc = quine_le32(store->cells + offset + QUINE_STAGING_CRC);
    const struct quine_record *record = quine_boot_info.record;
    bool refused = record->check == ~record->state && record->refused == crc;

    return announced() && !refused && (!r.faulty || o.fault == HOST_FAULT_ERROR || o.fault == HOST_FAULT_BUSY);
}

// The seal of the image that runs may be torn when more than one thing has gone wrong: it reads right
// then, and a pending header or the next update will have it written anew.
static void check_started(void)
{
    uint32_t torn, seal = host_torn(&host_flash, QUINE_SEAL_OFFSET, QUINE_SEAL_SIZE);
    int image = sim_which(&torn);
    uint32_t offset;
    struct host_area *store = host_store(&offset);

    if (r.replacing && image == r.image && !r.faulty && host_torn(store, offset, QUINE_STAGING_SIZE) == 0u)
        host_fatal("image %d starts although boot had begun to replace it", image);
    if (image == r.image && image < (int)o.goal && must_install())
        host_fatal("image %d starts, and not what is staged", image);
    if (image < 0 || image > (int)o.goal)
        host_fatal("what starts is no image that may run");
    if (image < r.image)
        host_fatal("image %d starts after image %d", image, r.image);
    if (r.cuts < 2u && !r.faulty && torn > 0u)
        host_fatal("image %d starts with %u torn bytes", image, torn);
    if (torn > seal)
        host_fatal("image %d starts with %u torn bytes", image, torn - seal);
    if (image == r.image) {
        r.pending = must_keep();
        return;
    }
    r.pending = false;
    if (r.boots > o.boots && r.cuts > 0u)
        host_fatal("%u boots from the last cut to image %d", r.boots, image);
    if (r.boots > r.most)
        r.most = r.boots;
    r.boots = 0;
    r.replacing = false;
    r.image = image;
}

// Installing erases each unit once, the one of the seal a second time where that is how it is destroyed,
// and the header's; it programs each unit once, and the seal twice. With a store that goes wrong it may
// do so four times.
static void check_work(uint32_t erases, uint32_t programs)
{
    uint32_t size = 0, units = 2, n = 0;

    for (uint32_t i = 0; i <= o.goal; i++)
        if (sim_images[i].n > size)
            size = sim_images[i].n;
    for (uint32_t at = 0; at < size; at += n, units++)
        (void)host_unit(&host_flash, at, &n);
    if (!r.faulty && (erases > units || programs > size / QUINE_PROGRAM_UNIT + 16u))
        host_fatal("a boot erases %u and programs %u units", erases, programs);
}

// Boots until an application runs.
static void boot(void)
{
    static const char *const ends[] = {
        [HOST_RESET] = "reset", [HOST_STARTED] = "an application starts", [HOST_WAITING] = "waits"};

    for (uint32_t resets = 0; resets < RESETS; resets++) {
        uint32_t erases = host_stats.erases, programs = host_stats.programs;
        disturb();
        r.boot_sector = false;
        enum host_event event = sim_enter(host_boot);
        r.boots++;
        run_tell("boot %u: %s, %u erases, %u programs\n", r.boots, ends[event], host_stats.erases - erases,
                 host_stats.programs - programs);
        check_work(host_stats.erases - erases, host_stats.programs - programs);
        if (!run_boot_sector())
            host_fatal("the boot sector is lost without a cut");
        if (event == HOST_STARTED) {
            check_started();
            return;
        }
        if (event == HOST_WAITING && !r.faulty)
            host_fatal("boot waits");
        if (event == HOST_WAITING)
            host_power_lost();
    }
    host_fatal("nothing starts");
}

// The goal runs: another boot has nothing to do, unless a cut has left a header that reads as it likes.
static void check_settled(void)
{
    uint32_t offset;
    struct host_area *store = host_store(&offset);
    uint32_t ops = host_stats.ops;

    if (r.bites > 0u || r.faulty || host_torn(store, offset, QUINE_STAGING_SIZE) > 0u)
        return;
    host_power_lost();
    boot();
    if (host_stats.ops != ops)
        host_fatal("boot works on flash when all is done");
}

// Notes what the run has taken, or is known to take.
static void note(uint32_t boots, const struct known_end *end)
{
    uint32_t offset;
    struct host_area *store = host_store(&offset);
    uint32_t flash_erases = known_erases(&host_flash, 0, QUINE_IMAGE_MAX, end);
    uint32_t store_erases = known_erases(store, offset, store->size, end);

    run.runs++;
    if (boots > run.boots)
        run.boots = boots;
    if (flash_erases > run.flash_erases)
        run.flash_erases = flash_erases;
    if (store_erases > run.store_erases)
        run.store_erases = store_erases;
}

void run_to_goal(void)
{
    for (uint32_t round = 0; round < ROUNDS; round++) {
        boot();
        if (r.image == (int)o.goal) {
            check_settled();
            note(r.most, NULL);
            return;
        }
        application();
    }
    host_fatal("the goal does not come to run");
}

// Stands for all that a run follows from but cells: what is left of the scripts, RAM, chance. The RAM that boot
// borrows, the client's and the counts of feeds are made anew before they are used.
static uint64_t key(void)
{
    uint64_t chance = host_chance_state();
    uint32_t offset;
    bool faults[2] = {host_flash.fault, host_store(&offset)->fault};

    return host_mix(host_mix(host_mix(host_mix(1, &r, sizeof r), &quine_ram.record, sizeof quine_ram.record), &chance,
                             sizeof chance),
                    faults, sizeof faults);
}

void run_last(void)
{
    if (o.known == 0u || !host_watched) {
        run_to_goal();
        return;
    }
    uint64_t print = key();
    const struct known_end *end = known_run(print);
    run.known += end != NULL;
    if (end != NULL && o.known == 1u) {
        note(end->boots, end);
        return;
    }
    known_begin(print);
    run_to_goal();
    if (end != NULL)
        known_compare(end, r.most);
    else
        known_keep(r.most);
}
