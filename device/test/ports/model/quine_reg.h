// SPDX-License-Identifier: BSD-3-Clause
// Stands in front of src/quine_reg.h in host builds: every access of a driver goes to the model.
#ifndef QUINE_REG_H
#define QUINE_REG_H

#include <stdint.h>

uint32_t quine_read32(uint32_t address);
uint16_t quine_read16(uint32_t address);
uint8_t quine_read8(uint32_t address);
void quine_write32(uint32_t address, uint32_t value);
void quine_write16(uint32_t address, uint16_t value);
void quine_write8(uint32_t address, uint8_t value);
uint32_t quine_interrupts_off(void);
void quine_interrupts_restore(uint32_t primask);
uintptr_t quine_call(uint32_t function, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d);

#endif
