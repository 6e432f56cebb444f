// SPDX-License-Identifier: BSD-3-Clause
// The SPI NOR store on the model of a chip.
#include "check.h"
#include "nor.h"
#include "staging.h"

#include "quine_error.h"
#include "quine_port.h"

#include <string.h>

#define UNFED_MAX 2000u // clocks between two feeds of the watchdog in boot
#define OPEN_MAX 300000u // clocks that an absent chip may cost
#define STORE (QUINE_STORE_OFFSET - NOR_BASE) // in nor.cells

void quine_watchdog(void)
{
    if (nor.clock - nor.fed > nor.unfed_max)
        nor.unfed_max = nor.clock - nor.fed;
    nor.fed = nor.clock;
}

// A blank chip, which reports errors as the driver is told.
static void fresh(void)
{
    nor_blank();
    nor.reports_errors = QUINE_SPINOR_ERRORS == 0x60u;
    nor.reports_flags = QUINE_SPINOR_ERRORS == 0x30u;
}

// A reset of the microcontroller, and boot's first look at the store.
static void reset(void)
{
    chip_select(false);
    nor.fed = nor.clock;
    nor.unfed_max = 0;
    nor.limit = nor.clock + 100000000u;
    quine_boot_store_open();
}

static void any_offset_and_length_reads_back(void)
{
    static uint8_t data[1024], back[1024], before[NOR_SIZE];

    fresh();
    for (int i = 0; i < 200; i++) {
        uint32_t n = check_random() % sizeof data;
        uint32_t at = check_random() % (QUINE_STORE_SIZE - n);
        memset(nor.cells, 0xFF, sizeof nor.cells);
        check_fill(data, n);
        memcpy(before, nor.cells, sizeof before);
        memcpy(before + STORE + at, data, n);
        CHECK(quine_store_program(at, data, n) == QUINE_OK);
        CHECK(memcmp(before, nor.cells, sizeof before) == 0);
        CHECK(quine_store_read(at, back, n) == QUINE_OK && memcmp(data, back, n) == 0);
        CHECK(quine_boot_store_read(at, back, n) == QUINE_OK && memcmp(data, back, n) == 0);
    }
}

static void erase_takes_one_unit(void)
{
    static uint8_t before[NOR_SIZE];

    fresh();
    for (uint32_t at = 0; at < QUINE_STORE_SIZE; at += QUINE_STORE_UNIT) {
        memset(nor.cells, 0x5A, sizeof nor.cells);
        memset(before, 0x5A, sizeof before);
        memset(before + STORE + at, 0xFF, QUINE_STORE_UNIT);
        CHECK(quine_store_erase(at) == QUINE_OK);
        CHECK(memcmp(before, nor.cells, sizeof before) == 0);
    }
}

static void outside_the_store_nothing_is_touched(void)
{
    uint8_t data[64] = {0};

    fresh();
    uint64_t clock = nor.clock;
    CHECK(quine_store_read(QUINE_STORE_SIZE - 63u, data, 64) == QUINE_ERR_IO);
    CHECK(quine_store_read(0xFFFFFFF0u, data, 64) == QUINE_ERR_IO);
    CHECK(quine_store_program(QUINE_STORE_SIZE, data, 1) == QUINE_ERR_IO);
    CHECK(quine_store_program(16, data, 0xFFFFFFF8u) == QUINE_ERR_IO);
    CHECK(quine_store_erase(QUINE_STORE_SIZE) == QUINE_ERR_IO);
    CHECK(quine_store_erase(0xFFFFFFFFu / QUINE_STORE_UNIT * QUINE_STORE_UNIT) == QUINE_ERR_IO);
    CHECK(quine_store_erase(1) == QUINE_ERR_IO);
    CHECK(clock == nor.clock);
}

// Whatever a reset finds, boot reads the header and can consume it.
static void found_in_state(void (*state)(void))
{
    fresh();
    CHECK(stage(7) == QUINE_OK);
    state();
    reset();
    CHECK(announced() == 7 && staged(7));
    CHECK(quine_boot_store_consume() == QUINE_OK);
    CHECK(announced() == -1 && staged(7));
    CHECK(nor.unfed_max <= UNFED_MAX);
}

static void power_down(void)
{
    nor.powered_down = true;
}

static void power_down_and_low(void)
{
    nor.powered_down = true;
    nor.floating = 0x00;
}

static void continuous_read(void)
{
    nor.continuous = true;
}

static void four_byte(void)
{
    nor.four_byte = true;
}

static void suspended(void)
{
    nor.suspended = true;
}

static void erasing(void)
{
    nor_begin_erase(NOR_SIZE - 0x1000u);
}

