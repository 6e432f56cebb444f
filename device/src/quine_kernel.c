// SPDX-License-Identifier: BSD-3-Clause
// The RAM kernel: everything that runs while flash is busy or the boot sector is gone.
//
// This code is linked into sector 0 and copied to RAM as it is, so it may only branch within its own
// section: no library call, no switch table, no constant in flash. Boot also calls parts of it where
// they lie in flash, while nothing there changes.
#include "quine_error.h"
#include "quine_image.h"
#include "quine_internal.h"
#include "quine_section.h"
#include "quine_staging.h"

#include <quine_staged.h>

#define INLINE static inline __attribute__((always_inline))

// What is programmed at a time, and left alone when it is blank: at least a word.
#define STEP (QUINE_PROGRAM_UNIT > 4u ? QUINE_PROGRAM_UNIT : 4u)
#define ERASED_WORD (QUINE_ERASED * 0x01010101u)

// A seal is programmed in whole units.
#define SEAL_BYTES (STEP > QUINE_ID_SIZE ? STEP : QUINE_ID_SIZE)

_Static_assert(QUINE_CHUNK % STEP == 0u, "a chunk is whole program units");
_Static_assert(QUINE_SEAL_ERASED || (QUINE_ERASED == 0xFFu && STEP <= QUINE_ID_SIZE),
               "zeros over a seal need cells that erase to ones, and units no larger than it");

// Sets n bytes, not 0 and a multiple of 4.
INLINE void fill(uint32_t *to, uint32_t n, uint32_t word)
{
    for (uint32_t i = 0; i < n / 4u; i++)
        to[i] = word;
}

INLINE bool blank(const uint32_t *data)
{
    for (uint32_t i = 0; i < STEP / 4u; i++)
        if (data[i] != ERASED_WORD)
            return false;
    return true;
}

// Says whether flash at offset reads other than one step of data.
INLINE bool differs(uint32_t offset, const uint32_t *data)
{
    const volatile uint32_t *flash = (const volatile uint32_t *)(const void *)QUINE_FLASH(offset);

    for (uint32_t i = 0; i < STEP / 4u; i++)
        if (flash[i] != data[i])
            return true;
    return quine_flash_fault();
}

QUINE_KERNEL_CODE void quine_copy(void *to, const void *from, uint32_t n)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    do {
        n -= 4u;
        *(uint32_t *)(void *)(t + n) = *(const uint32_t *)(const void *)(f + n);
        __asm__("" ::: "memory"); // keeps the loop from becoming a call of memcpy
    } while (n > 0u);
}

QUINE_KERNEL_CODE bool quine_same_id(const void *a, const void *b)
{
    const int16_t *p = a;
    const int16_t *q = b;
    int i = QUINE_ID_SIZE / 2u - 1;

    do {
        int half = p[i];
        if (half != q[i] || (uint32_t)half + 1u <= 1u)
            break;
    } while (--i >= 0);
    return i < 0;
}

QUINE_KERNEL_CODE bool quine_complete(void)
{
    bool same = quine_same_id(QUINE_RUNNING->id, QUINE_FLASH(QUINE_SEAL_OFFSET));

    return !quine_flash_fault() && same; // asked in any case, or the next read would be taken for bad
}

QUINE_KERNEL_CODE uint32_t *quine_fetch(uint32_t offset, enum quine_source source)
{
    uint32_t at = offset < QUINE_BOOT_SIZE ? offset : QUINE_BOOT_SIZE;
    uint32_t *to = (uint32_t *)(void *)((uint8_t *)quine_ram.sector0 + at);
    int err = QUINE_OK;

    quine_watchdog();
    if (offset < QUINE_BOOT_SIZE && source != QUINE_STAGED)
        return to;
    if (source == QUINE_INSTALLED)
        quine_copy(to, QUINE_FLASH(offset), QUINE_CHUNK);
    else
        err = quine_staged_read(offset, to);
    if (err != QUINE_OK || quine_flash_fault())
        return NULL;
    if (offset - QUINE_SEAL_OFFSET < (QUINE_SEAL_ERASED ? QUINE_SEAL_SIZE : 1u))
        fill(to, QUINE_SEAL_ERASED ? QUINE_CHUNK : QUINE_ID_SIZE, 0xFFFFFFFFu);
    return to;
}

