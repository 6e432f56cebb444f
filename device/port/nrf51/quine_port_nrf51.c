// SPDX-License-Identifier: BSD-3-Clause
// Flash driver of the nRF51: non-volatile memory controller, RM section 6.
//
// The CPU halts while it executes from flash during an erase or write (RM 6.1.4), so the same code
// serves boot's copy in RAM and the application's calls.
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
    uint32_t i = 8;

    do {
        *(volatile uint32_t *)rr = WDT_RELOAD;
        rr += 4u;
        __asm__("" : "+r"(rr)); // keeps the loop a loop
    } while (--i > 0u);
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
