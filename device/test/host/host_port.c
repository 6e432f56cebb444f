// SPDX-License-Identifier: BSD-3-Clause
// The port of the host: quine_port.h and the start file's part of quine_internal.h over the flash
// model, and rules about who may write where.
#include "host_fault.h"
#include "host_port.h"

#include "quine_boot.h"
#include "quine_error.h"
#include "quine_internal.h"
#include "quine_staging.h"

#include <string.h>

// Feeds of the watchdog in a row at which weak cells change: boot waits after so many, and reads
// nothing.
#define FEEDS_TICK 64u

// Calls of the port that boot may make without a feed of the watchdog. It feeds it for each 32 bytes,
// which are up to eight programs and eight questions for faults.
#define UNFED_MAX 64u

#define BORROWED_MAX 3u

#define FLASH_SIZE (QUINE_FLOOR_OFFSET + QUINE_FLOOR_SIZE)

_Alignas(32) uint8_t quine_flash[FLASH_SIZE];
const uint8_t quine_app_vectors[4]; // nothing is ever fetched from there

struct quine_ram quine_ram;

enum host_actor host_actor;
uint32_t host_patience = 100000;
// RAM that boot finds as the application has left it.
static struct {
    void *data;
    size_t n;
} borrowed[BORROWED_MAX];
static uint32_t borrowed_count;

static uint32_t feeds; // since flash was changed
static uint32_t unfed; // calls of the port since boot fed the watchdog
static uint32_t bite_in; // feeds until the watchdog bites nevertheless, 0 for never
static uint32_t quiet; // since anything was read or changed, as far as the port sees that

// What the model knows of one memory of n bytes.
#define KNOWN(name, n)                                                                             \
    static uint8_t name##_known[3][n], name##_depth[(n) / HOST_BLOCK];                             \
    static uint16_t name##_erases[(n) / HOST_BLOCK];                                               \
    static uint64_t name##_print[(n) / HOST_BLOCK]
#define AREA(what, memory, n, program, ...)                                                        \
    {.name = what, .cells = memory, .size = n, .run = {__VA_ARGS__}, .program_unit = program,      \
     .state = memory##_known[0], .before = memory##_known[1], .target = memory##_known[2],         \
     .erases = memory##_erases, .depth = memory##_depth, .print = memory##_print}
#define NO_RUN {0xFFFFFFFFu, 1u}

KNOWN(quine_flash, FLASH_SIZE);
struct host_area host_flash =
    AREA("flash", quine_flash, FLASH_SIZE, HOST_PROGRAM_UNIT, {0, HOST_ERASE_UNIT},
         {HOST_ERASE_2, HOST_ERASE_UNIT_2}, {HOST_ERASE_3, HOST_ERASE_UNIT_3});

// A store of its own is only read where the model sees it.
static void tick(bool reset)
{
    uint32_t offset;

    if (reset || !host_watched)
        host_tick(&host_flash, reset);
    if (reset && host_store(&offset) != &host_flash)
        host_tick(host_store(&offset), reset);
}

// Ends the process when boot could hang with nobody to notice.
static void work(void)
{
    quiet = 0;
    if (host_actor == HOST_BOOT && unfed++ == UNFED_MAX)
        host_fatal("boot does not feed the watchdog");
}

void host_bite(uint32_t n)
{
    bite_in = n;
}

void host_read(void)
{
    work();
    tick(false);
}

// Notes that flash is going to be changed.
static void change(void)
{
    work();
    feeds = 0;
}

void quine_watchdog(void)
{
    host_fed();
    host_stats.feeds++;
    unfed = 0;
    if (bite_in > 0u && --bite_in == 0u)
        host_leave(HOST_RESET);
    if (quiet++ < FEEDS_TICK)
        tick(false);
    if (feeds++ == host_patience)
        host_leave(HOST_WAITING);
}

void quine_reset(void)
{
    host_leave(HOST_RESET);
}

// Ends the process unless the one at work may write n bytes of flash at offset.
static void check_writer(uint32_t offset, uint32_t n)
{
    uint32_t end = offset + n;

    if (host_actor == HOST_BOOT &&
        (end <= QUINE_IMAGE_MAX || (offset >= QUINE_STORE_OFFSET &&
                                    end <= QUINE_STORE_OFFSET + QUINE_STORE_IMAGE)))
        return;
    if (host_actor == HOST_BOOT && offset >= QUINE_FLOOR_OFFSET && n <= 32u) // a program: it is never erased
        return;
    if (host_actor == HOST_APPLICATION && offset >= QUINE_STORE_OFFSET && end <= QUINE_FLOOR_OFFSET)
        return;
    host_fatal("%s writes flash at 0x%x", host_actor == HOST_BOOT ? "boot" : "the application",
               offset);
}

int quine_flash_open(uint32_t size)
{
    if (host_actor != HOST_BOOT || size > QUINE_IMAGE_MAX)
        host_fatal("flash is opened for %u bytes", size);
    tick(false);
    return host_locked(&host_flash, 0, size) ? QUINE_ERR_IO : QUINE_OK;
}

int quine_flash_erase(uint32_t offset)
{
    change();
    uint32_t n = 0;
    (void)host_unit(&host_flash, offset, &n);
    check_writer(offset, n);
    return host_erase(&host_flash, offset) ? QUINE_OK : QUINE_ERR_IO;
}

int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    const uint8_t *from = data;

    change();
    check_writer(offset, n);
    if (n % HOST_PROGRAM_UNIT != 0u)
        host_fatal("program of flash at 0x%x: %u bytes are not whole units", offset, n);
    for (uint32_t at = 0; at < n; at += HOST_PROGRAM_UNIT)
        host_program(&host_flash, offset + at, from + at,
                     !QUINE_SEAL_ERASED && offset + at - QUINE_SEAL_OFFSET < QUINE_SEAL_SIZE);
    return QUINE_OK;
}

