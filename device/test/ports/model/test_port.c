// SPDX-License-Identifier: BSD-3-Clause
// Runs a port's flash driver against the model of its controller. Prints what is wrong and fails, or
// prints the number of checks.
#include "test_port.h"

#include "model.h"
#include "quine_error.h"
#include "quine_port.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// In firmware the linker places this name; here it is the model's array of cells.
_Alignas(4) uint8_t quine_flash[TEST_FLASH_SIZE];

static const char *test = "";     // that runs
static const char *expected = ""; // complaint that the test provokes
static bool provoked;
static unsigned checks, failures;
static jmp_buf on_reset;

void test_complaint(const char *text)
{
    if (expected[0] != '\0' && strstr(text, expected) != NULL) {
        provoked = true;
        return;
    }
    if (failures++ < 20)
        printf("%s: %s\n", test, text);
}

void test_reset(void)
{
    longjmp(on_reset, 1);
}

void test_give_up(void)
{
    exit(1);
}

static void check(bool ok, const char *what, uint32_t offset)
{
    char text[120];
    checks++;
    (void)snprintf(text, sizeof text, "%s at 0x%x", what, (unsigned)offset);
    if (!ok)
        test_complaint(text);
    model.at_rest();
}

// Programs n bytes as boot does, a unit or word at a time, and reads them back.
static int write_back(uint32_t offset, const uint8_t *data, uint32_t n)
{
    uint32_t step = QUINE_PROGRAM_UNIT > 4u ? QUINE_PROGRAM_UNIT : 4u;

    for (uint32_t i = 0; i < n; i += step)
        if (quine_flash_program(offset + i, data + i, step) != QUINE_OK)
            return QUINE_ERR_IO;
    return memcmp(quine_flash + offset, data, n) == 0 && !quine_flash_fault() ? QUINE_OK : QUINE_ERR_IO;
}

static uint32_t random_state = 1;

static uint8_t next_random(void)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint8_t)(random_state >> 24);
}

static void begin(const char *name)
{
    test = name;
    expected = "";
    memset(quine_flash, QUINE_ERASED, sizeof quine_flash);
    model_reset();
}

static uint32_t unit_size(uint32_t offset)
{
    uint32_t end = offset + 1u;
    while (end < model.flash_size && quine_flash_unit(end) == offset)
        end++;
    return end - offset;
}

// A few units of each size: the first two of each run, and the last of flash.
static bool interesting(uint32_t offset, uint32_t size, bool last)
{
    static uint32_t run_size, seen;
    seen = size == run_size && offset > 0u ? seen + 1u : 0u;
    run_size = size;
    return seen < 2u || last || offset == QUINE_APP_OFFSET || offset == model.flash_size / 2u;
}

static void test_units(void)
{
    static _Alignas(4) uint8_t before[TEST_FLASH_SIZE];
    for (uint32_t offset = 0, size; offset < model.flash_size; offset += size) {
        begin("erase");
        size = unit_size(offset);
        if (!interesting(offset, size, offset + size == model.flash_size))
            continue;
        for (uint32_t i = 0; i < model.flash_size; i++)
            before[i] = quine_flash[i] = next_random();
        check(quine_flash_erase(offset) == QUINE_OK, "erase", offset);
        memset(before + offset, QUINE_ERASED, size);
        check(memcmp(before, quine_flash, model.flash_size) == 0, "other cells changed by erase", offset);

        test = "program";
        uint32_t n = size > 128u ? 128u : size / 2u;
        for (uint32_t i = 0; i < n; i++)
            before[offset + i] = next_random();
        check(write_back(offset, before + offset, n) == QUINE_OK, "write", offset);
        uint32_t end = offset + size - QUINE_PROGRAM_UNIT;
        for (uint32_t i = 0; i < QUINE_PROGRAM_UNIT; i++)
            before[end + i] = next_random();
        check(quine_flash_program(end, before + end, QUINE_PROGRAM_UNIT) == QUINE_OK, "program", end);
        check(memcmp(before, quine_flash, model.flash_size) == 0, "cells after program", offset);
    }
}

static void test_open(void)
{
    begin("open");
    check(quine_flash_open(model.flash_size) == QUINE_OK, "open", 0);
    model.leave_flags();
    check(quine_flash_open(32) == QUINE_OK, "open after an application", 0);
    if (model.supply_low != NULL) {
        model.supply_low();
        check(quine_flash_open(32) != QUINE_OK, "open at low supply", 0);
    }
}

static void test_protection(void)
{
    if (model.protect == NULL)
        return;
    for (uint32_t offset = 0, size; offset < model.flash_size; offset += size) {
        size = unit_size(offset);
        if (!interesting(offset, size, offset + size == model.flash_size))
            continue;
        begin("protection");
        memset(quine_flash + offset, 0x3C, size);
        model.protect(offset);
        if (offset + 1u > QUINE_FIRST_WRITTEN)
            check(quine_flash_open(offset + 1u) != QUINE_OK, "open with a protected sector", offset);
        check(offset % 0x4000u != 0u || offset == 0u || quine_flash_open(offset) == QUINE_OK,
              "open below a protected sector", offset);
        check(quine_flash_erase(offset) != QUINE_OK, "erase of a protected sector", offset);
        memset(quine_flash + offset, QUINE_ERASED, size);
        _Alignas(4) uint8_t data[32];
        memset(data, 0x66, sizeof data);
        check(quine_flash_program(offset, data, QUINE_PROGRAM_UNIT) != QUINE_OK,
              "program in a protected sector", offset);
        check(model_erased(offset, size), "protected cells changed", offset);
    }
}

