// SPDX-License-Identifier: BSD-3-Clause
// Flash driver of the STM32L0: flash program memory and data EEPROM, RM0367 section 3 ("RM").
//
// What hardware asks, and the answer
//   erased value      0: the memory is EEPROM-like. Programming sets bits, erasing clears them
//   second program    NOTZEROERR, zeros or not (RM 3.7.7): the seal has a page of its own and is erased
//   ECC               corrects one bit, does not report two: a torn word reads as anything, no NMI
//   supply            flash takes erase and program from 1.65 V on. Either BOR is on (BOR_LEV, whose lowest
//                     level is above that) or the PVD must say more than 1.9 V
//   wait states       boot runs from MSI, 2.1 MHz, 0 wait states, in voltage range 2, as the reset left
//                     them. An application that calls the driver is in range 1 or 2
//   cache, prefetch   read buffers are emptied by DISAB_BUF around each operation (RM 3.7.1)
//   read while write  a fetch from the busy bank stalls until the end (RM 3.3.4), so the driver works from
//                     flash too, interrupts waiting; boot runs it from RAM
//   watchdog          fed in each wait loop; a page or a word takes 3.2 ms. A reset stops what an
//                     application has started; the IWDG runs in boot if option bit WDG_SW is 0. An
//                     application that gives the IWDG a window would be reset by the driver's feeds
//   protection        WRPR of every sector that an install writes is read before anything is destroyed
//   empty check       STM32L01x and L02x only; the others need a debugger, or BOOT0
//   error flags       cleared before, checked after, each operation
//   two banks         192 KiB parts: used as one flash; BFB2 must be 0, checked
//   time              each word takes as long as a page erase: 105 ms for 128 bytes, 54 s for 64 KiB.
//                     Half-page programming would be 16 times as fast; its unit is larger than the
//                     32 bytes that a port may have
#include "../stm32/quine_stm32.h"

// RM 3.7
#define FLASH_ACR 0x40022000u
#define FLASH_PECR 0x40022004u
#define FLASH_PEKEYR 0x4002200Cu
#define FLASH_PRGKEYR 0x40022010u
#define FLASH_SR 0x40022018u
#define FLASH_OPTR 0x4002201Cu
#define FLASH_WRPROT1 0x40022020u
#define FLASH_WRPROT2 0x40022080u
#define RCC_APB1ENR 0x40021038u

#define ACR_DISAB_BUF 0x20u

#define PECR_LOCKED 0x7u // PELOCK, PRGLOCK, OPTLOCK
#define PECR_PELOCK 0x1u
#define PECR_OPTLOCK 0x4u
#define PECR_PROG 0x8u
#define PECR_ERASE 0x200u

#define SR_BSY 0x1u
#define SR_FLAGS 0x32F02u  // EOP and the errors
#define SR_ERRORS 0x32F00u // WRPERR PGAERR SIZERR OPTVERR RDERR NOTZEROERR FWWERR

#define OPTR_WPRMOD 0x100u
#define OPTR_BOR_ON 0x80000u // BOR_LEV[3]
#define OPTR_BFB2 0x800000u

#define WRPROT_SECTOR 4096u // of each bit

// Loops of a wait, each of ten cycles at least: 20 ms at 32 MHz, five times the longest operation.
#define WAIT_LOOPS 0x00010000u
#define PVD_1V9 0u // PLS
#define PVD_LOOPS 100u // the comparator settles in far less than 100 us

// Bits of the first n sectors.
static QUINE_BOOT_CODE uint32_t first_bits(uint32_t n)
{
    return n < 32u ? (1u << n) - 1u : 0xFFFFFFFFu;
}

// A set bit protects; with WPRMOD a cleared bit is PCROP (RM 3.4.2, 3.7.9).
QUINE_BOOT_CODE int quine_flash_open(uint32_t size)
{
    uint32_t optr = quine_read32(FLASH_OPTR);
    uint32_t invert = (optr & OPTR_WPRMOD) != 0u ? 0xFFFFFFFFu : 0u;
    uint32_t sectors = (size + WRPROT_SECTOR - 1u) / WRPROT_SECTOR;
    uint32_t meets = (quine_read32(FLASH_WRPROT1) ^ invert) & first_bits(sectors) &
                     ~first_bits(QUINE_FIRST_WRITTEN / WRPROT_SECTOR);

    quine_write32(FLASH_SR, SR_FLAGS);
    if (sectors > 32u)
        meets |= (quine_read32(FLASH_WRPROT2) ^ invert) & first_bits(sectors - 32u);
    if (meets != 0u || (optr & OPTR_BFB2) != 0u)
        return QUINE_ERR_IO;
    return (optr & OPTR_BOR_ON) == 0u && stm32_supply_low(RCC_APB1ENR, PVD_1V9, PVD_LOOPS) ? QUINE_ERR_IO : QUINE_OK;
}

static QUINE_KERNEL_CODE __attribute__((noinline)) int wait_ready(void)
{
    return stm32_wait(FLASH_SR, SR_BSY, SR_ERRORS, WAIT_LOOPS);
}

// Unlocks PECR, then program memory (RM 3.3.4), once the controller is idle and its flags are clear.
// Starts from all locks: one that is open takes no key.
static QUINE_KERNEL_CODE __attribute__((noinline)) int begin(uint32_t acr)
{
    int err = wait_ready();
    if ((quine_read32(FLASH_SR) & SR_BSY) != 0u)
        return err;
    quine_write32(FLASH_ACR, acr | ACR_DISAB_BUF);
    if ((quine_read32(FLASH_PECR) & PECR_PELOCK) == 0u)
        quine_write32(FLASH_PECR, PECR_LOCKED);
    quine_write32(FLASH_PEKEYR, 0x89ABCDEFu);
    quine_write32(FLASH_PEKEYR, 0x02030405u);
    quine_write32(FLASH_PRGKEYR, 0x8C9DAEBFu);
    quine_write32(FLASH_PRGKEYR, 0x13141516u);
    quine_write32(FLASH_SR, SR_FLAGS);
    return wait_ready();
}

// Locks all again, unless the controller is still busy.
static QUINE_KERNEL_CODE __attribute__((noinline)) int end(uint32_t acr, int err)
{
    stm32_lock(FLASH_SR, SR_BSY, SR_FLAGS, FLASH_PECR, PECR_LOCKED);
    quine_write32(FLASH_ACR, acr);
    return err;
}

// RM 3.3.4: a zero written to the page while ERASE and PROG are set erases it.
QUINE_KERNEL_CODE int quine_flash_erase(uint32_t offset)
{
    uint32_t acr = quine_read32(FLASH_ACR);
    int err = begin(acr);
    if (err == QUINE_OK) {
        quine_write32(FLASH_PECR, PECR_OPTLOCK | PECR_ERASE | PECR_PROG);
        quine_write32(QUINE_FLASH_BASE + offset, 0);
        err = wait_ready();
    }
    return end(acr, err);
}

// RM 3.3.4: a word needs no mode bit, only open locks.
QUINE_KERNEL_CODE int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    const uint32_t *from = data;
    uint32_t to = QUINE_FLASH_BASE + offset;
    uint32_t acr = quine_read32(FLASH_ACR);
    int err = begin(acr);

    for (; n > 0u && err == QUINE_OK; n -= 4u, to += 4u) {
        quine_write32(to, *from++);
        err = wait_ready();
    }
    return end(acr, err);
}
