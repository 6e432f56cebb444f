// SPDX-License-Identifier: BSD-3-Clause
// Boot's side of the staging store in SPI FRAM.
#include "quine_section.h"
#include "quine_staging.h"

#define QUINE_SPI_CODE QUINE_KERNEL_CODE
#include "quine_fram.h"

// Status reads, of 16 clocks, in 500 us: no chip takes longer to wake up, which it does when selected.
#define WAKE_POLLS (QUINE_FRAM_CLOCK / 16u / 2000u + 1u)

// Power loss: nothing is written.
QUINE_BOOT_CODE void quine_boot_store_open(void)
{
    quine_spi_open();
    for (uint32_t left = WAKE_POLLS; left > 0u; left--)
        (void)spi_query(READ_STATUS);
}

// A header that is protected could not be consumed, and an install that cannot be consumed would be
// repeated at each reset: such a header is not read at all.
QUINE_KERNEL_CODE int quine_boot_store_read(uint32_t offset, void *data, uint32_t n)
{
    if (offset == 0u && (spi_query(READ_STATUS) & QUINE_FRAM_PROTECT) != 0u)
        return QUINE_ERR_IO;
    spi_read(READ, QUINE_STORE_OFFSET + offset, data, n);
    return QUINE_OK;
}

// The header is all that its unit holds.
QUINE_KERNEL_CODE int quine_boot_store_consume(void)
{
    uint8_t magic = 0;

    if (fram_write(QUINE_STORE_OFFSET, NULL, QUINE_STAGING_SIZE) == QUINE_OK)
        (void)quine_boot_store_read(0, &magic, 1u);
    return magic == 0xFFu ? QUINE_OK : QUINE_ERR_IO;
}