// The boot sector may be protected where no install writes it.
static void test_protected_boot(void)
{
    if (model.protect_boot == NULL)
        return;
    begin("protected boot sector");
    model.protect_boot();
    check((quine_flash_open(model.flash_size) == QUINE_OK) == (QUINE_FIRST_WRITTEN > 0u), "open", 0);
}

static void test_options(void)
{
    for (uint32_t offset = 0x4000u; model.protect_code != NULL && offset < model.flash_size; offset *= 2u) {
        for (int area = 0; area < 2; area++) {
            begin("PCROP");
            model.protect_code(offset);
            check(quine_flash_open(offset + 1u) != QUINE_OK, "open with a PCROP area", offset);
            check(quine_flash_open(offset) == QUINE_OK, "open below a PCROP area", offset);
        }
    }
    if (model.other_geometry != NULL) {
        begin("option bytes");
        model.other_geometry();
        check(quine_flash_open(32) != QUINE_OK, "open with another geometry", 0);
    }
}

static void test_flags(void)
{
    _Alignas(4) uint8_t data[32];
    memset(data, 0x5C, sizeof data);
    begin("flags of an application");
    for (int i = 0; i < 3; i++) {
        model.leave_flags();
        if (i == 1 && model.leave_unlocked != NULL)
            model.leave_unlocked();
        check(quine_flash_erase(QUINE_APP_OFFSET) == QUINE_OK, "erase", QUINE_APP_OFFSET);
        model.leave_flags();
        check(quine_flash_program(QUINE_APP_OFFSET, data, QUINE_PROGRAM_UNIT) == QUINE_OK, "program",
              QUINE_APP_OFFSET);
    }
}

// The seal is written over and over; a unit that holds data takes nothing else.
static void test_overwrite(void)
{
    static const _Alignas(4) uint8_t zero[32];
    _Alignas(4) uint8_t data[32];
    memset(data, 0x5C, sizeof data);
    begin("seal");
    if (!QUINE_SEAL_ERASED) {
        check(write_back(QUINE_SEAL_OFFSET, data, 8) == QUINE_OK, "seal", QUINE_SEAL_OFFSET);
        check(write_back(QUINE_SEAL_OFFSET, zero, 8) == QUINE_OK, "zeros over the seal",
              QUINE_SEAL_OFFSET);
        check(write_back(QUINE_SEAL_OFFSET, zero, 8) == QUINE_OK, "zeros over zeros",
              QUINE_SEAL_OFFSET);
    }
    begin("program without erase");
    check(write_back(QUINE_APP_OFFSET, data, 32) == QUINE_OK, "program", QUINE_APP_OFFSET);
    data[0] = 0xA3;
    if (model.overwrite == MODEL_ANDS) {
        expected = "not erased";
        (void)quine_flash_program(QUINE_APP_OFFSET, data, QUINE_PROGRAM_UNIT);
        expected = "";
        check(provoked, "model does not see a program without erase", QUINE_APP_OFFSET);
    } else {
        check(quine_flash_program(QUINE_APP_OFFSET, data, QUINE_PROGRAM_UNIT) != QUINE_OK,
              "program without erase", QUINE_APP_OFFSET);
        check(quine_flash_erase(QUINE_APP_OFFSET) == QUINE_OK, "erase after an error", QUINE_APP_OFFSET);
        check(write_back(QUINE_APP_OFFSET, data, 32) == QUINE_OK, "write after an error",
              QUINE_APP_OFFSET);
    }
}

static void test_double_error(void)
{
    if (model.double_error == NULL)
        return;
    begin("double ECC error");
    (void)quine_flash_fault();
    if (setjmp(on_reset) != 0) {
        check(false, "reset", 0);
        return;
    }
    for (int i = 0; i < 2; i++) {
        check(!quine_flash_fault(), "fault without an error", 0);
        model.double_error();
        model.nmi();
        check(quine_flash_fault(), "no fault after an error", 0);
    }
    if (setjmp(on_reset) == 0) {
        model.nmi();
        check(false, "no reset on an NMI that flash has not raised", 0);
    }
}

static void test_hang(void)
{
    if (model.hang == NULL)
        return;
    begin("controller hangs");
    model.hang();
    expected = "left";
    check(quine_flash_erase(QUINE_APP_OFFSET) != QUINE_OK, "erase", QUINE_APP_OFFSET);
}

static void test_reset_call(void)
{
    begin("reset");
    quine_watchdog();
    if (setjmp(on_reset) == 0)
        quine_reset();
    check(true, "", 0);
}

// Prints what lab/ports compares with the part's data.
static int geometry(void)
{
    printf("base 0x%08x\nprogram %u\nerased 0x%02X\napp %u\nseal %u %u %d\n",
           (unsigned)QUINE_FLASH_BASE, (unsigned)QUINE_PROGRAM_UNIT, (unsigned)QUINE_ERASED,
           (unsigned)QUINE_APP_OFFSET, (unsigned)QUINE_SEAL_OFFSET, (unsigned)QUINE_SEAL_SIZE,
           QUINE_SEAL_ERASED);
    for (uint32_t offset = 0; offset < model.flash_size; offset += unit_size(offset))
        printf("unit %u %u\n", (unsigned)offset, (unsigned)unit_size(offset));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "geometry") == 0)
        return geometry();
    test_open();
    test_units();
    test_protection();
    test_protected_boot();
    test_options();
    test_flags();
    test_overwrite();
    test_reset_call();
    test_double_error();
    if (argc == 1) // not "quick": the drivers' waits are long
        test_hang();
    printf("%u checks, %u failures\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
