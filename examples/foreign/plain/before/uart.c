// SPDX-License-Identifier: BSD-3-Clause
// UART of the nRF51 on the pins of the micro:bit.
#include "uart.h"

#include <stdint.h>

#define UART(offset) (*(volatile uint32_t *)(0x40002000u + (offset)))

void uart_init(void)
{
    UART(0x50Cu) = 24u;         // PSELTXD
    UART(0x514u) = 25u;         // PSELRXD
    UART(0x524u) = 0x01D7E000u; // 115200
    UART(0x500u) = 4u;          // ENABLE
    UART(0x008u) = 1u;          // STARTTX
    UART(0x000u) = 1u;          // STARTRX
}

int uart_getc(void)
{
    if (UART(0x108u) == 0u) // RXDRDY
        return -1;
    UART(0x108u) = 0u;
    return (int)(UART(0x518u) & 0xFFu);
}

void uart_putc(char c)
{
    UART(0x11Cu) = 0u; // TXDRDY
    UART(0x51Cu) = (uint8_t)c;
    while (UART(0x11Cu) == 0u)
        ;
}
