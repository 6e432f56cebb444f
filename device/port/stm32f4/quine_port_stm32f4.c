// SPDX-License-Identifier: BSD-3-Clause
// Flash driver of the STM32F4: embedded flash memory interface, RM0090 section 3 ("RM"; RM0368 and
// RM0383 agree).
//
// What hardware asks, and the answer
//   second program    zeros over a programmed word are allowed (RM 3.6.4); the seal alone gets them
//   ECC               none: a torn word reads as anything, no NMI
//   supply            x32 programming needs 2.7 V (RM 3.6.2): the PVD must say more than that when an
//                     install begins. Set BOR_LEV to level 3 (option byte) for the time behind it
//   wait states       boot runs from HSI, 16 MHz, 0 wait states, as the reset left it
//   caches            off after reset; an application's are flushed by each erase (RM 3.5.2). A program
//                     operation updates them itself. Prefetch holds no cells over an operation
//   read while write  a read of the same bank stalls the bus until the end (RM 3.6.1), so the driver
//                     works from flash too, interrupts waiting; boot runs it from RAM
//   watchdog          fed in each wait loop; a 128 KiB sector takes 2 s (4 s at x8). A reset stops
//                     what an application has started; the IWDG runs in boot if option bit WDG_SW is 0
//   protection        nWRP and PCROP of every sector that an install writes are read before anything is
//                     destroyed
//   empty check       none in this family: a cut while sector 0 is written needs a debugger, or BOOT0
//   error flags       cleared before, checked after, each operation
//   two banks         2 MiB parts: both are used as one flash. BFB2 and DB1M must be 0, checked
//   boot change       sector 0 takes 250 to 500 ms to erase and 1024 words to program
#include "../stm32/quine_stm32.h"

#define FLASH_ACR 0x40023C00u
#define FLASH_KEYR 0x40023C04u
#define FLASH_SR 0x40023C0Cu
#define FLASH_CR 0x40023C10u
#define FLASH_OPTCR 0x40023C14u
#define FLASH_OPTCR1 0x40023C18u
#define RCC_APB1ENR 0x40023840u

// RM 3.9.1
#define ACR_ICEN 0x200u
#define ACR_DCEN 0x400u
#define ACR_ICRST 0x800u
#define ACR_DCRST 0x1000u

// RM 3.9.5, 3.9.6. EOP OPERR WRPERR PGAERR PGPERR PGSERR RDERR
#define SR_FLAGS 0x1F3u
#define SR_ERRORS 0x1F2u
#define SR_BSY 0x10000u

// RM 3.9.7, 3.9.8. PSIZE 2: words
#define CR_PG 0x1u
#define CR_SER 0x2u
#define CR_SNB(n) ((n) << 3)
#define CR_PSIZE_X32 0x200u
#define CR_STRT 0x10000u
#define CR_LOCK 0x80000000u

// RM 3.9.10
#define OPTCR_BFB2 0x10u
#define OPTCR_DB1M 0x40000000u
#define OPTCR_SPRMOD 0x80000000u

// Loops of a wait, each of ten cycles at least: 4 s at 180 MHz, the double of the longest erase.
#define WAIT_LOOPS 0x04400000u
#define PVD_2V7 5u // PLS
#define PVD_LOOPS 1000u // the comparator settles in far less than 100 us

// Sector number as CR wants it: those of bank 2 begin at 16.
static inline __attribute__((always_inline)) uint32_t sector_of(uint32_t offset)
{
    uint32_t in_bank = offset & (QUINE_BANK_SIZE - 1u);
    uint32_t first = offset >= QUINE_BANK_SIZE ? 16u : 0u;
    if (in_bank < 0x10000u)
        return first + (in_bank >> 14);
    return first + 4u + (in_bank >> 17);
}

// Whether a sector that an install writes is write-protected or, with SPRMOD, PCROP (RM 3.7.3,
// 3.7.4). OPTCR1 has the sectors of bank 2; on parts of one bank it is not asked.
static QUINE_BOOT_CODE bool protected(uint32_t size)
{
    uint32_t optcr = quine_read32(FLASH_OPTCR);
    uint32_t invert = (optcr & OPTCR_SPRMOD) != 0u ? 0u : 0xFFFFFFFFu;
    uint32_t last = sector_of(size - 1u);
    uint32_t bank1 = last < 16u ? (2u << last) - 1u : 0xFFFu;
    uint32_t kept = (1u << sector_of(QUINE_FIRST_WRITTEN)) - 1u;

    if (last >= 16u &&
        (((quine_read32(FLASH_OPTCR1) ^ invert) >> 16) & ((2u << (last - 16u)) - 1u)) != 0u)
        return true;
    return (((optcr ^ invert) >> 16) & bank1 & ~kept) != 0u || (optcr & (OPTCR_BFB2 | OPTCR_DB1M)) != 0u;
}

QUINE_BOOT_CODE int quine_flash_open(uint32_t size)
{
    quine_write32(FLASH_SR, SR_FLAGS);
    return protected(size) || stm32_supply_low(RCC_APB1ENR, PVD_2V7, PVD_LOOPS) ? QUINE_ERR_IO : QUINE_OK;
}

static QUINE_KERNEL_CODE __attribute__((noinline)) int wait_ready(void)
{
    return stm32_wait(FLASH_SR, SR_BSY, SR_ERRORS, WAIT_LOOPS);
}

// Unlocks CR (RM 3.6.1) once the controller is idle and its flags are clear.
static QUINE_KERNEL_CODE __attribute__((noinline)) int begin(void)
{
    (void)wait_ready();
    stm32_unlock(FLASH_KEYR, FLASH_CR, CR_LOCK);
    quine_write32(FLASH_SR, SR_FLAGS);
    return wait_ready();
}

// Locks CR again. A controller that is still busy would stall the write for ever.
static QUINE_KERNEL_CODE __attribute__((noinline)) int end(int err)
{
    stm32_lock(FLASH_SR, SR_BSY, SR_FLAGS, FLASH_CR, CR_LOCK);
    return err;
}

// RM 3.6.3
QUINE_KERNEL_CODE int quine_flash_erase(uint32_t offset)
{
    uint32_t acr = quine_read32(FLASH_ACR);
    uint32_t cr = CR_SER | CR_PSIZE_X32 | CR_SNB(sector_of(offset));
    int err = begin();

    if (err == QUINE_OK) {
        uint32_t off = acr & ~(ACR_ICEN | ACR_DCEN);
        quine_write32(FLASH_ACR, off);
        quine_write32(FLASH_CR, cr);
        quine_write32(FLASH_CR, cr | CR_STRT);
        err = wait_ready();
        quine_write32(FLASH_ACR, off | ACR_ICRST | ACR_DCRST);
        quine_write32(FLASH_ACR, off);
        quine_write32(FLASH_ACR, acr);
    }
    return end(err);
}

// RM 3.6.4
QUINE_KERNEL_CODE int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    const uint32_t *from = data;
    uint32_t to = QUINE_FLASH_BASE + offset;
    int err = begin();

    if (err == QUINE_OK)
        quine_write32(FLASH_CR, CR_PG | CR_PSIZE_X32);
    for (; n > 0u && err == QUINE_OK; n -= 4u, to += 4u) {
        quine_write32(to, *from++);
        err = wait_ready();
    }
    return end(err);
}
