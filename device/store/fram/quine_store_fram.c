// SPDX-License-Identifier: BSD-3-Clause
// The application's side of the staging store in SPI FRAM. The application has the chip awake and its
// bus to itself during a call.
#define QUINE_SPI_CODE
#include "quine_fram.h"

#define SILENCE 0xFFu // a status that no chip has: nothing drives the line

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
    if (!inside(offset, n) || spi_query(READ_STATUS) == SILENCE)
        return QUINE_ERR_IO;
    spi_read(READ, QUINE_STORE_OFFSET + offset, data, n);
    return QUINE_OK;
}

int quine_store_erase(uint32_t offset)
{
    if (!inside(offset, QUINE_STORE_UNIT) || offset % QUINE_STORE_UNIT != 0u)
        return QUINE_ERR_IO;
    return fram_write(QUINE_STORE_OFFSET + offset, NULL, QUINE_STORE_UNIT);
}

int quine_store_program(uint32_t offset, const void *data, uint32_t n)
{
    if (!inside(offset, n))
        return QUINE_ERR_IO;
    return fram_write(QUINE_STORE_OFFSET + offset, data, n);
}
