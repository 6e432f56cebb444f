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

#define WAIT_STEP 0x00010000u // feeds of the watchdog in the first wait for a usable staged image, and by which each one is longer
#define INSTALL_TRIES 4u  // a power of two: installs that flash may spoil before boot only waits

// With a limit of one, two power cuts could strand a device: one failed attempt must not count as
// a refusal.
_Static_assert(QUINE_ATTEMPTS_MAX >= 2, "QUINE_ATTEMPTS_MAX is at least 2");

// The staging header as words.
enum { MAGIC = 0, LAYOUT = 1, ID = 2, BASE = 4, ZERO = 6, CRC = 7, WORDS = 8 };

_Static_assert(ID * 4 == QUINE_STAGING_ID && BASE * 4 == QUINE_STAGING_BASE &&
                   CRC * 4 == QUINE_STAGING_CRC && WORDS * 4 == QUINE_STAGING_SIZE,
               "words of the header are its fields");

// Leaves a reason, or a count of attempts, for the next reset and for the application. Refused is the
// CRC of the header that boot will not look at again.
static inline __attribute__((always_inline)) void record(struct quine_record *r, int32_t state, uint32_t refused)
{
    r->refused = refused;
    r->state = state;
    r->check = ~state;
}

// Reads the staging header. The magic is compared first: on most boots nothing is staged, and the CRC is
// not worth its time then.
// Returns the CRC of a valid header, 0 when there is none.
static inline QUINE_BOOT_CODE uint32_t header_read(uint32_t *header)
{
    uint32_t crc = 0;
    if (quine_boot_store_read(0, header, QUINE_STAGING_SIZE) == QUINE_OK && 
        header[MAGIC] == QUINE_STAGING_MAGIC && header[LAYOUT] == QUINE_STAGING_LAYOUT && header[ZERO] == 0u) {
        crc = quine_crc32(0, header, QUINE_STAGING_CRC);
        if (crc != header[CRC])
            crc = 0;
    }
    return crc;
}

// Judges what the valid header of a complete application announces, and counts an attempt.
// Returns QUINE_OK when the staged image is to be verified, else the reason why not.
static inline QUINE_BOOT_CODE int judge(struct quine_ram *ram)
{
    const uint32_t *running = QUINE_RUNNING->id;
    int32_t attempts = 0;

    if (!quine_same_id(running, ram->header + BASE) && !quine_same_id(running, ram->header + ID))
        return QUINE_ERR_STALE;
    if (ram->record.state > 0 && ram->record.check == ~ram->record.state)
        attempts = ram->record.state;
    if (attempts >= (int32_t)QUINE_ATTEMPTS_MAX)
        return QUINE_ERR_ATTEMPTS;
    record(&ram->record, attempts + 1, 0);
    return QUINE_OK;
}

// Installs the verified image over an application of extent bytes, 0 when that is incomplete. Returns only
// when flash or the store has failed, or the installed whole is not what was verified.
static inline QUINE_BOOT_CODE int install(uint32_t extent)
{
    int err;

    quine_kernel_load();
    err = QUINE_IN_RAM(quine_kernel_replace)(extent);
    if (err == QUINE_OK)
        err = quine_verify(QUINE_INSTALLED);
    if (err == QUINE_OK && quine_digest_proven(&quine_ram.manifest.magic))
        QUINE_IN_RAM(quine_kernel_finish)();
    return err;
}

QUINE_BOOT_CODE void quine_boot_main(struct quine_ram *ram)
{
    uint32_t extent = 0; // of the application, 0 when incomplete
    uint32_t feeds = 0;  // of the watchdog in the last wait; its lowest bits count installs
    int err = QUINE_OK;

    quine_digest_forget();
    (void)quine_flash_fault(); // what the application met is not boot's
    if (quine_complete())
        extent = QUINE_RUNNING->size;
    for (;;) {
        uint32_t crc = 0;
        quine_boot_store_open();
        if (extent != 0u) {
            crc = header_read(ram->header);
            if (crc == 0u)
                ram->record.refused = 0; // a store that fails is not refused: that was an attempt
            if (err != QUINE_OK || ram->record.refused == crc) {
                (void)quine_flash_fault(); // a torn header is no reason to doubt the application
                return;
            }
            err = judge(ram);
        } else {
            err = QUINE_OK;
        }
        if (err == QUINE_OK)
            err = quine_verify(QUINE_STAGED);
        if (!QUINE_BOOT_CHANGE && err == QUINE_OK && quine_kernel_pass(0, QUINE_BOOT_SIZE, false) != QUINE_OK)
            err = QUINE_ERR_BOOT;
        if (err == QUINE_OK) {
            crc = 0;
            record(&ram->record, 0, 0); // from here on nothing gives up
            err = QUINE_ERR_DIGEST;
            if (quine_digest_proven(&ram->manifest.magic))
                err = quine_flash_open(ram->manifest.size);
            if (err == QUINE_OK) {
                err = QUINE_ERR_IO;
                if ((int32_t)(feeds << 29) >= 0) {
                feeds++;
                err = install(extent);
                }
                extent = 0;
            } 
        }
        record(&ram->record, err, crc);
        if (extent == 0u) {
            feeds += WAIT_STEP;
            for (uint32_t i = feeds; i > 0u; i--)
                quine_watchdog();
        }
    }
}
