// SPDX-License-Identifier: BSD-3-Clause
// Access to registers, flash cells and ROM functions by address. Host tests put a header of this name,
// test/ports/model/quine_reg.h, in front of this one: there each goes to a model of the controller.
#ifndef QUINE_REG_H
#define QUINE_REG_H

#include <stdint.h>

#define QUINE_REG_INLINE static inline __attribute__((always_inline))

QUINE_REG_INLINE uint32_t quine_read32(uint32_t address)
{
    return *(volatile uint32_t *)(uintptr_t)address;
}

QUINE_REG_INLINE uint16_t quine_read16(uint32_t address)
{
    return *(volatile uint16_t *)(uintptr_t)address;
}

QUINE_REG_INLINE uint8_t quine_read8(uint32_t address)
{
    return *(volatile uint8_t *)(uintptr_t)address;
}

QUINE_REG_INLINE void quine_write32(uint32_t address, uint32_t value)
{
    *(volatile uint32_t *)(uintptr_t)address = value;
}

QUINE_REG_INLINE void quine_write16(uint32_t address, uint16_t value)
{
    *(volatile uint16_t *)(uintptr_t)address = value;
}

QUINE_REG_INLINE void quine_write8(uint32_t address, uint8_t value)
{
    *(volatile uint8_t *)(uintptr_t)address = value;
}

// Turns interrupts off, but for NMI and HardFault. Returns what quine_interrupts_restore needs.
QUINE_REG_INLINE uint32_t quine_interrupts_off(void)
{
    uint32_t primask;

    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(primask) : : "memory");
    return primask;
}

QUINE_REG_INLINE void quine_interrupts_restore(uint32_t primask)
{
    __asm__ volatile("msr primask, %0" : : "r"(primask) : "memory");
}

// Calls a function in ROM.
QUINE_REG_INLINE uintptr_t quine_call(uint32_t function, uintptr_t a, uintptr_t b, uintptr_t c,
                                      uintptr_t d)
{
    return ((uintptr_t(*)(uintptr_t, uintptr_t, uintptr_t, uintptr_t))(uintptr_t)function)(a, b, c, d);
}

#endif
