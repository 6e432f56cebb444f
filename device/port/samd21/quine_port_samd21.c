// SPDX-License-Identifier: BSD-3-Clause
// Flash driver of the SAM D21: NVMCTRL, DS40001882 section 22 ("DS").
//
// What hardware asks, and the answer
//   second program    a row takes eight writes between erases: the seal has a row of its own and is erased
//   ECC               none: a torn page reads as anything
//   supply            BOD33 must be on, as the user row of a new part has it; it resets below the voltage
//                     that flash needs
//   wait states       boot runs from OSC8M / 8, 1 MHz, 0 wait states, as the reset left it
//   cache             the read cache is invalidated after each operation (INVALL, DS 22.6.4.1)
//   read while write  a read of the array stalls the bus until the end (DS 22.6.4), so the driver works
//                     from flash too, interrupts waiting; boot runs it from RAM
//   watchdog          fed in each wait loop; a row takes 6 ms. A reset stops it, but for what the user row
//                     starts. Window mode is not served: leave WEN 0
//   protection        BOOTPROT, which may protect what no install writes, and the region locks of the image
//                     are read before anything is destroyed
//   empty check       none: a cut in the window of sector 0 needs a debugger
//   error flags       cleared before, checked after, each operation
//   page buffer       MANW stays 1 from the first operation on, else the last word of a page would write it
//                     (and see errata, spurious writes). Written 32 bits wide: bytes would fault
//                     (DS 22.6.4.3)
#include "quine_error.h"
#include "quine_port.h"
#include "quine_reg.h"
#include "quine_section.h"

// DS 22.8
#define NVMCTRL_CTRLA 0x41004000u   // 16 bits
#define NVMCTRL_CTRLB 0x41004004u   // 32
#define NVMCTRL_PARAM 0x41004008u   // 32
#define NVMCTRL_INTFLAG 0x41004014u // 8
#define NVMCTRL_STATUS 0x41004018u  // 16
#define NVMCTRL_ADDR 0x4100401Cu    // 32, counts half-words
#define NVMCTRL_LOCK 0x41004020u    // 16
#define USER_ROW 0x00804000u        // DS 10.3.1
#define SYSCTRL_BOD33 0x40000834u
#define WDT_CTRL 0x40001000u   // 8
#define WDT_STATUS 0x40001007u // 8
#define WDT_CLEAR 0x40001008u  // 8
#define AIRCR 0xE000ED0Cu

#define CMD_ER 0xA502u     // CMDEX and erase row
#define CMD_WP 0xA504u     // write page
#define CMD_PBC 0xA544u    // page buffer clear
#define CMD_INVALL 0xA546u // invalidate the cache

#define CTRLB_MANW 0x80u
#define INTFLAG_READY 0x1u
#define INTFLAG_ERROR 0x2u
#define STATUS_ERRORS 0x1Cu // PROGE, LOCKE, NVME
#define BOD33_ENABLE 0x2u
#define BOOTPROT_NONE 7u
#define BOOTPROT_MOST 0x8000u // bytes that BOOTPROT 0 protects; each number more, the half
#define WDT_CTRL_ON 0x82u // ALWAYSON, ENABLE
#define WDT_STATUS_SYNCBUSY 0x80u

// Loops of a wait, each of ten cycles at least: 12 ms at 48 MHz, the double of the longest operation.
#define WAIT_LOOPS 0x0000E000u

// A write to a busy CLEAR would stall, and one to a WDT without a clock for ever (DS 18.6.5).
QUINE_KERNEL_CODE void quine_watchdog(void)
{
    if ((quine_read8(WDT_CTRL) & WDT_CTRL_ON) != 0u &&
        (quine_read8(WDT_STATUS) & WDT_STATUS_SYNCBUSY) == 0u)
        quine_write8(WDT_CLEAR, 0xA5u);
}

QUINE_KERNEL_CODE void quine_reset(void)
{
    quine_write32(AIRCR, 0x05FA0004u); // VECTKEY, SYSRESETREQ
    for (;;)
        ;
}

// A region is a sixteenth of flash, PARAM.NVMP pages of 64 bytes; its bit in LOCK is 0 when it is locked
// (DS 22.8.8).
QUINE_BOOT_CODE int quine_flash_open(uint32_t size)
{
    uint32_t region = (quine_read32(NVMCTRL_PARAM) & 0xFFFFu) * (64u / 16u);
    uint32_t lock = quine_read16(NVMCTRL_LOCK);
    uint32_t bootprot = quine_read32(USER_ROW) & 7u;

    quine_write16(NVMCTRL_STATUS, STATUS_ERRORS);
    quine_write8(NVMCTRL_INTFLAG, INTFLAG_ERROR);
    if (bootprot != BOOTPROT_NONE && BOOTPROT_MOST >> bootprot > QUINE_FIRST_WRITTEN)
        return QUINE_ERR_IO;
    if ((quine_read32(SYSCTRL_BOD33) & BOD33_ENABLE) == 0u)
        return QUINE_ERR_IO;
    for (uint32_t start = 0; start < size; start += region, lock >>= 1)
        if (region == 0u || (lock & 1u) == 0u)
            return QUINE_ERR_IO;
    return QUINE_OK;
}

static QUINE_KERNEL_CODE __attribute__((noinline)) int wait_ready(void)
{
    uint32_t loops = WAIT_LOOPS;
    while ((quine_read8(NVMCTRL_INTFLAG) & INTFLAG_READY) == 0u && --loops > 0u)
        quine_watchdog();
    if (loops == 0u || (quine_read16(NVMCTRL_STATUS) & STATUS_ERRORS) != 0u)
        return QUINE_ERR_IO;
    return QUINE_OK;
}

// Gives a command, unless an earlier one failed, and waits for its end.
static QUINE_KERNEL_CODE __attribute__((noinline)) int command(uint32_t cmd, int err)
{
    if (err != QUINE_OK)
        return err;
    quine_write16(NVMCTRL_CTRLA, (uint16_t)cmd);
    return wait_ready();
}

static QUINE_KERNEL_CODE void clear_errors(void)
{
    quine_write16(NVMCTRL_STATUS, STATUS_ERRORS);
    quine_write8(NVMCTRL_INTFLAG, INTFLAG_ERROR);
}

// What a command needs: an idle controller, no flag, manual page writes.
static QUINE_KERNEL_CODE int begin(void)
{
    (void)wait_ready();
    quine_write32(NVMCTRL_CTRLB, quine_read32(NVMCTRL_CTRLB) | CTRLB_MANW);
    clear_errors();
    return wait_ready();
}

static QUINE_KERNEL_CODE int end(int err)
{
    clear_errors();
    (void)command(CMD_INVALL, wait_ready());
    return err;
}

// DS 22.6.4.4
QUINE_KERNEL_CODE int quine_flash_erase(uint32_t offset)
{
    int err = begin();
    quine_write32(NVMCTRL_ADDR, (QUINE_FLASH_BASE + offset) / 2u);
    return end(command(CMD_ER, err));
}

// DS 22.6.4.3: what the page buffer does not get stays as it is. Writing the buffer sets ADDR.
QUINE_KERNEL_CODE int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    const uint32_t *from = data;
    uint32_t to = QUINE_FLASH_BASE + offset;
    uint32_t last = to + n;
    int err = begin();

    while (to < last && err == QUINE_OK) {
        err = command(CMD_PBC, err);
        do {
            quine_write32(to, *from++);
            to += 4u;
        } while (to % QUINE_PROGRAM_UNIT != 0u);
        err = command(CMD_WP, err);
    }
    return end(err);
}
