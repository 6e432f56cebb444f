// SPDX-License-Identifier: BSD-3-Clause
// Says which release it is, then a dot each tenth of a second.
#include "device.h"
#include "uart.h"

void update_poll(void);

static volatile uint32_t ticks;

void SysTick_Handler(void)
{
    ticks++;
}

int main(void)
{
    uint32_t shown = 0;

    uart_init();
    SysTick->LOAD = SystemCoreClock / 10u - 1u;
    SysTick->VAL = 0u;
    SysTick->CTRL = 7u;
    uart_print("cmsis release " RELEASE "\r\n");
    for (;;) {
        update_poll();
        if (shown != ticks) {
            shown = ticks;
            uart_print(".");
        }
    }
}
