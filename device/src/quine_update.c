// SPDX-License-Identifier: BSD-3-Clause
// The update client of quine.h. Runs in the application; boot code is reached through quine_boot().
#include "quine.h"

#include "quine_boot.h"
#include "quine_port.h"
#include "quine_staging.h"
#include "quine_update_parts.h"

#include <quine_update_body.h>
#include <string.h>

#define HEADER_TRIES 3

// struct quine_update.state is one of these or a negative error.
enum { IDLE = 0, HEADER = 1, BODY = 2, STAGED = 3 };

_Static_assert(QUINE_UPDATE_PAGE % 32u == 0u, "a page is not a multiple of every program unit");

static const uint8_t *running_manifest(void)
{
    return quine_flash + quine_boot()->manifest_offset;
}

static const struct quine_record *record(void)
{
    const struct quine_record *r = quine_boot()->record;
    return r->check == ~r->state ? r : NULL;
}

// Says whether a staged image waits to be installed, in the words of begin: QUINE_OK when none does,
// QUINE_ERR_PENDING, or QUINE_ERR_IO when the store does not tell.
static int pending(void)
{
    _Alignas(4) uint8_t header[QUINE_STAGING_SIZE];
    int err = quine_store_read(0, header, QUINE_STAGING_SIZE);

    if (err == QUINE_OK && quine_staging_valid(header, quine_boot()->crc32) &&
        quine_boot()->record->refused != quine_le32(header + QUINE_STAGING_CRC))
        err = QUINE_ERR_PENDING;
    return err;
}

static int fail(struct quine_update *u, int err)
{
    u->state = err;
    return err;
}

int quine_update_begin(struct quine_update *u)
{
    int err = pending();

    if (err != QUINE_OK) {
        if (u->state != STAGED) // which can still be dropped
            u->state = IDLE;
        return err;
    }
    quine_patch_init(&u->patch);
    memset(&u->store, 0, sizeof u->store);
    u->fill = 0;
    u->state = HEADER;
    return QUINE_OK;
}

// Makes as much of the image as the input allows. Returns QUINE_OK when all of it is made,
// QUINE_MORE, or an error.
static int rebuild(struct quine_update *u)
{
    const struct quine_boot_info *device = quine_boot();
    struct quine_old old = {
        .data = quine_flash,
        .size = quine_le32(running_manifest() + QUINE_MANIFEST_IMAGE_SIZE),
        .hole = device->seal_offset,
        .hole_size = device->seal_size,
    };

    for (;;) {
        size_t made = 0;
        int result = quine_patch_poll(&u->patch, device, &old, u->page + u->fill,
                                      QUINE_UPDATE_PAGE - u->fill, &made);
        u->fill += (uint32_t)made;
        if (result < 0)
            return result;
        bool full = u->fill == QUINE_UPDATE_PAGE;
        if (full || result == QUINE_OK) {
            int err = quine_update_store_write(u);
            if (err != QUINE_OK)
                return err;
        }
        if (!full)
            return result;
    }
}

// Decides by the header as soon as it is complete.
static int accept(struct quine_update *u)
{
    int result = quine_patch_header(&u->patch, quine_boot(), running_manifest(),
                                    quine_le32(running_manifest() + QUINE_MANIFEST_COUNTER));

    if (result == QUINE_OK)
        result = quine_update_authentic(u);
    if (result == QUINE_OK) {
        result = quine_update_body_begin(u);
        u->state = BODY;
    }
    return result;
}

int quine_update_take(struct quine_update *u, const uint8_t *in, size_t n)
{
    while (n > 0u) {
        size_t used = 0;
        int result = quine_patch_feed(&u->patch, in, n, &used);
        in += used;
        n -= used;
        if (result == QUINE_OK)
            result = u->state == HEADER ? accept(u) : rebuild(u);
        if (result < 0)
            return result;
    }
    return QUINE_OK;
}

int quine_update_write(struct quine_update *u, const void *data, size_t n)
{
    if (u->state < 0)
        return u->state;
    if (u->state != HEADER && u->state != BODY)
        return QUINE_ERR_STATE;
    int result = quine_update_body_write(u, data, n);
    return result == QUINE_OK ? QUINE_OK : fail(u, result);
}

