// SPDX-License-Identifier: BSD-3-Clause
// BBC micro:bit v1 (nRF51822): startup, vector table, UART and a timer, by the nRF51 Series Reference
// Manual v3.0.
#include "board.h"

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

#define UART_STARTRX REG(0x40002000u)
#define UART_STARTTX REG(0x40002008u)
#define UART_RXDRDY REG(0x40002108u)
#define UART_TXDRDY REG(0x4000211Cu)
#define UART_INTENSET REG(0x40002304u)
#define UART_ENABLE REG(0x40002500u)
#define UART_PSELTXD REG(0x4000250Cu)
#define UART_PSELRXD REG(0x40002514u)
#define UART_RXD REG(0x40002518u)
#define UART_TXD REG(0x4000251Cu)
#define UART_BAUDRATE REG(0x40002524u)

// The core has no SysTick on this part: TIMER1 stands in for it.
#define TIMER0 0x40008000u
#define TIMER1 0x40009000u
#define TIMER_START(timer) REG((timer) + 0x000u)
#define TIMER_COMPARE0(timer) REG((timer) + 0x140u)
#define TIMER_SHORTS(timer) REG((timer) + 0x200u)
#define TIMER_INTENSET(timer) REG((timer) + 0x304u)
#define TIMER_PRESCALER(timer) REG((timer) + 0x510u)
#define TIMER_CC0(timer) REG((timer) + 0x540u)

#define NVIC_ISER REG(0xE000E100u)
#define IRQ_UART 2u
#define IRQ_TIMER0 8u
#define IRQ_TIMER1 9u

extern uint32_t quine_stack[];

static volatile uint32_t ticks, core_ticks;

static void uart_handler(void)
{
    while (UART_RXDRDY != 0u) {
        UART_RXDRDY = 0u;
        app_received((uint8_t)UART_RXD);
    }
}

static void timer0_handler(void)
{
    TIMER_COMPARE0(TIMER0) = 0u;
    ticks++;
}

static void timer1_handler(void)
{
    TIMER_COMPARE0(TIMER1) = 0u;
    core_ticks++;
}

void board_putc(char c)
{
    UART_TXDRDY = 0u;
    UART_TXD = (uint8_t)c;
    while (UART_TXDRDY == 0u)
        ;
}

uint32_t board_ticks(void)
{
    return ticks;
}

uint32_t board_core_ticks(void)
{
    return core_ticks;
}

// Counts to 100 ticks a second, in 16 bits (the reset value of BITMODE).
static void timer_init(uint32_t timer)
{
    TIMER_PRESCALER(timer) = 4u; // 1 MHz
    TIMER_CC0(timer) = 10000u;
    TIMER_SHORTS(timer) = 1u; // clear on compare
    TIMER_INTENSET(timer) = 1u << 16;
    TIMER_START(timer) = 1u;
}

void board_init(void)
{
    UART_PSELTXD = 24u;
    UART_PSELRXD = 25u;
    UART_BAUDRATE = 0x01D7E000u; // 115200
    UART_ENABLE = 4u;
    UART_INTENSET = 1u << 2; // RXDRDY
    UART_STARTTX = 1u;
    UART_STARTRX = 1u;

    timer_init(TIMER0);
    timer_init(TIMER1);
    NVIC_ISER = 1u << IRQ_UART | 1u << IRQ_TIMER0 | 1u << IRQ_TIMER1;
}

// The table begins with what nothing handles; later lines replace earlier ones.
#pragma GCC diagnostic ignored "-Woverride-init"
__attribute__((section(".isr_vector"), used)) static void (*const vectors[42])(void) = {
    [0] = (void (*)(void))quine_stack,
    [1] = app_reset,
    [2 ... 41] = app_stray,
    [3] = app_fault,
    [16 + IRQ_UART] = uart_handler,
    [16 + IRQ_TIMER0] = timer0_handler,
    [16 + IRQ_TIMER1] = timer1_handler,
};
