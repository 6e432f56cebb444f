// SPDX-License-Identifier: BSD-3-Clause
// What the models of STM32 have alike: the independent watchdog, the PVD with its clock, and the keys of the
// flash controller. A part of a model: included once.
#ifndef MODEL_STM32_H
#define MODEL_STM32_H

#include "model.h"

enum {
    PWR_CR = 0x40007000,
    PWR_CSR = 0x40007004,
    IWDG_KR = 0x40003000,
};

static const uint32_t stm32_keys[2] = {0x45670123u, 0xCDEF89ABu};

static uint32_t pwr_cr, apb1enr;
static bool low;

static inline void stm32_power_on(void)
{
    pwr_cr = apb1enr = 0;
    low = false;
}

// Reads PWR or RCC_APB1ENR at rcc; the PVD must be on at threshold pls. Returns false for other registers.
static inline bool stm32_read(uint32_t address, uint32_t rcc, uint32_t pls, uint32_t *value)
{
    if (address == rcc)
        *value = apb1enr;
    else if (address == PWR_CR)
        *value = pwr_cr;
    else if (address == PWR_CSR)
        *value = low ? 4u : 0u;
    else
        return false;
    if (address == PWR_CSR && (pwr_cr & 0xF0u) != (pls << 5 | 0x10u))
        model_complain("PVDO read without PVD at level %u", (unsigned)pls);
    return true;
}

// Writes the watchdog, PWR or RCC_APB1ENR at rcc. Returns false for other registers.
static inline bool stm32_write(uint32_t address, uint32_t rcc, uint32_t value)
{
    if (address == rcc) {
        apb1enr = value;
    } else if (address == PWR_CR) {
        if ((apb1enr & 0x10000000u) == 0u)
            model_complain("PWR written without its clock");
        pwr_cr = value;
    } else if (address == IWDG_KR) {
        if (value != 0xAAAAu)
            model_complain("IWDG_KR = 0x%x", (unsigned)value);
        model_fed();
    } else {
        return false;
    }
    return true;
}

// Takes one of two keys that clear the lock bit of a control register. keys: right ones so far; 3 after a wrong
// one, which locks until a reset.
static inline void stm32_key(uint32_t *cr, uint32_t lock, const uint32_t want[2], unsigned *keys, uint32_t value)
{
    if ((*cr & lock) == 0u || *keys > 1u || value != want[*keys]) {
        model_complain("wrong key sequence: bus error, locked until reset (RM0090 3.6.1)");
        *keys = 3;
        return;
    }
    if (++*keys == 2u)
        *cr &= ~lock;
}

// Looks at a value for a control register with this lock bit. Returns whether it is to be taken: a locked one
// takes none, and should be offered none but its locks.
static inline bool stm32_open(uint32_t cr, uint32_t lock, uint32_t locks, uint32_t value)
{
    if (model_busy())
        model_complain("CR written while BSY");
    if ((cr & lock) != 0u && value != locks)
        model_complain("CR written while LOCK");
    return (cr & lock) == 0u;
}

static inline void stm32_at_rest(void)
{
    if (pwr_cr != 0u || apb1enr != 0u)
        model_complain("PWR or RCC left changed");
}

static inline void supply_low(void)
{
    low = true;
}

#endif
