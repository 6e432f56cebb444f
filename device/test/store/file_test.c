// SPDX-License-Identifier: BSD-3-Clause
// The store in a file of the host.
#include "check.h"
#include "staging.h"

#include "quine_error.h"
#include "quine_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORE "store.bin"

void quine_watchdog(void)
{
}

static void fresh(void)
{
    (void)quine_store_file_close();
    (void)remove(STORE);
    CHECK(quine_store_file_open(STORE) == QUINE_OK);
}

static void reopen(void)
{
    CHECK(quine_store_file_close() == QUINE_OK);
    CHECK(quine_store_file_open(STORE) == QUINE_OK);
}

static void new_store_is_erased_and_has_its_size(void)
{
    uint8_t data[64], ones[64];

    memset(ones, 0xFF, sizeof ones);
    fresh();
    for (uint32_t at = 0; at < QUINE_STORE_SIZE; at += sizeof data)
        CHECK(quine_store_read(at, data, sizeof data) == QUINE_OK &&
              memcmp(data, ones, sizeof data) == 0);
    CHECK(announced() == -1);
}

static void what_is_staged_outlives_the_process(void)
{
    fresh();
    CHECK(stage(5) == QUINE_OK);
    reopen();
    quine_boot_store_open();
    CHECK(announced() == 5 && staged(5));
    CHECK(quine_boot_store_consume() == QUINE_OK);
    reopen();
    CHECK(announced() == -1 && staged(5));
    CHECK(stage(6) == QUINE_OK && announced() == 6);
}

static void short_file_is_extended(void)
{
    uint8_t c = 0;
    FILE *f = fopen(STORE, "wb");

    CHECK(f != NULL && fwrite(&c, 1, 1, f) == 1 && fclose(f) == 0);
    CHECK(quine_store_file_open(STORE) == QUINE_OK);
    CHECK(quine_store_read(0, &c, 1) == QUINE_OK && c == 0x00);
    CHECK(quine_store_read(QUINE_STORE_SIZE - 1u, &c, 1) == QUINE_OK && c == 0xFF);
}

static void mistakes_of_the_caller_are_errors(void)
{
    uint8_t data[64] = {0};

    CHECK(quine_store_file_close() == QUINE_OK);
    CHECK(quine_store_read(0, data, 1) == QUINE_ERR_IO); // not open
    fresh();
    CHECK(quine_store_read(QUINE_STORE_SIZE, data, 1) == QUINE_ERR_IO);
    CHECK(quine_store_program(QUINE_STORE_SIZE - 1u, data, 2) == QUINE_ERR_IO);
    CHECK(quine_store_program(2, data, 0xFFFFFFFFu) == QUINE_ERR_IO);
    CHECK(quine_store_erase(1) == QUINE_ERR_IO);
    CHECK(quine_store_erase(QUINE_STORE_SIZE) == QUINE_ERR_IO);
    CHECK(quine_store_program(300, data, 1) == QUINE_OK);
    CHECK(quine_store_program(250, data, 64) == QUINE_ERR_IO); // not erased
    CHECK(quine_store_file_open("no/such/folder") == QUINE_ERR_IO);
}

int main(int argc, char **argv)
{
    static const struct scenario scenarios[] = {
        SCENARIO(new_store_is_erased_and_has_its_size),
        SCENARIO(what_is_staged_outlives_the_process),
        SCENARIO(short_file_is_extended),
        SCENARIO(mistakes_of_the_caller_are_errors),
    };
    int status = check_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);

    (void)quine_store_file_close();
    (void)remove(STORE);
    return status;
}
