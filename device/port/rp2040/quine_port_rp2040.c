// SPDX-License-Identifier: BSD-3-Clause
// Flash driver of the RP2040: the functions of its ROM, RP2040 Datasheet 2.8.3.1.3 ("DS"), with execution in
// place (XIP) off while they run.
//
// The ROM loads the first 256 bytes of flash, checks their CRC and runs them; this second stage sets up
// fast reads and jumps to the vector table behind it (DS 2.8.1). It is the board's, from the SDK: section
// .boot2. It is thus part of the boot sector and of every image, and 3840 bytes are left for boot. Keep it
// the same for ever, as the rest of the boot sector.
//
// What hardware asks, and the answer
//   second program    the seal has a sector of its own and is erased
//   ECC               none that reaches the bus
//   supply            the brown-out detector watches the core's voltage only (DS 2.10.7); whether the flash
//                     writes is decided by the flash's own write inhibit. Read-back tells
//   wait states       boot runs from the ring oscillator, about 6 MHz, as the ROM left it
//   XIP cache         flushed after each operation. Reads then are plain 03h ones, slow and right. For an
//                     application its second stage sets up fast reads again
//   read while write  there is none: with XIP off, nothing runs from flash. Boot runs the driver from RAM,
//                     where it stays. When an application calls it, which must be privileged, it copies
//                     what must not run from flash to the stack, of which it takes 1 KiB, and turns the
//                     interrupts of core 0 off. Core 1 must not run from flash meanwhile, nor DMA read
//                     it: the application sees to that before it calls quine_update_begin, _write or
//                     _finish
//   watchdog          fed before and after a ROM function; a sector takes 400 ms at most, the longest
//                     timeout, which each feed sets, is 8.3 s (DS 4.7.1, erratum RP2040-E1)
//   protection        block-protect bits are the flash's; the ROM does not read them. A protected seal sector
//                     keeps its seal, which boot sees before anything is destroyed
//   empty check       a second stage whose CRC is wrong starts the USB loader (DS 2.8.1.2): a cut in the
//                     window of sector 0 leads there. Its first 32 bytes are programmed last
//   error flags       none; the ROM waits for the flash without a bound
#include "quine_error.h"
#include "quine_port.h"
#include "quine_reg.h"
#include "quine_section.h"

// DS 2.8.3: 16-bit addresses in ROM
#define ROM_FUNC_TABLE 0x14u
#define ROM_TABLE_LOOKUP 0x18u

#define CODE(a, b) ((uint32_t)(a) | (uint32_t)(b) << 8)
#define CONNECT_INTERNAL_FLASH CODE('I', 'F')
#define FLASH_EXIT_XIP CODE('E', 'X')
#define FLASH_RANGE_ERASE CODE('R', 'E')
#define FLASH_RANGE_PROGRAM CODE('R', 'P')
#define FLASH_FLUSH_CACHE CODE('F', 'C')
#define FLASH_ENTER_CMD_XIP CODE('C', 'X')

#define PAGE 256u
#define SECOND_STAGE 256u

#define WATCHDOG_CTRL 0x40058000u // DS 4.7.6
#define WATCHDOG_LOAD 0x40058004u
#define WATCHDOG_SCRATCH4 0x4005801Cu
#define CTRL_TRIGGER 0x80000000u
#define PSM_WDSEL 0x40010008u // DS 2.13.5
#define WDSEL_ALL 0x0001FFFCu // all but ROSC and XOSC

// One operation: functions of the ROM, called one after the other, all with the same arguments; those that
// take none ignore them.
struct operation {
    uint32_t function[5];
    uintptr_t argument[4];
};

#define OPERATE_MAX 64u // bytes of operate; lab/ports checks it

// Without effect on a watchdog that does not run.
QUINE_KERNEL_CODE void quine_watchdog(void)
{
    quine_write32(WATCHDOG_LOAD, 0x00FFFFFFu);
}

// SYSRESETREQ would reset the core only; this is what the ROM sees as a reset of the chip. SCRATCH4
// would make it jump elsewhere (DS 2.8.1.1).
QUINE_KERNEL_CODE void quine_reset(void)
{
    quine_write32(WATCHDOG_SCRATCH4, 0);
    quine_write32(PSM_WDSEL, WDSEL_ALL);
    quine_write32(WATCHDOG_CTRL, CTRL_TRIGGER);
    for (;;)
        ;
}

