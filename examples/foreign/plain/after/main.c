// SPDX-License-Identifier: BSD-3-Clause
// Firmware without any framework: says which release it is, then a dot each tenth of a second.
#include "uart.h"

#include <stdint.h>

#define TIMER(offset) (*(volatile uint32_t *)(0x40008000u + (offset)))

void update_poll(void);

static volatile uint32_t ticks;

void TIMER0_IRQHandler(void)
{
    TIMER(0x140u) = 0u;
    ticks++;
}

static void timer_init(void)
{
    TIMER(0x510u) = 4u;       // 1 MHz
    TIMER(0x540u) = 100000u;  // CC0
    TIMER(0x200u) = 1u;       // clear on compare
    TIMER(0x304u) = 1u << 16; // interrupt
    TIMER(0x000u) = 1u;
    *(volatile uint32_t *)0xE000E100u = 1u << 8;
}

int main(void)
{
    uint32_t shown = 0;

    uart_init();
    timer_init();
    uart_print("plain release " RELEASE "\r\n");
    for (;;) {
        update_poll();
        if (shown != ticks) {
            shown = ticks;
            uart_print(".");
        }
    }
}
