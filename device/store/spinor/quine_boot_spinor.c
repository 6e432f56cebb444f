// SPDX-License-Identifier: BSD-3-Clause
// Boot's side of the staging store in SPI NOR flash.
//
// A reset of the microcontroller is none for the chip: boot finds it in whatever state the application
// has left it, in the middle of an erase too.
#include "quine_section.h"

#define QUINE_SPI_CODE QUINE_KERNEL_CODE
#define spinor_feed quine_watchdog
#include "quine_spinor.h"

#define SILENCE 0xFFu // a status that no chip has: nothing drives the line

// The rounds of rouse, of 56 clocks, until a chip that is busy is given up, and until one that does
// not answer is: 10 ms, more than one needs to start or to wake up.
#define ROUNDS (QUINE_SPINOR_CLOCK / 56u * QUINE_SPINOR_SECONDS)
#define ROUNDS_SILENT (QUINE_SPINOR_SECONDS * 100u)

// Waits until the chip is awake and idle: it has told its manufacturer, whose JEDEC number has odd
// parity and thus is neither of what a line reads that nothing drives. Returns false when it has not.
static QUINE_BOOT_CODE __attribute__((noinline)) bool rouse(void)
{
    for (int32_t left = (int32_t)ROUNDS; left > 0;) {
        quine_watchdog();
        (void)spi_frame(0xFFFFu, 2u); // ends continuous read (JESD216), and QPI on some chips
        spi_command(RELEASE);
        if (QUINE_SPINOR_ERRORS != 0u)
            spi_command(QUINE_SPINOR_ERRORS_CLEAR);
        uint8_t status = spi_query(READ_STATUS);
        uint8_t id = spi_query(READ_ID);
        if ((status & BUSY) != 0u && status != SILENCE)
            left -= 1;
        else if (id == 0x00u || id == 0xFFu || status == SILENCE)
            left -= (int32_t)ROUNDS_SILENT;
        else
            return true;
    }
    return false;
}

// A chip that does not answer costs some 10 ms; one that stays busy, three times QUINE_SPINOR_SECONDS.
// The reset ends a suspended erase, four-byte mode and whatever else the application has set up.
// Power loss: nothing is written.
QUINE_BOOT_CODE void quine_boot_store_open(void)
{
    quine_spi_open();
    if (rouse()) {
        spi_command(RESET_ENABLE);
        spi_command(RESET);
        (void)rouse();
    }
}

// A header that is protected could not be consumed, and an install that cannot be consumed would be
// repeated at each reset: such a header is not read at all.
QUINE_KERNEL_CODE int quine_boot_store_read(uint32_t offset, void *data, uint32_t n)
{
    if (offset == 0u && (spi_query(READ_STATUS) & QUINE_SPINOR_PROTECT) != 0u)
        return QUINE_ERR_IO;
    spi_read(READ, QUINE_STORE_OFFSET + offset, data, n);
    return QUINE_OK;
}

// Believes what it reads, not what the chip reports.
QUINE_KERNEL_CODE int quine_boot_store_consume(void)
{
    uint8_t magic = 0;

    if (spinor_change(ERASE, QUINE_STORE_OFFSET, NULL, 0, 0u) == QUINE_OK)
        (void)quine_boot_store_read(0, &magic, 1u);
    return magic == 0xFFu ? QUINE_OK : QUINE_ERR_IO;
}
