// SPDX-License-Identifier: BSD-3-Clause
// The FRAM store on the model of a chip.
#include "check.h"
#include "fram.h"
#include "staging.h"

#include "quine_error.h"
#include "quine_port.h"

#include <string.h>

static uint8_t before[FRAM_SIZE];

void quine_watchdog(void)
{
}

static void fresh(void)
{
    fram.address_bytes = QUINE_FRAM_ADDRESS;
    fram_blank();
}

static void reset(void)
{
    chip_select(false);
    quine_boot_store_open();
}

static void any_offset_and_length_reads_back(void)
{
    static uint8_t data[QUINE_STORE_SIZE], back[QUINE_STORE_SIZE];

    fresh();
    for (int i = 0; i < 200; i++) {
        uint32_t n = check_random() % sizeof data;
        uint32_t at = check_random() % (QUINE_STORE_SIZE - n);
        check_fill(data, n);
        memcpy(before, fram.cells, sizeof before);
        memcpy(before + QUINE_STORE_OFFSET + at, data, n);
        CHECK(quine_store_program(at, data, n) == QUINE_OK);
        CHECK(memcmp(before, fram.cells, sizeof before) == 0);
        CHECK(quine_store_read(at, back, n) == QUINE_OK && memcmp(data, back, n) == 0);
        CHECK(quine_boot_store_read(at, back, n) == QUINE_OK && memcmp(data, back, n) == 0);
    }
}

static void erase_takes_one_unit(void)
{
    fresh();
    for (uint32_t at = 0; at < QUINE_STORE_SIZE; at += QUINE_STORE_UNIT) {
        memset(fram.cells, 0x5A, sizeof fram.cells);
        memset(before, 0x5A, sizeof before);
        memset(before + QUINE_STORE_OFFSET + at, 0xFF, QUINE_STORE_UNIT);
        CHECK(quine_store_erase(at) == QUINE_OK);
        CHECK(memcmp(before, fram.cells, sizeof before) == 0);
    }
}

static void outside_the_store_nothing_is_touched(void)
{
    uint8_t data[64] = {0};

    fresh();
    CHECK(quine_store_read(QUINE_STORE_SIZE - 63u, data, 64) == QUINE_ERR_IO);
    CHECK(quine_store_read(0xFFFFFFF0u, data, 64) == QUINE_ERR_IO);
    CHECK(quine_store_program(QUINE_STORE_SIZE, data, 1) == QUINE_ERR_IO);
    CHECK(quine_store_program(16, data, 0xFFFFFFF8u) == QUINE_ERR_IO);
    CHECK(quine_store_erase(QUINE_STORE_SIZE) == QUINE_ERR_IO);
    CHECK(quine_store_erase(1) == QUINE_ERR_IO);
    CHECK(fram.writes == 0u);
}

static void sleep_is_left(void)
{
    for (int low = 0; low < 2; low++) {
        fresh();
        CHECK(stage(7) == QUINE_OK);
        fram.asleep = true;
        fram.floating = low ? 0x00 : 0xFF;
        reset();
        CHECK(announced() == 7 && staged(7));
        CHECK(quine_boot_store_consume() == QUINE_OK);
        CHECK(announced() == -1 && staged(7));
    }
}

static void absent_chip_has_no_header(void)
{
    uint8_t data[4] = {0};

    for (int low = 0; low < 2; low++) {
        fresh();
        fram.absent = true;
        fram.floating = low ? 0x00 : 0xFF;
        reset();
        CHECK(announced() == -1);
        CHECK(quine_boot_store_consume() == QUINE_ERR_IO);
        CHECK(quine_store_erase(0) == QUINE_ERR_IO);
        CHECK(quine_store_program(0, data, sizeof data) == QUINE_ERR_IO);
        CHECK(low || quine_store_read(0, data, sizeof data) == QUINE_ERR_IO);
        CHECK(stage(7) != QUINE_OK);
    }
}

static void protected_header_is_none(void)
{
    for (uint8_t bits = 0x04; bits < 0x10; bits = (uint8_t)(bits + 4u)) {
        fresh();
        CHECK(stage(3) == QUINE_OK);
        fram.protect = bits;
        reset();
        CHECK(announced() == -1 && staged(3)); // the image repairs a device nevertheless
        CHECK(quine_boot_store_consume() == QUINE_ERR_IO);
        CHECK(quine_store_erase(0) == QUINE_ERR_IO);
        fram.protect = 0;
        CHECK(announced() == 3);
    }
}

static void write_enable_is_checked(void)
{
    uint8_t data[4] = {0};

    fresh();
    CHECK(stage(3) == QUINE_OK);
    fram.refuses_write_enable = true;
    CHECK(quine_store_erase(0) == QUINE_ERR_IO);
    CHECK(quine_store_program(64, data, sizeof data) == QUINE_ERR_IO);
    CHECK(quine_boot_store_consume() == QUINE_ERR_IO);
    CHECK(announced() == 3);
}

// Runs work and loses power at a byte. Returns whether it got there.
static bool cut(uint32_t at, enum fram_cut how, int (*work)(void))
{
    fram.cut_at = fram.writes + at;
    fram.cut_how = how;
    if (setjmp(fram.power_lost) == 0) {
        (void)work();
        fram.cut_at = 0;
        return false;
    }
    fram_power_cycle();
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

static void any_cut_is_survived(void)
{
    static int (*const works[])(void) = {stage_new, consume};

    for (unsigned i = 0; i < 2u * FRAM_CUTS; i++) {
        for (uint32_t at = 1;; at++) {
            fresh();
            CHECK(stage(1) == QUINE_OK);
            if (!cut(at, (enum fram_cut)(i / 2u), works[i % 2u]))
                break;
            reset();
            int which = announced();
            CHECK(which == -1 || staged((uint8_t)which));
            CHECK(i % 2u == 0u || staged(1));
            CHECK(stage(3) == QUINE_OK);
            CHECK(announced() == 3 && staged(3));
        }
    }
}

int main(int argc, char **argv)
{
    static const struct scenario scenarios[] = {
        SCENARIO(any_offset_and_length_reads_back),
        SCENARIO(erase_takes_one_unit),
        SCENARIO(outside_the_store_nothing_is_touched),
        SCENARIO(sleep_is_left),
        SCENARIO(absent_chip_has_no_header),
        SCENARIO(protected_header_is_none),
        SCENARIO(write_enable_is_checked),
        SCENARIO(any_cut_is_survived),
    };
    return check_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
