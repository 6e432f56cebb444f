// SPDX-License-Identifier: BSD-3-Clause
// The update itself, and its console commands. This is all that an application needs to update itself.
#include "update.h"

#include "console.h"

#include "quine_boot.h"
#include "quine_port.h"
#include "quine_staging.h"

#include <string.h>

static struct quine_update update;
static struct {
    uint32_t size, taken; // bytes of the patch; both 0 when there is none
    uint8_t name[32];
    size_t name_size;
} upload;

int upload_begin(uint32_t size, const uint8_t *name, size_t name_size)
{
    if (name_size > sizeof upload.name)
        return QUINE_ERR_SIZE;
    if (name_size > 0u && size == upload.size && name_size == upload.name_size &&
        memcmp(name, upload.name, name_size) == 0)
        return QUINE_OK; // go on
    memset(&upload, 0, sizeof upload);
    int result = quine_update_begin(&update);
    if (result == QUINE_OK) {
        upload.size = size;
        upload.name_size = name_size;
        for (size_t i = 0; i < name_size; i++)
            upload.name[i] = name[i];
    }
    return result;
}

int upload_take(uint32_t offset, const uint8_t *data, size_t n)
{
    if (offset != upload.taken)
        return QUINE_OK;
    int result = n > upload.size - upload.taken ? QUINE_ERR_TRAILING : quine_update_write(&update, data, n);
    upload.taken += (uint32_t)n;
    if (result == QUINE_OK && upload.taken == upload.size && n > 0u)
        result = quine_update_finish(&update);
    if (result != QUINE_OK)
        memset(&upload, 0, sizeof upload);
    return result;
}

uint32_t upload_offset(void)
{
    return upload.taken;
}

bool upload_done(void)
{
    return upload.size > 0u && upload.taken == upload.size;
}

int upload_abort(void)
{
    memset(&upload, 0, sizeof upload);
    return quine_update_abort(&update);
}

int staged_version(struct quine_version *version)
{
    const uint8_t *announced = update.patch.manifest; // the image itself may be encrypted
    uint8_t header[QUINE_STAGING_SIZE];
    int result = quine_store_read(0, header, sizeof header);

    *version = (struct quine_version){0};
    memcpy(version->id, header + QUINE_STAGING_ID, sizeof version->id);
    if (memcmp(version->id, announced + QUINE_MANIFEST_ID, sizeof version->id) == 0) {
        version->major = announced[QUINE_MANIFEST_VERSION + 3];
        version->minor = announced[QUINE_MANIFEST_VERSION + 2];
        version->patch = quine_le16(announced + QUINE_MANIFEST_VERSION);
    }
    return result;
}

static void print_version(const struct quine_version *v)
{
    print_number(v->major);
    print(".");
    print_number(v->minor);
    print(".");
    print_number(v->patch);
    print(" id ");
    print_hex(v->id, sizeof v->id);
}

void banner(void);
void banner(void)
{
    struct quine_version version;

    quine_version(&version);
    print("\r\nquine example ");
    print_version(&version);
    print("\r\n");
}

static void report(int result)
{
    if (result == QUINE_OK) {
        print("ok\r\n");
    } else {
        print("error ");
        print_number(result);
        print("\r\n");
    }
}

static void status(const char *argument)
{
    struct quine_status s;

    (void)argument;
    quine_status(&s);
    print("version ");
    print_version(&s.version);
    print("\r\npending ");
    print_number(s.pending);
    print("\r\nlast ");
    print_number(s.reason);
    print("\r\n");
}
COMMAND(status, "what runs, what is staged, and why the last update was refused", status);

static void install(const char *argument)
{
    (void)argument;
    print("installing\r\n");
    report(quine_update_install());
}
COMMAND(install, "resets; boot installs the staged image", install);

static void cancel(const char *argument)
{
    (void)argument;
    report(upload_abort());
}
COMMAND(abort, "drops the update that was begun or staged", cancel);
