// SPDX-License-Identifier: BSD-3-Clause
// SPI NOR commands that boot and application both need. Each of their C files has a copy of its own;
// quine_spi_port.h says why. Includers define QUINE_SPI_CODE, and spinor_feed(), which is called
// while the chip is busy.
#include "quine_error.h"
#include "quine_port.h"

#include <stddef.h>

#define QUINE_SPI_ADDRESS QUINE_SPINOR_ADDRESS
#include "../spi/quine_spi_frame.h"

#define READ_STATUS 0x05u
#define WRITE_ENABLE 0x06u
#define RESET_ENABLE 0x66u
#define UNLOCK 0x98u
#define RESET 0x99u
#define READ_ID 0x9Fu
#define RELEASE 0xABu // from deep power-down

#if QUINE_SPINOR_ADDRESS == 4
#define READ 0x13u
#define PROGRAM 0x12u
#define ERASE (QUINE_STORE_UNIT == 4096u ? 0x21u : 0xDCu)
#else
#define READ 0x03u
#define PROGRAM 0x02u
#define ERASE (QUINE_STORE_UNIT == 4096u ? 0x20u : 0xD8u)
#endif

#define BUSY 0x01u    // WIP
#define ENABLED 0x02u // WEL

// Status reads, of 16 clocks, in the time that the chip may be busy.
#define POLLS (QUINE_SPINOR_CLOCK / 16u * QUINE_SPINOR_SECONDS)

// Waits until the chip has done what it was told to.
// Returns QUINE_OK, or QUINE_ERR_IO when it reports an error, or is busy for too long.
static QUINE_SPI_CODE int spinor_wait(void)
{
    for (uint32_t left = POLLS; left > 0u; left--) {
        spinor_feed();
        uint8_t status = spi_query(READ_STATUS);
        if (QUINE_SPINOR_ERRORS != 0u &&
            (spi_query(QUINE_SPINOR_ERRORS_IN) & QUINE_SPINOR_ERRORS) != 0u) {
            spi_command(QUINE_SPINOR_ERRORS_CLEAR);
            break;
        }
        if ((status & BUSY) == 0u)
            return QUINE_OK;
    }
    return QUINE_ERR_IO;
}

// Erases, or programs up to the end of the page, and waits until the chip is done. Nothing is sent to
// a chip that says it would ignore it: one that is busy, not enabled, or has one of the bits in refuse;
// nor to one that is not there.
// Power loss: every byte of the unit or page may read as before, as done, or differently at each read.
static QUINE_SPI_CODE int spinor_change(uint8_t op, uint32_t address, const uint8_t *data,
                                        uint32_t n, uint8_t refuse)
{
    if (QUINE_SPINOR_UNLOCK) {
        spi_command(WRITE_ENABLE);
        spi_command(UNLOCK);
    }
    spi_command(WRITE_ENABLE);
    if ((spi_query(READ_STATUS) & (BUSY | ENABLED | refuse)) != ENABLED)
        return QUINE_ERR_IO;
    spi_address(op, address);
    while (n-- > 0u)
        (void)spi_exchange(*data++);
    quine_spi_select(false);
    return spinor_wait();
}
