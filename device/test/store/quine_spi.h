// SPDX-License-Identifier: BSD-3-Clause
// The bus of the host tests: whatever chip_* the program is linked with.
#ifndef QUINE_SPI_H
#define QUINE_SPI_H

void chip_select(bool on);
uint8_t chip_exchange(uint8_t out);

QUINE_SPI_INLINE void quine_spi_open(void)
{
}

QUINE_SPI_INLINE void quine_spi_select(bool on)
{
    chip_select(on);
}

QUINE_SPI_INLINE uint8_t quine_spi_exchange(uint8_t out)
{
    return chip_exchange(out);
}

#endif
