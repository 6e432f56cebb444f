// SPDX-License-Identifier: BSD-3-Clause
// Flash driver of the STM32F0 and STM32F1, whose flash interface is the same: PM0075 ("PM", STM32F1)
// and RM0091 section 3 ("RM", STM32F0).
//
// What hardware asks, and the answer
//   second program    skipped with PGERR, but for 0x0000 (PM 2.3.3, RM 3.2.2); the seal alone gets that
//   ECC               none: a torn half-word reads as anything, no NMI
//   supply            flash takes erase and program from 2.0 V on; the PVD must say more than 2.2 V
//                     when an install begins. Parts without PVD (F03x) reset below 2 V by PDR
//   wait states       boot runs from HSI, 8 MHz, 0 wait states, as the reset left it. An application
//                     that calls the driver keeps HSI on: the controller times by it (PM 2.1)
//   cache, prefetch   no cache; the prefetch buffer holds 16 bytes that nobody reads across an erase
//   read while write  a fetch from flash stalls the bus until the end (PM 2.3.3), so the driver works
//                     from flash too, interrupts waiting; boot runs it from RAM
//   watchdog          fed in each wait loop; a page takes 40 ms. A reset stops what an application
//                     has started; the IWDG runs in boot if option bit WDG_SW is 0. An application that
//                     gives the IWDG a window (F0) would be reset by the driver's feeds
//   protection        WRPR is read for every page that an install writes before anything is destroyed
//   empty check       F04x, F070x6, F09x, F030xC: set and cleared at power-on and option load only, so a
//                     cut in the window of sector 0 leads to the ROM loader at the next power-on. The
//                     others, all F1 included, need a debugger, or BOOT0
//   error flags       cleared before, checked after, each operation
//   RAM               boot reads words that nothing has written since power-on: leave RAM_PARITY_CHECK of the
//                     F0 at 1, off, or the NMI resets for ever
#include "../stm32/quine_stm32.h"

#include <stddef.h>

// PM 3, RM 3.5
#define FLASH_KEYR 0x40022004u
#define FLASH_SR 0x4002200Cu
#define FLASH_CR 0x40022010u
#define FLASH_AR 0x40022014u
#define FLASH_WRPR 0x40022020u
#define RCC_APB1ENR 0x4002101Cu

#define SR_BSY 0x01u
#define SR_FLAGS 0x34u  // PGERR, WRPRTERR, EOP
#define SR_ERRORS 0x14u // PGERR, WRPRTERR

#define CR_PG 0x01u
#define CR_PER 0x02u
#define CR_STRT 0x40u
#define CR_LOCK 0x80u

#define WRPR_SECTOR 4096u // of each bit but the last, which has the rest

// Loops of a wait, each of ten cycles at least: 100 ms at 72 MHz, the double of the longest erase.
#define WAIT_LOOPS 0x000C0000u
#define PVD_2V2 0u // PLS
#define PVD_LOOPS 500u // the comparator settles in far less than 100 us

QUINE_BOOT_CODE int quine_flash_open(uint32_t size)
{
    uint32_t last = (size - 1u) / WRPR_SECTOR;
    uint32_t others = last < 31u ? 31u - last : 0u; // bits of WRPR
    uint32_t kept = QUINE_FIRST_WRITTEN / WRPR_SECTOR;

    quine_write32(FLASH_SR, SR_FLAGS);
    if (~quine_read32(FLASH_WRPR) >> kept << kept << others != 0u || stm32_supply_low(RCC_APB1ENR, PVD_2V2, PVD_LOOPS))
        return QUINE_ERR_IO;
    return QUINE_OK;
}

static QUINE_KERNEL_CODE __attribute__((noinline)) int wait_ready(void)
{
    return stm32_wait(FLASH_SR, SR_BSY, SR_ERRORS, WAIT_LOOPS);
}

// Programs (PM 2.3.3, RM 3.2.2), or erases the unit (PM 2.3.4) where there is no data. CR is unlocked (PM 2.3.1) once the
// controller is idle, and its flags are clear then; it is locked again, unless the controller is still busy.
QUINE_KERNEL_CODE int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    const uint8_t *from = data;
    uint32_t to = QUINE_FLASH_BASE + offset;
    int err;

    __asm__("" : "+r"(to)); // an address by itself: else the compiler adds the base in the loop
    (void)wait_ready();
    stm32_unlock(FLASH_KEYR, FLASH_CR, CR_LOCK);
    quine_write32(FLASH_SR, SR_FLAGS);
    err = wait_ready();
    if (err == QUINE_OK) {
        if (from == NULL) {
            quine_write32(FLASH_CR, CR_PER);
            quine_write32(FLASH_AR, to);
            quine_write32(FLASH_CR, CR_PER | CR_STRT);
            err = wait_ready();
        } else {
            quine_write32(FLASH_CR, CR_PG);
            do {
                n -= 2u;
                quine_write16(to + n, *(const uint16_t *)(const void *)(from + n));
                err = wait_ready();
            } while (n > 0u && err == QUINE_OK);
        }
    }
    stm32_lock(FLASH_SR, SR_BSY, SR_FLAGS, FLASH_CR, CR_LOCK);
    return err;
}

QUINE_KERNEL_CODE int quine_flash_erase(uint32_t offset)
{
    return quine_flash_program(offset, NULL, 0);
}
