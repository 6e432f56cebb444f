// SPDX-License-Identifier: BSD-3-Clause
// Addresses and interrupts of MPS2 with AN505 (Application Note 505), secure aliases.
#ifndef BOARD_PART_H
#define BOARD_PART_H

#define BOARD_CLOCK 20000000u // Hz
#define BOARD_UART 0x50200000u
#define BOARD_UART_IRQ 32u // received
#define BOARD_TIMER 0x50000000u
#define BOARD_TIMER_IRQ 3u

#endif
