// SPDX-License-Identifier: BSD-3-Clause
// Staging store in a file. It behaves as flash does where a mistake of the caller would show there:
// programs what is not erased, or outside the store, and it returns QUINE_ERR_IO.
//
// Each function has handed its data to the operating system when it returns: they outlive the process,
// not a crash of the machine.
#include "quine_error.h"
#include "quine_port.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ERASED 0xFF
#define PIECE 256u

static FILE *file;

const struct quine_store_info quine_store = {
    .image_base = QUINE_STORE_IMAGE,
    .image_max = QUINE_STORE_IMAGE_MAX,
    .erase_unit = QUINE_STORE_UNIT,
};

static bool inside(uint32_t offset, uint32_t n)
{
    return file != NULL && offset <= QUINE_STORE_SIZE && n <= QUINE_STORE_SIZE - offset;
}

static int write_at(uint32_t offset, const void *data, uint32_t n)
{
    bool done = fseek(file, (long)offset, SEEK_SET) == 0 && fwrite(data, 1, n, file) == n &&
                fflush(file) == 0;
    return done ? QUINE_OK : QUINE_ERR_IO;
}

// Writes ones to [from, to).
static int blank(uint32_t from, uint32_t to)
{
    uint8_t ones[PIECE];
    int err = QUINE_OK;

    memset(ones, ERASED, sizeof ones);
    while (from < to && err == QUINE_OK) {
        uint32_t n = to - from < PIECE ? to - from : PIECE;
        err = write_at(from, ones, n);
        from += n;
    }
    return err;
}

int quine_store_file_close(void)
{
    int result = file == NULL || fclose(file) == 0 ? QUINE_OK : QUINE_ERR_IO;
    file = NULL;
    return result;
}

int quine_store_file_open(const char *path)
{
    long size;

    (void)quine_store_file_close();
    file = fopen(path, "r+b");
    if (file == NULL)
        file = fopen(path, "w+b");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
        return QUINE_ERR_IO;
    return (unsigned long)size < QUINE_STORE_SIZE ? blank((uint32_t)size, QUINE_STORE_SIZE)
                                                  : QUINE_OK;
}

int quine_store_read(uint32_t offset, void *data, uint32_t n)
{
    bool done = inside(offset, n) && fseek(file, (long)offset, SEEK_SET) == 0 &&
                fread(data, 1, n, file) == n;
    return done ? QUINE_OK : QUINE_ERR_IO;
}

int quine_store_erase(uint32_t offset)
{
    if (!inside(offset, QUINE_STORE_UNIT) || offset % QUINE_STORE_UNIT != 0u)
        return QUINE_ERR_IO;
    return blank(offset, offset + QUINE_STORE_UNIT);
}

int quine_store_program(uint32_t offset, const void *data, uint32_t n)
{
    uint8_t old[PIECE];

    if (!inside(offset, n))
        return QUINE_ERR_IO;
    for (uint32_t at = 0; at < n; at += PIECE) {
        uint32_t part = n - at < PIECE ? n - at : PIECE;
        if (quine_store_read(offset + at, old, part) != QUINE_OK)
            return QUINE_ERR_IO;
        for (uint32_t i = 0; i < part; i++)
            if (old[i] != ERASED)
                return QUINE_ERR_IO;
    }
    return write_at(offset, data, n);
}

void quine_boot_store_open(void)
{
}

int quine_boot_store_read(uint32_t offset, void *data, uint32_t n)
{
    return quine_store_read(offset, data, n);
}

int quine_boot_store_consume(void)
{
    return quine_store_erase(0);
}
