// SPDX-License-Identifier: BSD-3-Clause
// Flash driver of the nRF51: non-volatile memory controller, nRF51 Series Reference Manual v3.0 6 ("RM").
//
// What hardware asks, and the answer
//   second program    a word may be written twice between erases (RM 6.1.1); the seal alone is, with zeros.
//                     After a cut it may take a third one: its page is erased in the same session
//   ECC               none: a torn word reads as anything
//   supply            flash works down to the least voltage of the part, below which the brown-out reset acts
//                     (RM 12.1.4); what was written is read back
//   wait states       none to set
//   cache, prefetch   none
//   read while write  the CPU halts while it executes from flash during an operation (RM 6.1.4), so the same
//                     code serves boot's copy in RAM and the application's calls
//   watchdog          a watchdog that the application started survives a soft reset (RM 17.2): boot feeds
//                     each of its reload registers; a page takes 22.3 ms, in which nothing does
//   protection        region 0 and PROTENSET (RM 9.2) are set by UICR, which a mass erase alone changes, or
//                     until the next reset: a protected page does not read back, and nothing is sealed
//   empty check       none: a cut in the window of sector 0 needs a debugger
//   error flags       none; READY always comes
#include "quine_error.h"
#include "quine_port.h"
#include "quine_section.h"

#define NVMC_READY (*(volatile uint32_t *)0x4001E400u)
#define NVMC_CONFIG (*(volatile uint32_t *)0x4001E504u)
#define NVMC_ERASEPAGE 0x4001E508u

#define CONFIG_READ 0u
#define CONFIG_WRITE 1u
#define CONFIG_ERASE 2u

#define WDT_RR 0x40010600u // the first of 8 reload registers
#define WDT_RELOAD 0x6E524635u
#define AIRCR (*(volatile uint32_t *)0xE000ED0Cu)

// RM 17.2: a watchdog that the application started survives a soft reset. Reloading a register
// of a watchdog that does not run has no effect.
QUINE_KERNEL_CODE void quine_watchdog(void)
{
    uint32_t rr = WDT_RR;

    do {
        *(volatile uint32_t *)rr = WDT_RELOAD;
        rr += 4u;
        __asm__("" : "+r"(rr)); // keeps the loop a loop
    } while ((rr & 32u) == 0u);
}

QUINE_KERNEL_CODE void quine_reset(void)
{
    AIRCR = 0x05FA0004u; // SYSRESETREQ
    for (;;)
        ;
}

// Enables one kind of change, starts it by a store of value to address and waits for its end (RM 6.1.2,
// 6.1.3).
static QUINE_KERNEL_CODE __attribute__((noinline)) int change(uint32_t value, uint32_t address,
                                                              uint32_t kind)
{
    NVMC_CONFIG = kind;
    *(volatile uint32_t *)address = value;
    while (NVMC_READY == 0u)
        ;
    NVMC_CONFIG = CONFIG_READ;
    return QUINE_OK;
}

QUINE_KERNEL_CODE int quine_flash_erase(uint32_t offset)
{
    return change(QUINE_FLASH_BASE + offset, NVMC_ERASEPAGE, CONFIG_ERASE);
}

QUINE_KERNEL_CODE int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    const uint8_t *from = data;

    do {
        n -= 4u;
        change(*(const uint32_t *)(const void *)(from + n), QUINE_FLASH_BASE + offset + n, CONFIG_WRITE);
    } while (n > 0u);
    return QUINE_OK;
}
