// SPDX-License-Identifier: BSD-3-Clause
// Flash driver of the nRF52: non-volatile memory controller, nRF52840 Product Specification v1.7 4.3 ("PS").
//
// What hardware asks, and the answer
//   second program    a word may be written twice between erases (PS 4.3.1); the seal alone is, with
//                     zeros. After a cut it may take a third one: its page is erased in the same session
//   ECC               none: a torn word reads as anything
//   supply            flash works down to the least voltage of the part, below which the brown-out reset
//                     acts. While the power-fail comparator warns, the controller ignores what it is
//                     told (PS 5.3.1.6); the comparator is off after a reset, and read-back would tell
//   wait states       none to set
//   cache             off after reset; enabling write or erase invalidates it (PS 4.3.8, CONFIG)
//   read while write  the CPU halts while it executes from flash during an operation (PS 4.3.1), so the
//                     driver works from flash too; boot runs it from RAM
//   watchdog          fed in each wait loop; a page takes up to 90 ms. A watchdog that the application
//                     started outlives a soft reset (PS 6.36)
//   protection        BPROT and ACL are cleared by every reset and set by the application later, so nothing
//                     is protected when boot runs. An application that protects its staging store or
//                     calls the driver on protected pages gets no error, but what it reads back
//   empty check       none: a cut in the window of sector 0 needs a debugger
//   error flags       none; what was written is read back
#include "quine_error.h"
#include "quine_port.h"
#include "quine_reg.h"
#include "quine_section.h"

// PS 4.3.8
#define NVMC_READY 0x4001E400u
#define NVMC_CONFIG 0x4001E504u
#define NVMC_ERASEPAGE 0x4001E508u

#define CONFIG_REN 0u
#define CONFIG_WEN 1u
#define CONFIG_EEN 2u

#define WDT_RR0 0x40010600u // the first of 8 reload registers
#define AIRCR 0xE000ED0Cu

// Loops of a wait, each of 30 cycles at least: 200 ms at 64 MHz, the double of the longest erase.
#define WAIT_LOOPS 0x00070000u

// Reloading a register of a watchdog that does not run has no effect.
QUINE_KERNEL_CODE void quine_watchdog(void)
{
    uint32_t rr = WDT_RR0;

    do {
        quine_write32(rr, 0x6E524635u);
        rr += 4u;
        __asm__("" : "+r"(rr)); // keeps the loop a loop
    } while ((rr & 32u) == 0u);
}

QUINE_KERNEL_CODE void quine_reset(void)
{
    quine_write32(AIRCR, 0x05FA0004u); // VECTKEY, SYSRESETREQ
    for (;;)
        ;
}

static QUINE_KERNEL_CODE __attribute__((noinline)) int wait_ready(void)
{
    uint32_t loops = WAIT_LOOPS;
    while ((quine_read32(NVMC_READY) & 1u) == 0u && --loops > 0u)
        quine_watchdog();
    return loops > 0u ? QUINE_OK : QUINE_ERR_IO;
}

// Enables one kind of change, starts it by a store of value to address and waits for its end. CONFIG may
// only be written while the controller is ready.
static QUINE_KERNEL_CODE __attribute__((noinline)) int change(uint32_t value, uint32_t address,
                                                              uint32_t kind)
{
    int err = wait_ready();

    if (err == QUINE_OK) {
        quine_write32(NVMC_CONFIG, kind);
        quine_write32(address, value);
        err = wait_ready();
    }
    if (err == QUINE_OK)
        quine_write32(NVMC_CONFIG, CONFIG_REN);
    return err;
}

QUINE_KERNEL_CODE int quine_flash_erase(uint32_t offset)
{
    return change(QUINE_FLASH_BASE + offset, NVMC_ERASEPAGE, CONFIG_EEN);
}

QUINE_KERNEL_CODE int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    const uint32_t *from = data;
    int err;

    do {
        err = change(*from++, QUINE_FLASH_BASE + offset, CONFIG_WEN);
        offset += 4u;
        n -= 4u;
    } while (n > 0u && err == QUINE_OK);
    return err;
}
