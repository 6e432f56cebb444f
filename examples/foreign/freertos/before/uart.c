// SPDX-License-Identifier: BSD-3-Clause
// UART of the CMSDK: what is received goes from the interrupt to a stream buffer.
#include "uart.h"

#define UART(offset) (*(volatile uint32_t *)(0x40004000u + (offset)))
#define NVIC_ISER (*(volatile uint32_t *)0xE000E100u)
#define NVIC_IPR0 (*(volatile uint8_t *)0xE000E400u)

StreamBufferHandle_t uart_rx;

void UARTRX0_Handler(void)
{
    BaseType_t woken = pdFALSE;

    UART(0xCu) = 2u;
    while ((UART(0x4u) & 2u) != 0u) {
        uint8_t byte = (uint8_t)UART(0x0u);
        xStreamBufferSendFromISR(uart_rx, &byte, 1, &woken);
    }
    portYIELD_FROM_ISR(woken);
}

void uart_init(void)
{
    uart_rx = xStreamBufferCreate(512, 1);
    UART(0x10u) = configCPU_CLOCK_HZ / 115200u;
    UART(0x8u) = 1u | 2u | 8u; // transmit, receive, interrupt
    NVIC_IPR0 = configMAX_SYSCALL_INTERRUPT_PRIORITY;
    NVIC_ISER = 1u;
}

void uart_print(const char *text)
{
    while (*text != '\0') {
        while ((UART(0x4u) & 1u) != 0u)
            ;
        UART(0x0u) = (uint8_t)*text++;
    }
}