// Compares flash from start to end with the new image, which is not written again, or programs each
// unit that is not blank, once, and reads it back. Goes down, so that word 0 comes last.
// Power loss: see quine_flash_program; boot erases the unit before it writes it again.
// Returns QUINE_OK, or QUINE_ERR_IO when it reads otherwise, or a controller or the store has complained.
QUINE_KERNEL_CODE int quine_kernel_pass(uint32_t start, uint32_t end, bool program)
{
    do {
        const uint32_t *data = quine_fetch(end - QUINE_CHUNK, QUINE_NEW);
        if (data == NULL)
            return QUINE_ERR_IO;
        data += QUINE_CHUNK / 4u;
        do {
            end -= STEP;
            data -= STEP / 4u;
            if (program && !blank(data) && quine_flash_program(end, data, STEP) != QUINE_OK)
                return QUINE_ERR_IO;
            if (differs(end, data))
                return QUINE_ERR_IO;
        } while (end << 27 != 0u); // a chunk
    } while (end > start);
    return QUINE_OK;
}

// Writes erase units of the new image, from the one that ends at end down to the one that starts at
// stop. Only those inside an installed application of extent bytes may be skipped when they read equal,
// and never sector 1: what an interrupted install has touched may read right today and not tomorrow.
// The others are erased whatever they read. That of word 0 is erased before: quine_kernel_finish.
// Power loss: see quine_flash_erase; boot erases the unit again.
static QUINE_KERNEL_CODE int write_units(uint32_t end, uint32_t stop, uint32_t extent)
{
    int err = QUINE_OK;

    do {
        uint32_t start = quine_flash_unit(end - 1u);
        if (start == QUINE_APP_OFFSET || end > extent ||
            quine_kernel_pass(start, end, false) != QUINE_OK) {
            if (start > 0u)
                err = quine_flash_erase(start);
            if (err == QUINE_OK)
                err = quine_kernel_pass(start, end, true);
        }
        end = start;
    } while (end > stop && err == QUINE_OK);
    return err;
}

// Destroys the seal, whatever it reads, sees that it is gone, and replaces all sectors but sector 0.
// Extent is the size of the application that was complete when this session began, or 0.
// Power loss: any cut leaves the application incomplete, or complete and as before; boot begins
// again. The staged image is not touched before the seal is written.
// Returns QUINE_OK, or QUINE_ERR_IO when flash or the store fails: the application may be incomplete then.
QUINE_KERNEL_CODE int quine_kernel_replace(uint32_t extent)
{
    struct quine_ram *ram = quine_ram_here();
    int err;

    if (extent != 0u)
        quine_digest_floor(&QUINE_RUNNING->magic);
    if (QUINE_SEAL_ERASED) {
        err = quine_flash_erase(QUINE_SEAL_OFFSET);
    } else {
        fill(ram->seal, QUINE_ID_SIZE, 0);
        err = quine_flash_program(QUINE_SEAL_OFFSET, ram->seal, QUINE_ID_SIZE);
    }
    if (err != QUINE_OK || quine_complete())
        return QUINE_ERR_IO;
    return write_units(ram->manifest.size, QUINE_APP_OFFSET, extent);
}

// Programs the seal, which is part of a program unit on some parts.
INLINE void seal_write(struct quine_ram *ram)
{
    const uint32_t *id = ram->manifest.id;

    if (SEAL_BYTES > QUINE_ID_SIZE) {
        fill(ram->seal, SEAL_BYTES, ERASED_WORD);
        ram->seal[0] = id[0];
        ram->seal[1] = id[1];
        id = ram->seal;
    }
    (void)quine_flash_program(QUINE_SEAL_OFFSET, id, SEAL_BYTES);
}

// Ends an install whose sectors from 1 on are verified: sector 0 if it differs, then the seal, then
// the header, then a reset. Without a good seal the reset starts the install anew. The header is
// refused from now on, whether it could be erased or not: one that stays would have boot install the
// same image at every reset.
//
// The unit of word 0 is erased first and word 0 is programmed last, so that a part whose ROM looks for
// an empty first word finds it empty for as long as the sector is not whole; of the other units of
// sector 0 those that read equal are left alone. There is nothing to go back to: it is written until it
// reads right.
// Power loss: before the seal reads right the application is incomplete and boot installs again;
// after it the header still names the installed image and boot installs it again. Inside the
// writing of sector 0 the part has no boot code: the one window that no software closes.
QUINE_KERNEL_CODE void quine_kernel_finish(void)
{
    struct quine_ram *ram = quine_ram_here();

    quine_digest_floor(&ram->manifest.magic);
    while (quine_kernel_pass(0, QUINE_BOOT_SIZE, false) != QUINE_OK) {
        (void)quine_flash_erase(0);
        (void)write_units(QUINE_BOOT_SIZE, 0, QUINE_BOOT_SIZE);
    }
    seal_write(ram);
    if (quine_complete()) {
        (void)quine_boot_store_consume();
        ram->record.refused = ram->header[QUINE_STAGING_CRC / 4u];
    }
    quine_reset();
}
