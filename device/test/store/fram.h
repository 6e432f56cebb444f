// SPDX-License-Identifier: BSD-3-Clause
// Model of an SPI FRAM chip at the level of its pins. A byte is written when its last bit arrives.
#ifndef FRAM_H
#define FRAM_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#define FRAM_SIZE 0x2000u
#define FRAM_WAKE_TIME 450u // clocks of 1 MHz

enum fram_cut { FRAM_CUT_BEFORE, FRAM_CUT_BITS, FRAM_CUT_AFTER, FRAM_CUTS };

struct fram {
    uint8_t cells[FRAM_SIZE];
    uint8_t address_bytes;
    uint8_t floating; // what a line reads that nothing drives
    bool absent, asleep, selected, enabled, refuses_write_enable;
    uint8_t protect;
    uint64_t clock, ready;
    uint32_t writes; // bytes
    uint32_t cut_at; // byte at which power is lost, 0 for none
    enum fram_cut cut_how;
    jmp_buf power_lost;
};

extern struct fram fram;

// A chip of ones.
void fram_blank(void);
void fram_power_cycle(void);

// The pins; quine_spi.h leads here.
void chip_select(bool on);
uint8_t chip_exchange(uint8_t out);

#endif
