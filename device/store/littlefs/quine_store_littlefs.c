// SPDX-License-Identifier: BSD-3-Clause
// The application's side of the staging store in a file of littlefs.
//
// The client writes the image from its start to its end, so that the file only grows. The first byte
// that it reads back closes the file: it is synchronised, and its extents are written to the disk, where
// boot finds them. Only then does the client write the header.
#include "quine_lfs.h"

#include "quine_error.h"
#include "quine_port.h"

#include <stdbool.h>

int quine_disk_read(uint32_t offset, void *data, uint32_t n);
int quine_disk_erase(uint32_t offset);
int quine_disk_program(uint32_t offset, const void *data, uint32_t n);

const struct quine_store_info quine_store = {
    .image_base = QUINE_STORE_IMAGE,
    .image_max = QUINE_STORE_IMAGE_MAX,
    .erase_unit = QUINE_STORE_UNIT,
};

static uint32_t place(lfs_block_t block, lfs_off_t offset)
{
    return QUINE_LFS_START + block * QUINE_STORE_UNIT + offset;
}

static int disk_read(const struct lfs_config *c, lfs_block_t block, lfs_off_t offset, void *data,
                     lfs_size_t n)
{
    (void)c;
    return quine_disk_read(place(block, offset), data, n) == QUINE_OK ? LFS_ERR_OK : LFS_ERR_IO;
}

static int disk_program(const struct lfs_config *c, lfs_block_t block, lfs_off_t offset,
                        const void *data, lfs_size_t n)
{
    (void)c;
    return quine_disk_program(place(block, offset), data, n) == QUINE_OK ? LFS_ERR_OK : LFS_ERR_IO;
}

static int disk_erase(const struct lfs_config *c, lfs_block_t block)
{
    (void)c;
    return quine_disk_erase(place(block, 0)) == QUINE_OK ? LFS_ERR_OK : LFS_ERR_IO;
}

static int disk_sync(const struct lfs_config *c)
{
    (void)c;
    return LFS_ERR_OK;
}

static uint32_t read_cache[QUINE_LFS_CACHE / 4u], program_cache[QUINE_LFS_CACHE / 4u];
static uint32_t file_cache[QUINE_LFS_CACHE / 4u], lookahead[4];

const struct lfs_config quine_lfs_config = {
    .read = disk_read,
    .prog = disk_program,
    .erase = disk_erase,
    .sync = disk_sync,
    .read_size = 16,
    .prog_size = 16,
    .block_size = QUINE_STORE_UNIT,
    .block_count = QUINE_LFS_BLOCKS,
    .block_cycles = 500,
    .cache_size = QUINE_LFS_CACHE,
    .lookahead_size = sizeof lookahead,
    .read_buffer = read_cache,
    .prog_buffer = program_cache,
    .lookahead_buffer = lookahead,
};

lfs_t quine_lfs;

static const struct lfs_file_config file_config = {.buffer = file_cache};
static lfs_file_t file;
static enum { CLOSED, WRITING, STAGED } state;

static int file_open(int flags)
{
    if (state != CLOSED)
        (void)lfs_file_close(&quine_lfs, &file);
    state = CLOSED;
    return lfs_file_opencfg(&quine_lfs, &file, QUINE_LFS_PATH, flags, &file_config) == LFS_ERR_OK
               ? QUINE_OK
               : QUINE_ERR_IO;
}

// Finds the extent in which the file's byte at offset lies: littlefs tells where it has just read. A
// file so small that it lies in its directory has none.
static bool extent_find(uint32_t offset, struct quine_extent *e)
{
    uint8_t byte;

    if (lfs_file_seek(&quine_lfs, &file, (lfs_soff_t)offset, LFS_SEEK_SET) < 0 ||
        lfs_file_read(&quine_lfs, &file, &byte, 1) != 1 || file.block >= QUINE_LFS_BLOCKS)
        return false;
    e->offset = place(file.block, file.off - 1u);
    e->size = QUINE_STORE_UNIT - (file.off - 1u);
    return true;
}

static int extents_write(uint32_t size)
{
    uint32_t at = QUINE_LFS_EXTENTS;
    struct quine_extent e;
    int err = quine_disk_erase(at);

    for (uint32_t done = 0; done < size && err == QUINE_OK; done += e.size) {
        if (at == QUINE_LFS_START || !extent_find(done, &e))
            return QUINE_ERR_IO;
        if (e.size > size - done)
            e.size = size - done;
        err = quine_disk_program(at, &e, sizeof e);
        at += sizeof e;
    }
    return err;
}

// Power loss: before the extents are whole there is no header, and boot does not look for them.
static int file_finish(void)
{
    lfs_soff_t size = lfs_file_size(&quine_lfs, &file);

    if (size < 0 || lfs_file_sync(&quine_lfs, &file) != LFS_ERR_OK)
        return QUINE_ERR_IO;
    state = STAGED;
    return extents_write((uint32_t)size);
}

int quine_store_read(uint32_t offset, void *data, uint32_t n)
{
    if (offset < QUINE_STORE_IMAGE)
        return quine_disk_read(offset, data, n);
    if (state == CLOSED) {
        if (file_open(LFS_O_RDONLY) != QUINE_OK)
            return QUINE_ERR_IO;
        state = STAGED;
    }
    if (state == WRITING && file_finish() != QUINE_OK)
        return QUINE_ERR_IO;
    bool done = lfs_file_seek(&quine_lfs, &file, (lfs_soff_t)(offset - QUINE_STORE_IMAGE),
                              LFS_SEEK_SET) >= 0 &&
                lfs_file_read(&quine_lfs, &file, data, n) == (lfs_ssize_t)n;
    return done ? QUINE_OK : QUINE_ERR_IO;
}

// The image's first unit stands for the file: a new one is begun. littlefs erases the blocks.
int quine_store_erase(uint32_t offset)
{
    if (offset == 0u)
        return quine_disk_erase(0);
    if (offset != QUINE_STORE_IMAGE)
        return state == WRITING ? QUINE_OK : QUINE_ERR_IO;
    if (file_open(LFS_O_RDWR | LFS_O_CREAT | LFS_O_TRUNC) != QUINE_OK)
        return QUINE_ERR_IO;
    state = WRITING;
    return QUINE_OK;
}

int quine_store_program(uint32_t offset, const void *data, uint32_t n)
{
    if (offset < QUINE_STORE_IMAGE)
        return quine_disk_program(offset, data, n);
    if (state != WRITING ||
        lfs_file_tell(&quine_lfs, &file) != (lfs_soff_t)(offset - QUINE_STORE_IMAGE) ||
        lfs_file_write(&quine_lfs, &file, data, n) != (lfs_ssize_t)n)
        return QUINE_ERR_IO;
    return QUINE_OK;
}
