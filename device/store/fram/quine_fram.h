// SPDX-License-Identifier: BSD-3-Clause
// FRAM commands that boot and application both need. Each of their C files has a copy of its own;
// quine_spi_port.h says why. Includers define QUINE_SPI_CODE.
#include "quine_error.h"
#include "quine_port.h"

#include <stddef.h>

#define QUINE_SPI_ADDRESS QUINE_FRAM_ADDRESS
#include "../spi/quine_spi_frame.h"

#define WRITE 0x02u
#define READ 0x03u
#define READ_STATUS 0x05u
#define WRITE_ENABLE 0x06u

#define ENABLED 0x02u // WEL

// Writes n bytes, ones where data is NULL. Nothing is sent to a chip that says it would ignore it.
// Power loss: a first part is written, one byte may have any value.
static QUINE_SPI_CODE int fram_write(uint32_t address, const uint8_t *data, uint32_t n)
{
    spi_command(WRITE_ENABLE);
    if ((spi_query(READ_STATUS) & (ENABLED | QUINE_FRAM_PROTECT)) != ENABLED)
        return QUINE_ERR_IO;
    spi_address(WRITE, address);
    while (n-- > 0u)
        (void)spi_exchange(data != NULL ? *data++ : 0xFFu);
    quine_spi_select(false);
    return QUINE_OK;
}
