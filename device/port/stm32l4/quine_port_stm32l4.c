// SPDX-License-Identifier: BSD-3-Clause
// Flash driver of the STM32L4, STM32G0 and STM32G4: embedded flash memory, section 3 of RM0351 (L4, "RM"),
// RM0444 (G0) and RM0440 (G4), whose interfaces differ by what quine_part.h says.
//
// What hardware asks, and the answer
//   second program    PROGERR, but for zeros (RM 3.3.7); the seal alone gets them. Zeros over a double
//                     word that was programmed all-ones fail on some G0: a head id is never all-ones
//   ECC               a torn double word raises the NMI when it is read: quine_nmi, below
//   supply            flash takes erase and program down to 1.71 V, the least the part runs at; BOR
//                     level 0, which cannot be turned off on L4 and G4, resets below. On the G0 set
//                     BOR_EN. The supply is therefore not measured
//   wait states       boot runs from the reset clock (MSI 4 MHz; HSI16), as the reset left it
//   caches            on after reset. Off during each operation and flushed behind it (RM 3.3.4 and
//                     the erratum on data cache and read-while-write)
//   read while write  a read of the busy bank stalls until the end (RM 3.3.5), so the driver works from
//                     flash too, interrupts waiting; boot runs it from RAM. Its NMI vector stays in
//                     flash: a double error in the window in which sector 0 is rewritten locks up, and
//                     the watchdog, if it runs, resets
//   watchdog          fed in each wait loop; a page takes 25 ms at most. A reset stops what an
//                     application has started; the IWDG runs in boot if option bit IWDG_SW is 0. An
//                     application that gives the IWDG a window would be reset by the driver's feeds.
//                     WWDG_SW must be 1: boot does not serve a window watchdog
//   protection        WRP areas that meet what an install writes, and PCROP areas that meet the image,
//                     are read before anything is destroyed.
//                     A securable area (G0, G4) is closed only by the application, later
//   empty check       EMPTY or PEMPTY is set before sector 0 is erased and cleared after its first double
//                     word is programmed: in the window any reset, not only power-on, leads to the
//                     ROM loader, and afterwards none does. Not on the STM32G4, L471, L475, L476, L486
//   error flags       cleared before, checked after, each operation; PROGERR and its kin left by an
//                     application would block every operation (RM 3.3.7)
//   RAM               boot reads words that nothing has written since power-on: leave RAM_PARITY_CHECK (G0),
//                     SRAM_PE (G4) or SRAM2_PE (L4, if RAM is SRAM2) at 1, off, or the NMI resets for ever
//   two banks         used as one flash, bank 1 at the base: BFB2 must be 0, or nSWAP_BANK 1, checked. Staging
//                     in the other bank does not stall the application. A page that the part does not have,
//                     as with a wrong QUINE_BANK_SIZE, is not erased: its number does not fit into CR
#include "../stm32/quine_stm32.h"

// RM 3.7
#define FLASH_ACR 0x40022000u
#define FLASH_KEYR 0x40022008u
#define FLASH_SR 0x40022010u
#define FLASH_CR 0x40022014u
#define FLASH_OPTR 0x40022020u
#define FLASH_PCROP1SR 0x40022024u // PCROP1ER follows
#define FLASH_WRP1AR 0x4002202Cu
#define FLASH_WRP1BR 0x40022030u
#define FLASH_PCROP1BSR 0x40022034u // of the G0
#define BANK2 0x20u // registers of bank 2 behind those of bank 1

// EOP OPERR PROGERR WRPERR PGAERR SIZERR PGSERR MISERR FASTERR RDERR OPTVERR; never PEMPTY
#define SR_FLAGS 0xC3FBu
#define SR_ERRORS 0xC3FAu

#define ECCR_ECCC 0x50000000u // corrected errors, which are not ours

#define CR_PG 0x1u
#define CR_PER 0x2u
#define CR_PNB(n) ((n) << 3)
#define CR_PAGE 0x3FF8u // PNB and BKER, in all families
#define CR_STRT 0x10000u
#define CR_OPTLOCK 0x40000000u
#define CR_LOCK 0x80000000u

// Loops of a wait, each of ten cycles at least: 250 ms at 170 MHz, ten times the longest operation.
#define WAIT_LOOPS 0x00400000u

_Static_assert(QUINE_BANK_SIZE % QUINE_PAGE_SIZE == 0u, "a bank is whole pages");

// Whether a double ECC error was met since quine_flash_fault was last asked. Boot has no other RAM that
// no one else uses.
__attribute__((section(".quine.record"))) volatile uint32_t quine_flash_fault_record;

// The NMI handler of boot, and of an application that stages in internal flash. Notes a double ECC error
// and lets the read go on with what it got, which nobody believes; resets on any other NMI.
void quine_nmi(void);
QUINE_BOOT_CODE void quine_nmi(void)
{
    uint32_t at = QUINE_FLASH_ECCR;
    uint32_t eccr = quine_read32(at);
    if (QUINE_FLASH_ECC2R != QUINE_FLASH_ECCR && (eccr & QUINE_ECCR_ECCD) == 0u) {
        at = QUINE_FLASH_ECC2R;
        eccr = quine_read32(at);
    }
    if ((eccr & QUINE_ECCR_ECCD) == 0u)
        quine_reset();
    quine_flash_fault_record = QUINE_FLASH_FAULT;
    quine_write32(at, eccr & ~ECCR_ECCC); // cleared by writing 1 (RM 3.7.7)
}

