// SPDX-License-Identifier: BSD-3-Clause
// ARM MPS2 in its images AN385, AN386, AN500 and AN505: startup, vectors, UART, SysTick and a timer.
// The peripherals are those of the Cortex-M System Design Kit, Technical Reference Manual (DDI 0479)
// chapter 4; board_part.h says where they are.
#include "board.h"

#include "board_part.h"
#include "quine_part.h"

#define REG(address) (*(volatile uint32_t *)(address))

#define UART_DATA REG(BOARD_UART + 0x0u)
#define UART_STATE REG(BOARD_UART + 0x4u)
#define UART_CTRL REG(BOARD_UART + 0x8u)
#define UART_INTCLEAR REG(BOARD_UART + 0xCu)
#define UART_BAUDDIV REG(BOARD_UART + 0x10u)
#define TX_FULL (1u << 0)
#define RX_FULL (1u << 1)

#define TIMER_CTRL REG(BOARD_TIMER + 0x0u)
#define TIMER_RELOAD REG(BOARD_TIMER + 0x8u)
#define TIMER_INTCLEAR REG(BOARD_TIMER + 0xCu)

#define SYST_CSR REG(0xE000E010u)
#define SYST_RVR REG(0xE000E014u)
#define SYST_CVR REG(0xE000E018u)
#define NVIC_ISER(irq) REG(0xE000E100u + (irq) / 32u * 4u)

extern uint32_t quine_stack[];

static volatile uint32_t ticks, core_ticks;

static void uart_handler(void)
{
    UART_INTCLEAR = RX_FULL;
    while ((UART_STATE & RX_FULL) != 0u)
        app_received((uint8_t)UART_DATA);
}

static void timer_handler(void)
{
    TIMER_INTCLEAR = 1u;
    ticks++;
}

static void systick_handler(void)
{
    core_ticks++;
}

void board_putc(char c)
{
    while ((UART_STATE & TX_FULL) != 0u)
        ;
    UART_DATA = (uint8_t)c;
}

uint32_t board_ticks(void)
{
    return ticks;
}

uint32_t board_core_ticks(void)
{
    return core_ticks;
}

static void enable(uint32_t irq)
{
    NVIC_ISER(irq) = 1u << irq % 32u;
}

void board_init(void)
{
    quine_mps2_protect(true); // as flash is by itself

    UART_BAUDDIV = BOARD_CLOCK / 115200u;
    UART_CTRL = 1u << 0 | 1u << 1 | 1u << 3; // transmit, receive, receive interrupt
    enable(BOARD_UART_IRQ);

    TIMER_RELOAD = BOARD_CLOCK / 100u - 1u;
    TIMER_CTRL = 1u << 0 | 1u << 3; // enable, interrupt
    enable(BOARD_TIMER_IRQ);

    SYST_RVR = BOARD_CLOCK / 100u - 1u;
    SYST_CVR = 0u;
    SYST_CSR = 7u; // processor clock, interrupt, enable
}

// The table begins with what nothing handles; later lines replace earlier ones.
#pragma GCC diagnostic ignored "-Woverride-init"
__attribute__((section(".isr_vector"), used)) static void (*const vectors[QUINE_VECTORS])(void) = {
    [0] = (void (*)(void))quine_stack,
    [1] = app_reset,
    [2 ... QUINE_VECTORS - 1] = app_stray,
    [3] = app_fault,
    [15] = systick_handler,
    [16 + BOARD_UART_IRQ] = uart_handler,
    [16 + BOARD_TIMER_IRQ] = timer_handler,
};
