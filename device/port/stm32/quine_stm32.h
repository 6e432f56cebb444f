// SPDX-License-Identifier: BSD-3-Clause
// What all STM32 have alike around their flash: the independent watchdog, the reset, the PVD, and the manners
// of the flash controller, whose registers each family has elsewhere. A part of its driver: included once.
#ifndef QUINE_STM32_H
#define QUINE_STM32_H

#include "quine_error.h"
#include "quine_port.h"
#include "quine_reg.h"
#include "quine_section.h"

#include <stdbool.h>
#include <stdint.h>

#define STM32_INLINE static inline __attribute__((always_inline))

STM32_INLINE void stm32_feed(void)
{
    quine_write32(0x40003000u, 0xAAAAu); // IWDG_KR; without effect on an IWDG that does not run
}

QUINE_KERNEL_CODE __attribute__((noinline)) void quine_watchdog(void)
{
    stm32_feed();
}

QUINE_KERNEL_CODE void quine_reset(void)
{
    quine_write32(0xE000ED0Cu, 0x05FA0004u); // AIRCR: VECTKEY, SYSRESETREQ
    for (;;)
        ;
}

// Whether the supply is below threshold PLS of the PVD, which F0, F1, F4 and L0 have (RM0090 5.2.3, 5.4). It
// compares only while it is on, and after loops at most. It is left as it was.
STM32_INLINE bool stm32_supply_low(uint32_t rcc_apb1enr, uint32_t pls, uint32_t loops)
{
    const uint32_t pwr_cr = 0x40007000u, pwr_csr = 0x40007004u;
    const uint32_t pwren = 0x10000000u, pls_mask = 0xE0u, pvde = 0x10u, pvdo = 0x4u;

    uint32_t enr = quine_read32(rcc_apb1enr);
    quine_write32(rcc_apb1enr, enr | pwren);
    uint32_t cr = quine_read32(pwr_cr);
    quine_write32(pwr_cr, (cr & ~pls_mask) | pls << 5 | pvde);
    for (uint32_t i = 0; i < loops; i++)
        quine_watchdog();
    bool low = (quine_read32(pwr_csr) & pvdo) != 0u;
    quine_write32(pwr_cr, cr);
    quine_write32(rcc_apb1enr, enr);
    return low;
}

// Waits for the controller: at most loops, of ten cycles each at least. The feed comes first, because BSY is up
// one cycle after the write that starts an operation (RM0091 3.2.2).
STM32_INLINE int stm32_wait(uint32_t sr, uint32_t busy, uint32_t errors, uint32_t loops)
{
    uint32_t status;

    do {
        stm32_feed();
        status = quine_read32(sr);
    } while ((status & busy) != 0u && --loops > 0u);
    return (status & (busy | errors)) == 0u ? QUINE_OK : QUINE_ERR_IO;
}

// Opens the control register, in which lock is a bit: keys are wrong when it is open.
STM32_INLINE void stm32_unlock(uint32_t keyr, uint32_t cr, uint32_t lock)
{
    if ((quine_read32(cr) & lock) != 0u) {
        quine_write32(keyr, 0x45670123u);
        quine_write32(keyr, 0xCDEF89ABu);
    }
}

// Clears the flags and closes the control register. A controller that is still busy would stall the write for
// ever.
STM32_INLINE void stm32_lock(uint32_t sr, uint32_t busy, uint32_t flags, uint32_t cr, uint32_t locks)
{
    if ((quine_read32(sr) & busy) == 0u) {
        quine_write32(sr, flags);
        quine_write32(cr, locks);
    }
}

#endif
