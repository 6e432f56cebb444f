// SPDX-License-Identifier: BSD-3-Clause
// The store in a file of littlefs, on the SPI NOR store, on the model of a chip.
#include "check.h"
#include "nor.h"
#include "staging.h"

#include "quine_error.h"
#include "quine_lfs.h"
#include "quine_port.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define DISK (QUINE_STORE_OFFSET - NOR_BASE) // in nor.cells
#define EXTENTS (DISK + QUINE_LFS_EXTENTS)

void quine_watchdog(void)
{
}

static void mount(void)
{
    if (lfs_mount(&quine_lfs, &quine_lfs_config) != LFS_ERR_OK) {
        CHECK(lfs_format(&quine_lfs, &quine_lfs_config) == LFS_ERR_OK);
        CHECK(lfs_mount(&quine_lfs, &quine_lfs_config) == LFS_ERR_OK);
    }
}

static void fresh(void)
{
    nor_blank();
    nor.lenient = true; // littlefs goes on writing behind what a cut has torn
    mount();
}

static uint8_t other_cache[QUINE_LFS_CACHE];

// Writes a file of the application, which takes blocks here and there.
static void write_other(const char *name, uint32_t n)
{
    static const struct lfs_file_config config = {.buffer = other_cache};
    uint8_t piece[256];
    lfs_file_t f;

    CHECK(lfs_file_opencfg(&quine_lfs, &f, name, LFS_O_WRONLY | LFS_O_CREAT | LFS_O_TRUNC,
                           &config) == LFS_ERR_OK);
    for (; n > 0u; n -= (uint32_t)sizeof piece) {
        check_fill(piece, sizeof piece);
        CHECK(lfs_file_write(&quine_lfs, &f, piece, sizeof piece) == sizeof piece);
    }
    CHECK(lfs_file_close(&quine_lfs, &f) == LFS_ERR_OK);
}

static void reset(void)
{
    chip_select(false);
    quine_boot_store_open();
}

static void boot_reads_what_the_client_wrote(void)
{
    fresh();
    for (uint8_t i = 1; i < 6; i++) {
        char name[2] = {(char)('a' + i), 0};
        write_other(name, 4096u * i);
        CHECK(stage(i) == QUINE_OK);
        reset();
        CHECK(announced() == i && staged(i));
        CHECK(quine_boot_store_consume() == QUINE_OK);
        CHECK(announced() == -1 && staged(i));
        CHECK(lfs_remove(&quine_lfs, name) == LFS_ERR_OK);
    }
}

static void other_files_do_not_disturb_it(void)
{
    fresh();
    CHECK(stage(9) == QUINE_OK);
    for (uint32_t i = 0; i < 200; i++) {
        write_other(i % 2u == 0u ? "log" : "settings", 512u * (1u + i % 9u));
        CHECK(staged(9));
    }
    CHECK(announced() == 9);
}

static void full_disk_is_an_error(void)
{
    fresh();
    write_other("big", (QUINE_LFS_BLOCKS - IMAGE_SIZE / QUINE_STORE_UNIT) * QUINE_STORE_UNIT);
    CHECK(stage(3) == QUINE_ERR_IO);
    reset();
    CHECK(announced() == -1);
    CHECK(lfs_remove(&quine_lfs, "big") == LFS_ERR_OK);
    CHECK(stage(3) == QUINE_OK && announced() == 3 && staged(3));
}

// Whatever stands for extents, boot reads inside littlefs's blocks or not at all: the model ends the
// program at any address outside the chip.
static void garbage_leads_nowhere(void)
{
    uint8_t data[128];

    fresh();
    CHECK(stage(3) == QUINE_OK);
    for (int i = 0; i < 2000; i++) {
        struct quine_extent e = {check_random(), check_random()};
        if (i % 4 != 0) {
            e.offset = QUINE_LFS_START - 100u + check_random() % QUINE_STORE_SIZE;
            e.size = check_random() % (2u * QUINE_STORE_UNIT);
        }
        for (uint32_t at = 0; at < QUINE_STORE_UNIT; at += sizeof e)
            memcpy(nor.cells + EXTENTS + at, &e, sizeof e);
        (void)quine_boot_store_read(QUINE_STORE_IMAGE + check_random() % 0x10000u, data,
                                    sizeof data);
    }
    memset(nor.cells + EXTENTS, 0xFF, QUINE_STORE_UNIT);
    CHECK(quine_boot_store_read(QUINE_STORE_IMAGE, data, sizeof data) == QUINE_ERR_IO);
    memset(nor.cells + EXTENTS, 0x00, QUINE_STORE_UNIT);
    CHECK(quine_boot_store_read(QUINE_STORE_IMAGE, data, sizeof data) == QUINE_ERR_IO);
    static const struct quine_extent one = {QUINE_LFS_START, 1u};
    for (uint32_t at = 0; at < QUINE_STORE_UNIT; at += sizeof one)
        memcpy(nor.cells + EXTENTS + at, &one, sizeof one);
    CHECK(quine_boot_store_read(QUINE_STORE_IMAGE + QUINE_STORE_UNIT, data, 1) == QUINE_ERR_IO);
}

// Runs work in a process of its own, as each start of a device is one. The chip is afterwards as work
// has left it. Returns whether power was lost.
static bool start(void (*work)(void))
{
    uint8_t *cells = mmap(NULL, NOR_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;

    CHECK(cells != MAP_FAILED);
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        int lost = setjmp(nor.power_lost);
        if (lost == 0)
            work();
        memcpy(cells, nor.cells, NOR_SIZE);
        _exit(lost != 0 ? 42 : 0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 42 || WEXITSTATUS(status) == 0);
    memcpy(nor.cells, cells, NOR_SIZE);
    munmap(cells, NOR_SIZE);
    nor_power_cycle();
    return WEXITSTATUS(status) == 42;
}

static void first_update(void)
{
    mount();
    CHECK(stage(1) == QUINE_OK);
}

static void second_update(void)
{
    reset();
    CHECK(lfs_mount(&quine_lfs, &quine_lfs_config) == LFS_ERR_OK);
    CHECK(stage(2) == QUINE_OK);
}

static void third_update(void)
{
    reset();
    int which = announced();
    CHECK(which == -1 || staged((uint8_t)which));
    CHECK(lfs_mount(&quine_lfs, &quine_lfs_config) == LFS_ERR_OK);
    CHECK(stage(3) == QUINE_OK);
    CHECK(announced() == 3 && staged(3));
}

static void any_cut_is_survived(void)
{
    static uint8_t before[NOR_SIZE];

    nor_blank();
    nor.lenient = true;
    CHECK(!start(first_update));
    memcpy(before, nor.cells, sizeof before);
    for (unsigned how = 0; how < NOR_CUTS; how++) {
        if (how == NOR_CUT_WEAK)
            continue; // what littlefs makes of such cells is not ours
        for (uint32_t at = 1u + how;; at += 7u) {
            memcpy(nor.cells, before, sizeof before);
            nor.cut_at = nor.changes + at;
            nor.cut_how = (enum nor_cut)how;
            if (!start(second_update))
                break;
            CHECK(!start(third_update));
        }
    }
}

int main(int argc, char **argv)
{
    static const struct scenario scenarios[] = {
        SCENARIO(boot_reads_what_the_client_wrote),
        SCENARIO(other_files_do_not_disturb_it),
        SCENARIO(full_disk_is_an_error),
        SCENARIO(garbage_leads_nowhere),
        SCENARIO(any_cut_is_survived),
    };
    return check_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
