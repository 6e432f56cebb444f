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

// With a start that quine_kernel_pass gets: programs.
#define PROGRAM 1u

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

QUINE_KERNEL_CODE bool quine_complete(void)
{
    bool same = quine_is_running(QUINE_FLASH(QUINE_SEAL_OFFSET));

    return !quine_flash_fault() && same; // asked in any case, or the next read would be taken for bad
}

// Reads the chunk at offset from the store, or from flash; both are memory if the store is mapped.
INLINE int image_read(uint32_t offset, enum quine_source source, uint32_t *to)
{
#if defined(QUINE_STAGED_MAPPED)
    if (source != QUINE_INSTALLED)
        offset += QUINE_STAGED_MAPPED;
#else
    if (source != QUINE_INSTALLED)
        return quine_staged_read(offset, to);
#endif
    quine_copy_chunk(to, QUINE_FLASH(offset));
    return QUINE_OK;
}

QUINE_KERNEL_CODE uint32_t *quine_fetch(uint32_t offset, enum quine_source source)
{
    uint8_t *to = (uint8_t *)quine_ram.sector0;

    __asm__("" : "+r"(to)); // one address, not two
    quine_watchdog();
    if (offset >= QUINE_BOOT_SIZE) {
        to += QUINE_BOOT_SIZE;
    } else {
        to += offset;
        if (source != QUINE_STAGED)
            return (uint32_t *)(void *)to;
    }
    if (image_read(offset, source, (uint32_t *)(void *)to) != QUINE_OK || quine_flash_fault())
        return NULL;
    if (offset - QUINE_SEAL_OFFSET < (QUINE_SEAL_ERASED ? QUINE_SEAL_SIZE : 1u))
        fill((uint32_t *)(void *)to, QUINE_SEAL_ERASED ? QUINE_CHUNK : QUINE_ID_SIZE, 0xFFFFFFFFu);
    return (uint32_t *)(void *)to;
}

// Compares flash from start to end with the new image, which is not written again, or with start | PROGRAM programs
// each unit that is not blank, once, and reads it back. Goes down, so that word 0 comes last.
// Power loss: see quine_flash_program; boot erases the unit before it writes it again.
// Returns QUINE_OK, or QUINE_ERR_IO when it reads otherwise, or a controller or the store has complained.
QUINE_KERNEL_CODE int quine_kernel_pass(uint32_t start, uint32_t end)
{
    do {
        const uint32_t *data = quine_fetch(end - QUINE_CHUNK, QUINE_NEW);
        if (QUINE_FETCH_FAILS && data == NULL)
            return QUINE_ERR_IO;
        data += QUINE_CHUNK / 4u;
        do {
            uint32_t at = end - STEP;
            data -= STEP / 4u;
            __asm__("" : "+r"(at)); // or end is kept beside it
            if ((start & PROGRAM) != 0u && !blank(data) && quine_flash_program(at, data, STEP) != QUINE_OK)
                return QUINE_ERR_IO;
            if (differs(at, data))
                return QUINE_ERR_IO;
            end = at;
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
        if ((QUINE_SEAL_ERASED && start == QUINE_APP_OFFSET) || end > extent ||
            quine_kernel_pass(start, end) != QUINE_OK) {
            if (start > 0u)
                err = quine_flash_erase(start);
            if (err == QUINE_OK)
                err = quine_kernel_pass(start | PROGRAM, end);
        }
        end = start;
    } while (end > stop && err == QUINE_OK);
    return err;
}

// Programs SEAL_BYTES over the seal. Returns 0 when the application is not complete then, and -1 when it is.
static QUINE_KERNEL_CODE __attribute__((noinline)) int seal_program(const uint32_t *words)
{
    (void)quine_flash_program(QUINE_SEAL_OFFSET, words, SEAL_BYTES);
    return -(int)quine_complete();
}

// Destroys the seal, whatever it reads. Returns QUINE_OK, or QUINE_ERR_IO when it is still there.
INLINE int unseal(struct quine_ram *ram)
{
    _Static_assert(QUINE_ERR_IO == -1, "what seal_program returns is an error here");
    if (QUINE_SEAL_ERASED) {
        (void)quine_flash_erase(QUINE_SEAL_OFFSET);
        return -(int)quine_complete();
    }
    fill(ram->seal, SEAL_BYTES, 0);
    return seal_program(ram->seal);
}

// Destroys the seal, sees that it is gone, and replaces all sectors but sector 0.
// Extent is the size of the application that was complete when this session began, or 0.
// Power loss: any cut leaves the application incomplete, or complete and as before; boot begins
// again. The staged image is not touched before the seal is written.
// Returns QUINE_OK; QUINE_ERR_IO when flash or the store fails: the application may be incomplete then; or
// QUINE_ERR_DIGEST when the image is not verified after all: nothing is changed then.
QUINE_KERNEL_CODE int quine_kernel_replace(struct quine_ram *ram, uint32_t extent)
{
    int err;

    if (!quine_digest_commit(&ram->manifest.magic, extent != 0u ? quine_digest_counter(&QUINE_RUNNING->magic) : 0u))
        return QUINE_ERR_DIGEST;
    err = unseal(ram);
    if (err == QUINE_OK)
        err = write_units(ram->manifest.size, QUINE_APP_OFFSET, extent);
    return err;
}

// Ends an install whose sectors from 1 on are verified: sector 0 if it differs and may, then the seal, then
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
QUINE_KERNEL_CODE void quine_kernel_finish(struct quine_ram *ram)
{
    uint32_t *words = ram->manifest.id;

    if (quine_digest_commit(&ram->manifest.magic, quine_digest_counter(&ram->manifest.magic))) {
        while (QUINE_BOOT_CHANGE && quine_kernel_pass(0, QUINE_BOOT_SIZE) != QUINE_OK) {
            (void)quine_flash_erase(0);
            (void)write_units(QUINE_BOOT_SIZE, 0, QUINE_BOOT_SIZE);
        }
        if (SEAL_BYTES > QUINE_ID_SIZE) { // the id is part of a program unit
            words = ram->seal;
            fill(words, SEAL_BYTES, ERASED_WORD);
            words[0] = ram->manifest.id[0];
            words[1] = ram->manifest.id[1];
        }
        if (seal_program(words) != 0) {
            (void)quine_boot_store_consume();
            ram->record.refused = ram->header[QUINE_STAGING_CRC / 4u];
        }
    }
    quine_reset();
}
