// SPDX-License-Identifier: BSD-3-Clause
// What the example needs of a board: a UART, a timer and a vector table.
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

// Sets up UART and timers, once variables have their values.
void board_init(void);

// Sends one byte and waits until it has gone.
void board_putc(char c);

// Hundredths of a second since the start, counted by the interrupt of a peripheral.
uint32_t board_ticks(void);

// The same, counted by SysTick, or by another peripheral where the part has no SysTick.
uint32_t board_core_ticks(void);

// What the board's vector table names: for the reset, for HardFault, and for all that nothing else handles.
void app_reset(void);
void app_fault(void);
void app_stray(void);

// Takes a byte from the UART; the interrupt of its receiver calls it.
void app_received(uint8_t byte);

// The example's main function; app_reset calls it once all is set up.
void app_main(void) __attribute__((noreturn));

#endif