// Reads the staged image back: manifest and digest must be those that the patch announced.
static int staged_verify(struct quine_update *u)
{
    for (uint32_t at = 0; at < QUINE_MANIFEST_SIZE; at += QUINE_UPDATE_PAGE) {
        int err = quine_update_store_read(u, quine_boot()->manifest_offset + at, QUINE_UPDATE_PAGE);
        if (err != QUINE_OK)
            return err;
        if (memcmp(u->page, u->patch.manifest + at, QUINE_UPDATE_PAGE) != 0)
            return QUINE_ERR_IO;
    }
    return quine_update_digest(u);
}

// Forgets what boot has refused: the same header may now stand for another staged image.
static void record_clear(void)
{
    struct quine_record *r = quine_boot()->record;
    r->refused = 0;
    r->state = 0;
    r->check = ~0;
}

// Writes the staging header: the last write of an update. What does not read back is erased before
// it is written again.
static int header_write(struct quine_update *u)
{
    _Alignas(4) uint8_t header[QUINE_STAGING_SIZE] = {0};
    uint8_t back[QUINE_STAGING_SIZE];
    int err = QUINE_OK;

    quine_le32_write(header, QUINE_STAGING_MAGIC);
    header[4] = QUINE_STAGING_LAYOUT;
    memcpy(header + QUINE_STAGING_ID, u->patch.manifest + QUINE_MANIFEST_ID, QUINE_ID_SIZE);
    memcpy(header + QUINE_STAGING_BASE, running_manifest() + QUINE_MANIFEST_ID, QUINE_ID_SIZE);
    quine_le32_write(header + QUINE_STAGING_CRC,
                     quine_boot()->crc32(0, header, QUINE_STAGING_CRC));
    record_clear();
    for (int tries = 0; tries < HEADER_TRIES; tries++) {
        if (tries > 0)
            err = quine_store_erase(0);
        if (err == QUINE_OK)
            err = quine_store_program(0, header, sizeof header);
        if (err == QUINE_OK)
            err = quine_store_read(0, back, sizeof back);
        if (err == QUINE_OK && memcmp(header, back, sizeof back) == 0)
            return QUINE_OK;
    }
    return err != QUINE_OK ? err : QUINE_ERR_IO;
}

int quine_update_finish(struct quine_update *u)
{
    int result;

    if (u->state < 0)
        return u->state;
    if (u->state != HEADER && u->state != BODY)
        return QUINE_ERR_STATE;
    if (u->state == HEADER)
        return fail(u, QUINE_ERR_TRUNCATED);
    result = quine_update_body_end(u);
    if (result == QUINE_OK) {
        quine_patch_end(&u->patch);
        result = rebuild(u);
    }
    if (result == QUINE_MORE)
        result = QUINE_ERR_TRUNCATED;
    if (result == QUINE_OK)
        result = staged_verify(u);
    if (result == QUINE_OK)
        result = header_write(u);
    u->state = result == QUINE_OK ? STAGED : result;
    return result;
}

int quine_update_install(void)
{
    if (pending() != QUINE_ERR_PENDING)
        return QUINE_ERR_STATE;
    quine_boot()->reset();
    return QUINE_ERR_IO;
}

int quine_update_abort(struct quine_update *u)
{
    int err = u->state == STAGED ? QUINE_OK : pending();

    u->state = IDLE;
    return err != QUINE_OK ? err : quine_store_erase(0);
}

void quine_version(struct quine_version *version)
{
    const uint8_t *m = running_manifest();

    version->major = m[QUINE_MANIFEST_VERSION + 3];
    version->minor = m[QUINE_MANIFEST_VERSION + 2];
    version->patch = quine_le16(m + QUINE_MANIFEST_VERSION);
    version->build = quine_le32(m + QUINE_MANIFEST_BUILD);
    version->counter = quine_le32(m + QUINE_MANIFEST_COUNTER);
    memcpy(version->id, m + QUINE_MANIFEST_ID, QUINE_ID_SIZE);
}

void quine_status(struct quine_status *status)
{
    const struct quine_record *r = record();

    quine_version(&status->version);
    status->pending = pending() == QUINE_ERR_PENDING;
    status->reason = r != NULL && r->state < 0 ? r->state : QUINE_OK;
}