// Whether a WRP area, pages [7:0] to [23:16], meets the first size bytes of its bank, but for those below first
// (RM 3.7.13).
static QUINE_BOOT_CODE bool wrp_meets(uint32_t address, uint32_t first, uint32_t size)
{
    uint32_t wrp = quine_read32(address);
    uint32_t start = wrp & 0xFFu;
    uint32_t end = (wrp >> 16) & 0xFFu;
    return start <= end && start * QUINE_PAGE_SIZE < size && end >= first / QUINE_PAGE_SIZE;
}

// The same of a PCROP area, whose end has a register of its own (RM 3.7.11).
static QUINE_BOOT_CODE bool pcrop_meets(uint32_t address, uint32_t size)
{
    uint32_t start = quine_read32(address) & 0xFFFFu;
    return start <= (quine_read32(address + 4u) & 0xFFFFu) && start * QUINE_PCROP_UNIT < size;
}

// Whether an area of a bank, whose registers lie so much behind those of bank 1, meets its first size bytes.
static QUINE_BOOT_CODE bool protected(uint32_t bank, uint32_t first, uint32_t size)
{
    return wrp_meets(FLASH_WRP1AR + bank, first, size) || wrp_meets(FLASH_WRP1BR + bank, first, size) ||
           pcrop_meets(FLASH_PCROP1SR + bank, size) ||
           (QUINE_PCROP_AREAS == 2 && pcrop_meets(FLASH_PCROP1BSR + bank, size));
}

QUINE_BOOT_CODE int quine_flash_open(uint32_t size)
{
    quine_write32(FLASH_SR, SR_FLAGS);
    quine_flash_mark_empty(false); // boot runs: whatever power-on found, the first word is there
    if ((quine_read32(FLASH_OPTR) & QUINE_OPTR_MASK) != QUINE_OPTR_WANT ||
        protected(0, QUINE_FIRST_WRITTEN, size) ||
        (size > QUINE_BANK_SIZE && protected(BANK2, 0, size - QUINE_BANK_SIZE)))
        return QUINE_ERR_IO;
    return QUINE_OK;
}

static QUINE_KERNEL_CODE __attribute__((noinline)) int wait_ready(void)
{
    return stm32_wait(FLASH_SR, QUINE_SR_BUSY, SR_ERRORS, WAIT_LOOPS);
}

// Unlocks CR (RM 3.3.5) once the controller is idle, its flags are clear and the caches are off.
static QUINE_KERNEL_CODE __attribute__((noinline)) int begin(uint32_t acr)
{
    (void)wait_ready();
    quine_write32(FLASH_ACR, acr & ~QUINE_ACR_CACHES);
    stm32_unlock(FLASH_KEYR, FLASH_CR, CR_LOCK);
    quine_write32(FLASH_SR, SR_FLAGS);
    return wait_ready();
}

// Locks CR, flushes the caches and turns on those that were. A controller that is still busy would
// stall the write to CR for ever.
static QUINE_KERNEL_CODE __attribute__((noinline)) void end(uint32_t acr)
{
    uint32_t off = acr & ~QUINE_ACR_CACHES;
    stm32_lock(FLASH_SR, QUINE_SR_BUSY, SR_FLAGS, FLASH_CR, CR_LOCK | CR_OPTLOCK);
    quine_write32(FLASH_ACR, off | QUINE_ACR_RESETS);
    quine_write32(FLASH_ACR, off);
    quine_write32(FLASH_ACR, acr);
}

// RM 3.3.6
QUINE_KERNEL_CODE int quine_flash_erase(uint32_t offset)
{
    uint32_t cr = CR_PER;
    uint32_t page = offset;

    if (offset == 0u)
        quine_flash_mark_empty(true);
    uint32_t acr = quine_read32(FLASH_ACR);
    int err = begin(acr);
    if (page >= QUINE_BANK_SIZE) {
        page -= QUINE_BANK_SIZE - QUINE_BANK2_PAGE * QUINE_PAGE_SIZE;
        cr |= QUINE_CR_BKER;
    }
    cr |= CR_PNB(page / QUINE_PAGE_SIZE);
    if (err == QUINE_OK) {
        quine_write32(FLASH_CR, cr);
        err = ((quine_read32(FLASH_CR) ^ cr) & CR_PAGE) == 0u ? QUINE_OK : QUINE_ERR_IO;
    }
    if (err == QUINE_OK) {
        quine_write32(FLASH_CR, cr | CR_STRT);
        err = wait_ready();
    }
    end(acr);
    if (offset == 0u && err != QUINE_OK)
        quine_flash_mark_empty(quine_read32(QUINE_FLASH_BASE) == 0xFFFFFFFFu);
    return err;
}

// RM 3.3.7: two words in a row are one operation.
QUINE_KERNEL_CODE int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    const uint32_t *from = data;
    uint32_t to = QUINE_FLASH_BASE + offset;
    uint32_t acr = quine_read32(FLASH_ACR);
    int err = begin(acr);

    if (err == QUINE_OK)
        quine_write32(FLASH_CR, CR_PG);
    for (; n > 0u && err == QUINE_OK; n -= 8u, from += 2, to += 8u) {
        quine_write32(to, from[0]);
        quine_write32(to + 4u, from[1]);
        err = wait_ready();
    }
    end(acr);
    if (offset == 0u && err == QUINE_OK)
        quine_flash_mark_empty(false);
    return err;
}
