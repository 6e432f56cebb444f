// SPDX-License-Identifier: BSD-3-Clause
// Addresses and interrupts of MPS2 with AN500 (Application Note 500).
#ifndef BOARD_PART_H
#define BOARD_PART_H

#define BOARD_CLOCK 25000000u // Hz
#define BOARD_UART 0x40004000u
#define BOARD_UART_IRQ 0u // received
#define BOARD_TIMER 0x40000000u
#define BOARD_TIMER_IRQ 8u

#endif