QUINE_BOOT_CODE int quine_flash_open(uint32_t size)
{
    (void)size;
    return QUINE_OK;
}

static QUINE_KERNEL_CODE __attribute__((noinline)) uint32_t rom(uint32_t code)
{
    uint32_t at = 0;
    __asm__("" : "+r"(at)); // the compiler takes an address near 0 for a mistake
    return (uint32_t)quine_call(quine_read16(at + ROM_TABLE_LOOKUP),
                                quine_read16(at + ROM_FUNC_TABLE), code, 0, 0);
}

// XIP is off in here: runs from RAM and calls nothing but ROM. Aligned because it is copied in words.
static QUINE_KERNEL_CODE __attribute__((noinline, aligned(4))) uintptr_t operate(const struct operation *op)
{
    for (uint32_t i = 0; i < 5u; i++)
        (void)quine_call(op->function[i], op->argument[0], op->argument[1], op->argument[2],
                         op->argument[3]);
    return 0;
}

// What an application's call does, from flash: runs a copy of operate on the stack, then a copy of the
// second stage, which returns when it has set up fast reads (as it does to the SDK).
static QUINE_KERNEL_CODE __attribute__((noinline)) void operate_from_stack(const struct operation *op)
{
    uint32_t code[OPERATE_MAX / 4u];
    uint32_t second_stage[SECOND_STAGE / 4u];
    uint32_t from = (uint32_t)(uintptr_t)operate & ~1u;

    for (uint32_t i = 0; i < OPERATE_MAX; i += 4u)
        ((volatile uint32_t *)code)[i / 4u] = quine_read32(from + i);
    for (uint32_t i = 0; i < SECOND_STAGE; i += 4u)
        ((volatile uint32_t *)second_stage)[i / 4u] = quine_read32(QUINE_FLASH_BASE + i);
    (void)quine_call((uint32_t)(uintptr_t)code | 1u, (uintptr_t)op, 0, 0, 0);
    (void)quine_call((uint32_t)(uintptr_t)second_stage | 1u, 0, 0, 0, 0);
}

// Whether the caller runs from flash: an application's call does, boot's copy in RAM does not.
static QUINE_KERNEL_CODE __attribute__((noinline)) bool in_flash(void)
{
    return (uintptr_t)__builtin_return_address(0) >> 24 == QUINE_FLASH_BASE >> 24;
}

// The order is that of DS 2.8.3.1.3. Interrupts are off: their handlers lie in flash.
static QUINE_KERNEL_CODE __attribute__((noinline)) int run(struct operation *op, uint32_t code)
{
    uint32_t primask = quine_interrupts_off();

    op->function[0] = rom(CONNECT_INTERNAL_FLASH);
    op->function[1] = rom(FLASH_EXIT_XIP);
    op->function[2] = rom(code);
    op->function[3] = rom(FLASH_FLUSH_CACHE);
    op->function[4] = rom(FLASH_ENTER_CMD_XIP);
    quine_watchdog();
    if (in_flash())
        operate_from_stack(op);
    else
        (void)operate(op);
    quine_watchdog();
    quine_interrupts_restore(primask);
    return QUINE_OK;
}

QUINE_KERNEL_CODE int quine_flash_erase(uint32_t offset)
{
    struct operation op;
    op.argument[0] = offset;
    op.argument[1] = QUINE_SECTOR_SIZE;
    op.argument[2] = 0x10000u; // the larger erase that the ROM may use, and never does for one sector
    op.argument[3] = 0xD8u;
    return run(&op, FLASH_RANGE_ERASE);
}

// The ROM programs whole pages; ones leave what is there.
QUINE_KERNEL_CODE int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    const uint32_t *from = data;
    uint32_t page[PAGE / 4u];
    struct operation op;

    while (n > 0u) {
        uint32_t first = offset - offset % PAGE;
        for (uint32_t i = 0; i < PAGE; i += 4u) {
            uint32_t word = 0xFFFFFFFFu;
            if (first + i == offset && n > 0u) {
                word = *from++;
                offset += 4u;
                n -= 4u;
            }
            ((volatile uint32_t *)page)[i / 4u] = word;
        }
        op.argument[0] = first;
        op.argument[1] = (uintptr_t)page;
        op.argument[2] = PAGE;
        op.argument[3] = 0;
        (void)run(&op, FLASH_RANGE_PROGRAM);
    }
    return QUINE_OK;
}
