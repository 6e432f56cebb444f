// SPDX-License-Identifier: BSD-3-Clause
// Flash driver of the MPS2 boards, which have none: RAM at the flash base with the rules of NOR flash
// kept in software, so that QEMU can run boot and installer on Cortex-M3, M4, M7 and M33. Each image of
// the board (an385/ and so on) has the geometry of a family of real parts.
//
// An MPU region that only this file opens stands for the controller's write-enable bit: any other
// store to flash faults, from the first call of this driver on. Cells that wear, tear or read
// differently each time are the business of the host simulator.
#include "quine_error.h"
#include "quine_port.h"
#include "quine_section.h"

#define AIRCR (*(volatile uint32_t *)0xE000ED0Cu)

// CMSDK watchdog: Cortex-M System Design Kit TRM (DDI 0479) 4.5.3.
#define WDOG_INTCLR (*(volatile uint32_t *)(QUINE_MPS2_WATCHDOG + 0x00Cu))
#define WDOG_LOCK (*(volatile uint32_t *)(QUINE_MPS2_WATCHDOG + 0xC00u))

// Any write to WDOGINTCLR reloads the counter; a counter that is not enabled stays as it is.
QUINE_KERNEL_CODE void quine_watchdog(void)
{
    WDOG_LOCK = 0x1ACCE551u;
    WDOG_INTCLR = 1u;
}

QUINE_KERNEL_CODE void quine_reset(void)
{
    __asm__ volatile("dsb" ::: "memory");
    AIRCR = 0x05FA0004u; // VECTKEY, SYSRESETREQ
    for (;;)
        ;
}

static QUINE_KERNEL_CODE __attribute__((noinline)) void protect(bool on)
{
    quine_mps2_protect(on);
}

// There is no other protection than ours, no error flag and no supply to watch.
QUINE_BOOT_CODE int quine_flash_open(uint32_t size)
{
    (void)size;
    protect(true);
    return QUINE_OK;
}

// Where units differ in size it takes some code to tell them: once is enough.
static QUINE_KERNEL_CODE __attribute__((noinline)) uint32_t unit(uint32_t offset)
{
    return quine_flash_unit(offset);
}

QUINE_KERNEL_CODE int quine_flash_erase(uint32_t offset)
{
    uint32_t at = offset;

    if (unit(offset) != offset || offset >= 1u << QUINE_MPS2_FLASH_LOG2)
        return QUINE_ERR_IO;
    protect(false);
    do {
        *(volatile uint32_t *)(QUINE_FLASH_BASE + at) = 0xFFFFFFFFu;
        at += 4u;
    } while (unit(at) == offset);
    protect(true);
    return QUINE_OK;
}

// Programs one unit: clears bits, and fails where the part would refuse to.
static inline __attribute__((always_inline)) int program_unit(volatile uint32_t *to,
                                                              const uint32_t *from)
{
    uint32_t old = 0xFFFFFFFFu; // bits that are set in all words
    uint32_t want = 0u;         // bits that are to be set in any

    for (uint32_t i = 0; i < QUINE_PROGRAM_UNIT / 4u; i++) {
        old &= to[i];
        want |= from[i];
    }
    if (old != 0xFFFFFFFFu && (QUINE_MPS2_OVERWRITE == QUINE_MPS2_NEVER ||
                               (QUINE_MPS2_OVERWRITE == QUINE_MPS2_ZEROS && want != 0u)))
        return QUINE_ERR_IO;
    for (uint32_t i = 0; i < QUINE_PROGRAM_UNIT / 4u; i++)
        to[i] &= from[i];
    return QUINE_OK;
}

QUINE_KERNEL_CODE int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    volatile uint32_t *to = (volatile uint32_t *)(QUINE_FLASH_BASE + offset);
    const uint32_t *from = data;
    int err = QUINE_OK;

    if ((offset | n) % QUINE_PROGRAM_UNIT != 0u || offset + n > 1u << QUINE_MPS2_FLASH_LOG2)
        return QUINE_ERR_IO;
    protect(false);
    for (; n > 0u && err == QUINE_OK; n -= QUINE_PROGRAM_UNIT) {
        err = program_unit(to, from);
        to += QUINE_PROGRAM_UNIT / 4u;
        from += QUINE_PROGRAM_UNIT / 4u;
    }
    protect(true);
    return err;
}
