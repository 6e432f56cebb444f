// SPDX-License-Identifier: BSD-3-Clause
// SPI0 of the nRF51 as a master, nRF51 Series Reference Manual v3.0 section 28, with chip select on
// P0.07: what the sizes of the stores are measured with.
#ifndef QUINE_SPI_H
#define QUINE_SPI_H

#define SPI0(offset) (*(volatile uint32_t *)(0x40003000u + (offset)))
#define SPI0_READY SPI0(0x108u)
#define SPI0_ENABLE SPI0(0x500u)
#define SPI0_PSELSCK SPI0(0x508u)
#define SPI0_PSELMOSI SPI0(0x50Cu)
#define SPI0_PSELMISO SPI0(0x510u)
#define SPI0_RXD SPI0(0x518u)
#define SPI0_TXD SPI0(0x51Cu)
#define SPI0_FREQUENCY SPI0(0x524u)

#define GPIO(offset) (*(volatile uint32_t *)(0x50000000u + (offset)))
#define GPIO_OUTSET GPIO(0x508u)
#define GPIO_OUTCLR GPIO(0x50Cu)
#define GPIO_DIRSET GPIO(0x518u)

#define CHIP_SELECT (1u << 7)

QUINE_SPI_INLINE void quine_spi_open(void)
{
    GPIO_OUTSET = CHIP_SELECT;
    GPIO_DIRSET = CHIP_SELECT | 1u << 3 | 1u << 4;
    SPI0_PSELSCK = 3u;
    SPI0_PSELMOSI = 4u;
    SPI0_PSELMISO = 5u;
    SPI0_FREQUENCY = 0x80000000u; // 8 MHz
    SPI0_ENABLE = 1u;
}

QUINE_SPI_INLINE void quine_spi_select(bool on)
{
    if (on)
        GPIO_OUTCLR = CHIP_SELECT;
    else
        GPIO_OUTSET = CHIP_SELECT;
}

QUINE_SPI_INLINE uint8_t quine_spi_exchange(uint8_t out)
{
    SPI0_READY = 0u;
    SPI0_TXD = out;
    while (SPI0_READY == 0u)
        ;
    return (uint8_t)SPI0_RXD;
}

#endif