static void erasing_and_power_cycle(void)
{
    nor_begin_erase(NOR_SIZE - 0x1000u);
    nor_power_cycle();
}

static void starting_and_low(void)
{
    nor.floating = 0x00;
    nor_power_cycle();
}

static void locked(void)
{
    nor.starts_locked = QUINE_SPINOR_UNLOCK;
    nor.locked = QUINE_SPINOR_UNLOCK;
}

static void error_latched(void)
{
    nor.errors = QUINE_SPINOR_ERRORS != 0u ? 0x40u : 0x00u;
}

static void every_state_is_left(void)
{
    static void (*const states[])(void) = {
        power_down, power_down_and_low,      continuous_read,  four_byte, suspended,
        erasing,    erasing_and_power_cycle, starting_and_low, locked,    error_latched};

    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        found_in_state(states[i]);
}

static void sick_chips_have_no_header(void)
{
    static const enum nor_health sick[] = {NOR_ABSENT, NOR_GARBAGE, NOR_STUCK};

    for (unsigned i = 0; i < 6; i++) {
        uint8_t data[64] = {0};
        fresh();
        CHECK(stage(7) == QUINE_OK);
        uint32_t changes = nor.changes;
        nor.health = sick[i / 2u];
        nor.floating = i % 2u == 0u ? 0xFF : 0x00;
        uint64_t clock = nor.clock;
        reset();
        CHECK(nor.health != NOR_ABSENT || nor.clock - clock < OPEN_MAX);
        for (int reads = 0; reads < 1000; reads++)
            CHECK(announced() == -1);
        CHECK(nor.health == NOR_GARBAGE || quine_boot_store_consume() == QUINE_ERR_IO);
        CHECK(nor.health == NOR_GARBAGE || quine_store_erase(0) == QUINE_ERR_IO);
        CHECK(nor.health == NOR_GARBAGE || quine_store_program(0, data, 64) == QUINE_ERR_IO);
        CHECK(stage(8) != QUINE_OK);
        CHECK(nor.unfed_max <= UNFED_MAX || nor.health == NOR_GARBAGE);
        CHECK(nor.changes == changes);
    }
}

// A line that loses bytes: an update fails, or it is right.
static void no_flaky_update_is_believed(void)
{
    unsigned failed = 0;

    for (uint8_t i = 1; i < 60; i++) {
        fresh();
        nor.health = i % 4u == 0u ? NOR_GOOD : NOR_FLAKY;
        nor.floating = i % 2u == 0u ? 0x00 : 0xFF;
        reset();
        int err = stage(i);
        nor.health = NOR_GOOD;
        reset();
        CHECK(err != QUINE_OK || (announced() == i && staged(i)));
        failed += err != QUINE_OK;
        CHECK(stage(i) == QUINE_OK);
    }
    CHECK(failed > 0u && failed < 59u);
}

static void protected_header_is_none(void)
{
    uint8_t data[4] = {0};

    for (uint8_t bits = 0x04; bits < 0x20; bits = (uint8_t)(bits + 4u)) {
        fresh();
        CHECK(stage(3) == QUINE_OK);
        nor.protect = bits;
        reset();
        CHECK(announced() == -1 && staged(3)); // the image repairs a device nevertheless
        CHECK(quine_boot_store_consume() == QUINE_ERR_IO);
        CHECK(quine_store_erase(0) == QUINE_ERR_IO);
        CHECK(quine_store_program(0x1000, data, sizeof data) == QUINE_ERR_IO);
        nor.protect = 0;
        CHECK(announced() == 3);
    }
}

static void write_enable_is_checked(void)
{
    uint8_t data[4] = {0};

    fresh();
    CHECK(stage(3) == QUINE_OK);
    nor.refuses_write_enable = true;
    CHECK(quine_store_erase(0) == QUINE_ERR_IO);
    CHECK(quine_store_program(QUINE_STORE_SIZE - 4u, data, sizeof data) == QUINE_ERR_IO);
    CHECK(quine_boot_store_consume() == QUINE_ERR_IO);
    CHECK(announced() == 3);
}

static void failed_changes_are_found(void)
{
    uint8_t data[4] = {0};

    for (int reported = 0; reported < 2; reported++) {
        fresh();
        CHECK(stage(3) == QUINE_OK);
        nor.fails_changes = reported != 0;
        nor.refuses_changes = reported == 0;
        CHECK(quine_boot_store_consume() == QUINE_ERR_IO);
        CHECK(stage(4) != QUINE_OK);
        int want = reported != 0 && QUINE_SPINOR_ERRORS != 0u ? QUINE_ERR_IO : QUINE_OK;
        CHECK(quine_store_erase(0) == want);
        CHECK(quine_store_program(QUINE_STORE_SIZE - 4u, data, sizeof data) == want);
        nor.fails_changes = nor.refuses_changes = false;
        CHECK(stage(4) == QUINE_OK && announced() == 4);
    }
}

