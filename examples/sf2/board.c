// SPDX-License-Identifier: BSD-3-Clause
// Emcraft SmartFusion2 SOM: startup, vector table, UART, SysTick and a timer, by Microsemi's UG0331,
// SmartFusion2 Microcontroller Subsystem User Guide.
#include "board.h"

#include "quine_part.h"
#include "../../device/store/spi/quine_spi_port.h"

#define REG(address) (*(volatile uint32_t *)(address))

// MMUART_0, registers as in a 16550, one a word.
#define UART_DATA REG(0x40000000u)
#define UART_IER REG(0x40000004u)
#define UART_FCR REG(0x40000008u)
#define UART_LCR REG(0x4000000Cu)
#define UART_LSR REG(0x40000014u)
#define UART_IRQ 10u
#define RX_READY (1u << 0)
#define TX_EMPTY (1u << 5)

#define TIMER_LOAD REG(0x40004004u)
#define TIMER_CTRL REG(0x4000400Cu)
#define TIMER_STATE REG(0x40004010u)
#define TIMER_IRQ 14u

#define CORE_CLOCK 142000000u // Hz
#define PERIPHERAL_CLOCK 71000000u

#define SYST_CSR REG(0xE000E010u)
#define SYST_RVR REG(0xE000E014u)
#define SYST_CVR REG(0xE000E018u)
#define NVIC_ISER REG(0xE000E100u)

extern uint32_t quine_stack[];

static volatile uint32_t ticks, core_ticks;

static void uart_handler(void)
{
    while ((UART_LSR & RX_READY) != 0u)
        app_received((uint8_t)UART_DATA);
}

static void timer_handler(void)
{
    TIMER_STATE = 1u;
    ticks++;
}

static void systick_handler(void)
{
    core_ticks++;
}

void board_putc(char c)
{
    while ((UART_LSR & TX_EMPTY) == 0u)
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

void board_init(void)
{
    quine_spi_open();

    UART_LCR = 0x83u; // 8 bits; the divisor latch
    UART_DATA = 1u;
    UART_IER = 0u;
    UART_LCR = 0x03u;
    UART_FCR = 1u; // FIFOs
    UART_IER = 1u; // received
    TIMER_LOAD = PERIPHERAL_CLOCK / 100u - 1u;
    TIMER_CTRL = 1u << 0 | 1u << 2; // enable, interrupt
    NVIC_ISER = 1u << UART_IRQ | 1u << TIMER_IRQ;

    SYST_RVR = CORE_CLOCK / 100u - 1u;
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
    [16 + UART_IRQ] = uart_handler,
    [16 + TIMER_IRQ] = timer_handler,
};
