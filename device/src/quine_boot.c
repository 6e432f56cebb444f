// SPDX-License-Identifier: BSD-3-Clause
// Boot: what to run after a reset, and the install of a staged image.
//
// The rules and the holes they close are in DESIGN.md, "Install rules"; lab/model checks them. Change
// none without a model that still passes.
#include "quine_boot.h"
#include "quine_error.h"
#include "quine_image.h"
#include "quine_internal.h"
#include "quine_section.h"
#include "quine_staging.h"

#include <quine_staged.h>

#define WAIT_FIRST 0x00010000u // feeds of the watchdog in the first wait for a usable staged image

_Static_assert(sizeof(struct quine_ram) <= 4344u, "quine.ld has the kernel's copy behind it");

// What no install writes must be in flash as it is in the image, or the digest of what was installed would never be
// right: what lies between boot sector and application, and a boot sector that never changes.
#define KEPT_START (QUINE_BOOT_CHANGE ? QUINE_BOOT_SIZE : 0u)
#define KEPT_END QUINE_KEPT

// With a limit of one, two power cuts could strand a device: one failed attempt must not count as
// a refusal.
_Static_assert(QUINE_ATTEMPTS_MAX >= 2, "QUINE_ATTEMPTS_MAX is at least 2");

// The staging header as words.
enum { MAGIC = 0, LAYOUT = 1, ID = 2, BASE = 4, ZERO = 6, CRC = 7, WORDS = 8 };

_Static_assert(ID * 4 == QUINE_STAGING_ID && BASE * 4 == QUINE_STAGING_BASE &&
                   CRC * 4 == QUINE_STAGING_CRC && WORDS * 4 == QUINE_STAGING_SIZE,
               "words of the header are its fields");

#define INLINE static inline __attribute__((always_inline))

// Leaves a reason, or a count of attempts, for the next reset and for the application.
INLINE void record(struct quine_record *r, int32_t state)
{
    r->state = state;
    r->check = ~state;
}

// Reads the staging header. Returns 0 when it is valid. The magic is compared first: on most boots
// nothing is staged, and the CRC is not worth its time then.
INLINE uint32_t header_read(uint32_t *header)
{
    if (quine_boot_store_read(0, header, QUINE_STAGING_SIZE) != QUINE_OK ||
        header[MAGIC] != QUINE_STAGING_MAGIC ||
        ((header[LAYOUT] - QUINE_STAGING_LAYOUT) | header[ZERO]) != 0u)
        return 1;
    uint32_t crc = quine_crc32(0, header, QUINE_STAGING_CRC);
    return crc ^ header[CRC];
}

// Judges what the valid header of a complete application announces, and counts an attempt.
// Returns QUINE_OK when the staged image is to be verified, else the reason why not.
INLINE int judge(struct quine_ram *ram)
{
    int32_t attempts;

    if (!quine_is_running(ram->header + BASE) && !quine_is_running(ram->header + ID))
        return QUINE_ERR_STALE;
    attempts = ram->record.state;
    if (ram->record.check != ~attempts || attempts < 0)
        attempts = 0;
    if (attempts >= (int32_t)QUINE_ATTEMPTS_MAX)
        return QUINE_ERR_ATTEMPTS;
    record(&ram->record, attempts + 1);
    return QUINE_OK;
}

// Verifies the staged image and installs it over an application of extent bytes, 0 when that is incomplete.
// From the moment when the application may be incomplete extent is 0. Returns only when the image is not
// installed, and why.
INLINE int install(struct quine_ram *ram, uint32_t *extent)
{
    int err;

    ram->manifest.size = QUINE_MANIFEST_OFFSET + QUINE_CHUNK; // until the staged manifest tells it
    err = quine_staged_open();
    if (err == QUINE_OK)
        err = quine_verify(QUINE_STAGED);
    if (KEPT_START < KEPT_END && err == QUINE_OK && quine_kernel_pass(KEPT_START, KEPT_END) != QUINE_OK)
        err = QUINE_ERR_BOOT;
    if (err != QUINE_OK)
        return err;
    ram->record.state = 0; // no count any more: from here on nothing gives up
    err = quine_flash_open(ram->manifest.size);
    if (err != QUINE_OK) {
        ram->header[CRC] = 0; // which is not refused for that
        return err;
    }
    quine_kernel_load();
    err = QUINE_IN_RAM(quine_kernel_replace)(ram, *extent);
    *extent = 0;
    if (err == QUINE_OK)
        err = quine_verify(QUINE_INSTALLED);
    if (err == QUINE_OK)
        QUINE_IN_RAM(quine_kernel_finish)(ram);
    return err;
}

// Waits, feeding the watchdog: each time about twice as long as the time before, up to some hours. So
// flash that spoils each install is not worn out by more of them.
INLINE void wait(struct quine_ram *ram)
{
    uint32_t left = ram->feeds * 2u + WAIT_FIRST;

    ram->feeds = left;
    do
        quine_watchdog();
    while (--left > 0u);
}

void quine_image_max_is_inside_a_unit(void)
    __attribute__((error("QUINE_IMAGE_MAX is inside an erase unit: an install would erase what lies behind it")));

QUINE_BOOT_CODE void quine_boot_main(struct quine_ram *ram)
{
    uint32_t extent = 0; // of the application, 0 when incomplete
    int err = QUINE_OK;

    QUINE_UNITS_ASSERT(quine_flash_unit(QUINE_IMAGE_MAX) == QUINE_IMAGE_MAX, quine_image_max_is_inside_a_unit);
    ram->feeds = 0;
    quine_digest_forget();
    (void)quine_flash_fault(); // what the application met is not boot's
    if (quine_complete())
        extent = QUINE_RUNNING->size;
    for (;;) {
        quine_boot_store_open();
        if (extent != 0u) {
            if (header_read(ram->header) != 0u) {
                ram->record.refused = 0; // a store that fails is not refused: that was an attempt
                break;
            }
            // Refused in an earlier session, or a moment ago.
            if (err != QUINE_OK || ram->record.refused == ram->header[CRC])
                break;
            err = judge(ram);
        } else {
            err = QUINE_OK;
        }
        if (err == QUINE_OK)
            err = install(ram, &extent);
        record(&ram->record, err);
        if (extent != 0u)
            ram->record.refused = ram->header[CRC];
        else
            wait(ram);
    }
    (void)quine_flash_fault(); // a torn header is no reason to doubt the application
}
