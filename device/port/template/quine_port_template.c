// SPDX-License-Identifier: BSD-3-Clause
// TEMPLATE: flash driver of WHICH controller, DOCUMENT section N ("RM").
//
// What hardware asks, and the answer. Answer each line, in code or here, with the section:
//   second program    what does the controller do with a unit that is not erased; with zeros
//   ECC               what does a read of a torn unit do: junk, NMI, bus fault, hard fault
//   supply            from which voltage on may flash be erased and programmed; who guards it
//   wait states       which clock and wait states are left after a reset
//   caches, prefetch  what may hold old cells after an erase; how is it flushed
//   read while write  what does a fetch or read do while flash is busy: stall, fault, abort
//   watchdog          which watchdog may run when boot starts; how long is the longest erase
//   protection        which option or lock bits stop an erase; when are they loaded
//   empty check       what starts after a cut that leaves the first word blank
//   error flags       which flags must be clear before an operation, and which tell of its failure
//   RAM               what does a read of a word do that nothing has written since power-on
//   two banks         which bank is at the flash base, and can an option bit swap them
//
// Everything in QUINE_KERNEL_CODE is copied to RAM as it is: no call but within the section, no switch
// table, no constant in flash, no division or shift that needs libgcc. lab/ports checks it; add the port
// to the list in lab/ports/build_test.go, and better still a model to test/ports/model.
#include "quine_error.h"
#include "quine_port.h"
#include "quine_reg.h"
#include "quine_section.h"

#define AIRCR 0xE000ED0Cu

// Loops of a wait: at the fastest clock twice the longest time of the data sheet.
#define WAIT_LOOPS 0x00100000u

QUINE_KERNEL_CODE void quine_watchdog(void)
{
    // FEED IT. Harmless when it does not run.
}

QUINE_KERNEL_CODE void quine_reset(void)
{
    __asm__ volatile("dsb" : : : "memory"); // what an application has written has left the write buffer
    quine_write32(AIRCR, 0x05FA0004u);      // VECTKEY, SYSRESETREQ
    for (;;)
        ;
}

// IS ANY SECTOR OF [QUINE_FIRST_WRITTEN, size) PROTECTED? IS THE SUPPLY HIGH ENOUGH? CLEAR STALE ERROR FLAGS. Nothing has been
// destroyed yet; after this call it will be.
QUINE_BOOT_CODE int quine_flash_open(uint32_t size)
{
    (void)size;
    return QUINE_OK;
}

// Waits, feeding the watchdog. Returns QUINE_OK, or QUINE_ERR_IO when an error flag is set or the controller
// does not get ready.
static QUINE_KERNEL_CODE __attribute__((noinline)) int wait_ready(void)
{
    uint32_t loops = WAIT_LOOPS;
    bool busy;
    do {
        quine_watchdog();
        busy = false; // READ THE STATUS REGISTER
    } while (busy && --loops > 0u);
    return busy ? QUINE_ERR_IO : QUINE_OK; // OR AN ERROR FLAG
}

// WAIT, UNLOCK, CLEAR THE ERROR FLAGS, CACHES OFF.
static QUINE_KERNEL_CODE __attribute__((noinline)) int begin(void)
{
    return wait_ready();
}

// CLEAR THE ERROR FLAGS, LOCK, FLUSH THE CACHES: also after a failure.
static QUINE_KERNEL_CODE __attribute__((noinline)) int end(int err)
{
    return err;
}

QUINE_KERNEL_CODE int quine_flash_erase(uint32_t offset)
{
    int err = begin();
    if (err == QUINE_OK) {
        (void)offset; // START THE ERASE OF QUINE_FLASH_BASE + offset
        err = wait_ready();
    }
    return end(err);
}

// Data is 4-byte aligned.
QUINE_KERNEL_CODE int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    const uint32_t *from = data;
    uint32_t to = QUINE_FLASH_BASE + offset;
    int err = begin();

    for (; n > 0u && err == QUINE_OK; n -= QUINE_PROGRAM_UNIT, to += QUINE_PROGRAM_UNIT) {
        quine_write32(to, *from++); // IN THE WIDTH THAT THE CONTROLLER WANTS
        err = wait_ready();
    }
    return end(err);
}
