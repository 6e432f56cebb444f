// SPDX-License-Identifier: BSD-3-Clause
// Model of an SPI NOR flash chip at the level of its pins: frames of bytes between CS low and CS high.
//
// Time is counted in clocks of the bus, 1 MHz here. What a driver must never send ends the program: a
// byte while the chip is not selected, a command that the chip would ignore because it is busy, a
// program of bytes that are not erased or that a cut has torn.
#ifndef NOR_H
#define NOR_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#define NOR_SIZE 0x80000u // bytes modelled, from NOR_BASE of the chip on
#ifndef NOR_BASE
#define NOR_BASE 0u
#endif

// Clocks, from what data sheets call typical to what they call the longest.
#define NOR_PROGRAM_TIME 700u
#define NOR_ERASE_4K_TIME 45000u
#define NOR_ERASE_64K_TIME 150000u
#define NOR_WAKE_TIME 35u
#define NOR_RESET_TIME 30u
#define NOR_START_TIME 5000u

// What is on the bus.
enum nor_health {
    NOR_GOOD,
    NOR_FLAKY,    // a byte in 64 is lost: the line floats
    NOR_GARBAGE,  // random bytes
    NOR_ABSENT,   // nothing: the line floats
    NOR_STUCK,    // always busy
};

enum nor_cut { NOR_CUT_BEFORE, NOR_CUT_PREFIX, NOR_CUT_BITS, NOR_CUT_WEAK, NOR_CUT_AFTER, NOR_CUTS };

struct nor {
    uint8_t cells[NOR_SIZE];
    uint8_t weak[NOR_SIZE];   // not 0: reads differently at each read
    uint8_t torn[NOR_SIZE];   // not 0: a cut has torn it
    enum nor_health health;
    uint8_t floating;         // what a line reads that nothing drives: 0xFF or 0x00
    // Kinds of chips.
    bool reports_errors;      // P_ERR, E_ERR in the status; busy until they are cleared
    bool reports_flags;       // errors in a register of their own, not busy
    bool lenient;             // a program over what is torn or not erased is let pass
    bool starts_locked;       // all blocks are protected until a global unlock
    bool no_reset;            // has no software reset
    // Faults.
    bool refuses_write_enable;
    bool refuses_changes;     // erase and program end without effect
    bool fails_changes;       // the same, and the error is reported where the chip reports any
    uint32_t fails_at;        // only this change does so, 0 for none
    bool never_done;          // erase and program do not come to an end
    // State.
    bool selected, powered_down, four_byte, continuous, suspended, enabled, locked, reset_armed;
    uint8_t protect, errors;
    uint64_t clock, ready, busy_until; // no answer before ready
    uint64_t fed, unfed_max;           // the watchdog
    uint64_t limit;                    // the program ends when the clock gets there
    uint32_t changes;                  // erases and programs
    // A planned cut, at change number cut_at, 0 for none.
    uint32_t cut_at;
    enum nor_cut cut_how;
    jmp_buf power_lost;
};

extern struct nor nor;

// A blank chip that has been on for a while.
void nor_blank(void);
// Power goes and comes back.
void nor_power_cycle(void);
// An erase of the unit at offset from NOR_BASE has begun when the microcontroller is reset.
void nor_begin_erase(uint32_t offset);

// The pins; quine_spi.h leads here.
void chip_select(bool on);
uint8_t chip_exchange(uint8_t out);

#endif