static void failed_page_is_the_last(void)
{
    uint8_t data[1024] = {0};

    fresh();
    nor.fails_at = 2;
    if (QUINE_SPINOR_ERRORS == 0u)
        return;
    CHECK(quine_store_program(0, data, sizeof data) == QUINE_ERR_IO);
    CHECK(nor.changes == 2u && nor.cells[STORE + 512u] == 0xFFu);
}

static void busy_chip_is_not_used(void)
{
    uint8_t data[4] = {0};

    fresh();
    nor_begin_erase(NOR_SIZE - 0x1000u);
    CHECK(quine_store_read(0, data, sizeof data) == QUINE_ERR_IO);
}

static void chip_that_is_never_done_is_given_up(void)
{
    uint8_t data[4] = {0};

    for (int what = 0; what < 2; what++) {
        fresh();
        nor.never_done = true;
        nor.limit = nor.clock + 100000000u;
        int err = what == 0 ? quine_boot_store_consume()
                            : quine_store_program(0, data, sizeof data);
        CHECK(err == QUINE_ERR_IO);
        reset();
        nor.busy_until = 0;
        nor.never_done = false;
        CHECK(stage(5) == QUINE_OK);
    }
}

static void consume_takes_the_header_unit(void)
{
    static uint8_t before[NOR_SIZE];

    fresh();
    memset(nor.cells, 0x00, sizeof nor.cells);
    memset(before, 0x00, sizeof before);
    memset(before + STORE, 0xFF, QUINE_STORE_UNIT);
    reset();
    CHECK(quine_boot_store_consume() == QUINE_OK);
    CHECK(memcmp(before, nor.cells, sizeof before) == 0);
    CHECK(nor.unfed_max <= UNFED_MAX);
}

// Runs work and loses power at a change. Returns whether it got there.
static bool cut(uint32_t at, enum nor_cut how, int (*work)(void))
{
    nor.cut_at = nor.changes + at;
    nor.cut_how = how;
    if (setjmp(nor.power_lost) == 0) {
        (void)work();
        nor.cut_at = 0;
        return false;
    }
    nor_power_cycle();
    return true;
}

static int stage_new(void)
{
    return stage(2);
}

static int consume(void)
{
    return quine_boot_store_consume();
}

// After a cut the header, each time it is read and valid, announces what is staged.
static void check_header(void)
{
    reset();
    for (int reads = 0; reads < 4; reads++) {
        int which = announced();
        CHECK(which == -1 || staged((uint8_t)which));
    }
}

static void any_cut_of_an_update_is_survived(void)
{
    uint32_t step = QUINE_STORE_UNIT > 4096u ? 311u : 3u;

    for (unsigned how = 0; how < NOR_CUTS; how++) {
        for (uint32_t at = 1u + how % 3u;; at += step) {
            fresh();
            CHECK(stage(1) == QUINE_OK);
            if (!cut(at, (enum nor_cut)how, stage_new))
                break;
            check_header();
            CHECK(stage(3) == QUINE_OK);
            check_header();
            CHECK(announced() == 3);
        }
    }
}

static void any_cut_of_consume_is_survived(void)
{
    for (unsigned how = 0; how < NOR_CUTS; how++) {
        fresh();
        CHECK(stage(1) == QUINE_OK);
        CHECK(cut(1, (enum nor_cut)how, consume));
        check_header();
        CHECK(staged(1));
        CHECK(quine_boot_store_consume() == QUINE_OK && announced() == -1);
        CHECK(stage(3) == QUINE_OK && announced() == 3);
    }
}

int main(int argc, char **argv)
{
    static const struct scenario scenarios[] = {
        SCENARIO(any_offset_and_length_reads_back),
        SCENARIO(erase_takes_one_unit),
        SCENARIO(outside_the_store_nothing_is_touched),
        SCENARIO(every_state_is_left),
        SCENARIO(sick_chips_have_no_header),
        SCENARIO(no_flaky_update_is_believed),
        SCENARIO(protected_header_is_none),
        SCENARIO(write_enable_is_checked),
        SCENARIO(failed_changes_are_found),
        SCENARIO(failed_page_is_the_last),
        SCENARIO(busy_chip_is_not_used),
        SCENARIO(chip_that_is_never_done_is_given_up),
        SCENARIO(consume_takes_the_header_unit),
        SCENARIO(any_cut_of_an_update_is_survived),
        SCENARIO(any_cut_of_consume_is_survived),
    };
    return check_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
