// SPDX-License-Identifier: BSD-3-Clause
// The application's side of the staging store in SPI NOR flash.
//
// The application has the chip awake and its bus to itself during a call. Erasing a unit of 64 KiB may
// take seconds in which nothing else of this thread runs: its watchdog has to wait as long, or be fed
// in quine_spi_select.
#define QUINE_SPI_CODE

static inline void spinor_feed(void)
{
}

#include "quine_spinor.h"

#define PAGE 256u // bytes; a program that reaches the end of a page goes on at its start

const struct quine_store_info quine_store = {
    .image_base = QUINE_STORE_IMAGE,
    .image_max = QUINE_STORE_IMAGE_MAX,
    .erase_unit = QUINE_STORE_UNIT,
};

static bool inside(uint32_t offset, uint32_t n)
{
    return offset <= QUINE_STORE_SIZE && n <= QUINE_STORE_SIZE - offset;
}

int quine_store_read(uint32_t offset, void *data, uint32_t n)
{
    if (!inside(offset, n) || (spi_query(READ_STATUS) & BUSY) != 0u)
        return QUINE_ERR_IO;
    spi_read(READ, QUINE_STORE_OFFSET + offset, data, n);
    return QUINE_OK;
}

int quine_store_erase(uint32_t offset)
{
    if (!inside(offset, QUINE_STORE_UNIT) || offset % QUINE_STORE_UNIT != 0u)
        return QUINE_ERR_IO;
    return spinor_change(ERASE, QUINE_STORE_OFFSET + offset, NULL, 0, QUINE_SPINOR_PROTECT);
}

int quine_store_program(uint32_t offset, const void *data, uint32_t n)
{
    const uint8_t *from = data;
    int err = QUINE_OK;

    if (!inside(offset, n))
        return QUINE_ERR_IO;
    while (n > 0u && err == QUINE_OK) {
        uint32_t part = PAGE - offset % PAGE;
        if (part > n)
            part = n;
        err = spinor_change(PROGRAM, QUINE_STORE_OFFSET + offset, from, part, QUINE_SPINOR_PROTECT);
        offset += part;
        from += part;
        n -= part;
    }
    return err;
}