#if defined(HOST_STORE_EXTERNAL)

static uint8_t store_cells[QUINE_STORE_SIZE];
KNOWN(store_cells, QUINE_STORE_SIZE);
static struct host_area store =
    AREA("store", store_cells, QUINE_STORE_SIZE, HOST_STORE_PROGRAM, {0, QUINE_STORE_UNIT}, NO_RUN, NO_RUN);

struct host_area *host_store(uint32_t *offset)
{
    *offset = 0;
    return &store;
}

void quine_boot_store_open(void)
{
}

int quine_boot_store_read(uint32_t offset, void *data, uint32_t n)
{
    host_read();
    if (offset > QUINE_STORE_SIZE || n > QUINE_STORE_SIZE - offset)
        host_fatal("read of the store at 0x%x, %u bytes", offset, n);
    host_see(&store, offset, n);
    return host_fault(offset, store_cells + offset, data, n);
}

int quine_boot_store_consume(void)
{
    change();
    return !host_fault_dead() && host_erase(&store, 0) ? QUINE_OK : QUINE_ERR_IO;
}

const struct quine_store_info quine_store = {
    .image_base = QUINE_STORE_IMAGE,
    .image_max = QUINE_STORE_IMAGE_MAX,
    .erase_unit = QUINE_STORE_UNIT,
};

int quine_store_read(uint32_t offset, void *data, uint32_t n)
{
    return quine_boot_store_read(offset, data, n);
}

int quine_store_erase(uint32_t offset)
{
    return !host_fault_dead() && host_erase(&store, offset) ? QUINE_OK : QUINE_ERR_IO;
}

int quine_store_program(uint32_t offset, const void *data, uint32_t n)
{
    const uint8_t *from = data;

    if (n % HOST_STORE_PROGRAM != 0u)
        host_fatal("program of the store at 0x%x: %u bytes are not whole units", offset, n);
    if (host_fault_dead())
        return QUINE_ERR_IO;
    for (uint32_t at = 0; at < n; at += HOST_STORE_PROGRAM)
        host_program(&store, offset + at, from + at, false);
    return QUINE_OK;
}

#else

struct host_area *host_store(uint32_t *offset)
{
    *offset = QUINE_STORE_OFFSET;
    return &host_flash;
}

#endif

void host_borrow(void *data, size_t n)
{
    if (borrowed_count == BORROWED_MAX)
        host_fatal("too much RAM of boot");
    borrowed[borrowed_count].data = data;
    borrowed[borrowed_count++].n = n;
    host_keep(data, n);
}

void __attribute__((weak)) host_build_open(void)
{
}

void host_port_open(void)
{
    host_build_open();
    uint32_t offset;
    struct host_area *area = host_store(&offset);

    host_keep_plan();
    host_keep_area(&host_flash);
    host_blank(&host_flash);
    if (area != &host_flash) {
        host_keep_area(area);
        host_blank(area);
    }
    host_keep(&quine_ram.record, sizeof quine_ram.record);
    host_borrow(&quine_ram.record + 1, sizeof quine_ram - sizeof quine_ram.record);
    host_keep(&feeds, sizeof feeds);
    host_keep(&unfed, sizeof unfed);
    host_keep(&quiet, sizeof quiet);
    host_keep(&host_actor, sizeof host_actor);
    host_keep(&bite_in, sizeof bite_in);
    host_keep_fault();
}

void host_power_lost(void)
{
    if (host_chance() % 4u != 0u)
        host_scramble(&quine_ram.record, sizeof quine_ram.record);
}

void host_boot(void)
{
    unfed = 0;
    change();
    host_actor = HOST_BOOT;
    for (uint32_t i = 0; i < borrowed_count; i++)
        host_scramble(borrowed[i].data, borrowed[i].n);
    tick(true);
    quine_boot_main(&quine_ram);
    host_leave(HOST_STARTED);
}
