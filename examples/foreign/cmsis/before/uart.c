// SPDX-License-Identifier: BSD-3-Clause
// UART with an interrupt for what is received.
#include "uart.h"

#include "device.h"

static volatile uint8_t ring[256];
static volatile uint8_t in, out;

void UARTRX0_Handler(void)
{
    CMSDK_UART0->INTCLEAR = 2u;
    while ((CMSDK_UART0->STATE & 2u) != 0u)
        ring[in++] = (uint8_t)CMSDK_UART0->DATA;
}

void uart_init(void)
{
    CMSDK_UART0->BAUDDIV = SystemCoreClock / 115200u;
    CMSDK_UART0->CTRL = 1u | 2u | 8u; // transmit, receive, interrupt
    NVIC_EnableIRQ(UARTRX0_IRQn);
}

int uart_getc(void)
{
    return in == out ? -1 : ring[out++];
}

void uart_print(const char *text)
{
    while (*text != '\0') {
        while ((CMSDK_UART0->STATE & 1u) != 0u)
            ;
        CMSDK_UART0->DATA = (uint8_t)*text++;
    }
}
