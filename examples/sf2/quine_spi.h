// SPDX-License-Identifier: BSD-3-Clause
// The SPI controller MSS_SPI_0 of the SmartFusion2 for quine_spi_port.h. The registers are those of
// Microsemi's UG0331, SmartFusion2 Microcontroller Subsystem User Guide, chapter "Serial Peripheral
// Interface Controller".
//
// The controller drives chip select itself: with SPS set it stays low until as many frames have gone
// as TXRXDFCOUNT says. What happens with a count of none is QEMU's word; on a board, let a GPIO select
// the chip.
#ifndef QUINE_SPI_H
#define QUINE_SPI_H

#define MSS_SPI(offset) (*(volatile uint32_t *)(0x40001000u + (offset)))
#define MSS_SPI_CONTROL MSS_SPI(0x00u)
#define MSS_SPI_DFSIZE MSS_SPI(0x04u) // bits of a frame
#define MSS_SPI_STATUS MSS_SPI(0x08u)
#define MSS_SPI_RX MSS_SPI(0x10u)
#define MSS_SPI_TX MSS_SPI(0x14u)
#define MSS_SPI_CLKGEN MSS_SPI(0x18u)
#define MSS_SPI_SELECT MSS_SPI(0x1Cu)

// CONTROL
#define MSS_SPI_ON (1u << 0 | 1u << 1 | 1u << 26) // ENABLE, MODE: master, SPS
#define MSS_SPI_FRAMES 0x00FFFF00u                // TXRXDFCOUNT: more than a page and its address
#define MSS_SPI_RESET (1u << 31)
// STATUS
#define MSS_SPI_RX_EMPTY (1u << 6)

QUINE_SPI_INLINE void quine_spi_open(void)
{
    MSS_SPI_CONTROL = MSS_SPI_RESET;
    MSS_SPI_CONTROL = 0u;
    MSS_SPI_DFSIZE = 8u;
    MSS_SPI_CLKGEN = 0u; // half of the peripheral clock of 71 MHz
    MSS_SPI_SELECT = 1u;
}

// To end a frame of a length that was not known before, the count is set to none: the controller then
// does not send what is written to TX, but lets go of chip select. The reset drops it.
QUINE_SPI_INLINE void quine_spi_select(bool on)
{
    if (on) {
        MSS_SPI_CONTROL = MSS_SPI_ON | MSS_SPI_FRAMES;
    } else {
        MSS_SPI_CONTROL = MSS_SPI_ON;
        MSS_SPI_TX = 0u;
        quine_spi_open();
    }
}

QUINE_SPI_INLINE uint8_t quine_spi_exchange(uint8_t out)
{
    MSS_SPI_TX = out;
    while ((MSS_SPI_STATUS & MSS_SPI_RX_EMPTY) != 0u)
        ;
    return (uint8_t)MSS_SPI_RX;
}

#endif
