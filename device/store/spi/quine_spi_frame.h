// SPDX-License-Identifier: BSD-3-Clause
// Frames on an SPI bus, as all memories of this kind have them: an opcode, perhaps an address, then
// data. For one C file, which defines before
//   QUINE_SPI_CODE      where the code goes: QUINE_KERNEL_CODE, or nothing in the application
//   QUINE_SPI_ADDRESS   bytes of an address: 2, 3 or 4
#include "quine_spi_port.h"

static QUINE_SPI_CODE __attribute__((noinline)) uint8_t spi_exchange(uint8_t out)
{
    return quine_spi_exchange(out);
}

// Begins a frame with n bytes, the lowest of bytes first. Returns what came back with the last one.
static QUINE_SPI_CODE __attribute__((noinline)) uint8_t spi_begin(uint32_t bytes, uint32_t n)
{
    uint8_t in;

    quine_spi_select(true);
    do {
        in = spi_exchange((uint8_t)bytes);
        bytes >>= 8;
    } while (--n > 0u);
    return in;
}

// A whole frame of n bytes.
static QUINE_SPI_CODE __attribute__((noinline)) uint8_t spi_frame(uint32_t bytes, uint32_t n)
{
    uint8_t in = spi_begin(bytes, n);
    quine_spi_select(false);
    return in;
}

static inline __attribute__((always_inline)) void spi_command(uint8_t op)
{
    (void)spi_frame(op, 1u);
}

// Sends an opcode and returns the byte that answers it.
static inline __attribute__((always_inline)) uint8_t spi_query(uint8_t op)
{
    return spi_frame(op, 2u);
}

// Begins a frame with an opcode and an address, the highest byte first.
static inline __attribute__((always_inline)) void spi_address(uint8_t op, uint32_t address)
{
    uint32_t swapped = __builtin_bswap32(address << (32u - 8u * QUINE_SPI_ADDRESS));

    (void)spi_begin(op | swapped << 8, QUINE_SPI_ADDRESS == 2 ? 3u : 4u);
    if (QUINE_SPI_ADDRESS == 4)
        (void)spi_exchange((uint8_t)address);
}

static inline __attribute__((always_inline)) void spi_read(uint8_t op, uint32_t address,
                                                           uint8_t *data, uint32_t n)
{
    spi_address(op, address);
    while (n-- > 0u)
        *data++ = spi_exchange(0xFFu);
    quine_spi_select(false);
}
