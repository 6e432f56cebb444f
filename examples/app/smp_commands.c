// SPDX-License-Identifier: BSD-3-Clause
// The SMP commands that image upload needs: echo, reset, parameters and bootloader information of the
// group OS; state, upload and erase of the group image, in which slot 0 is what runs, and slot 1 the
// staging store. An "image" to upload is a patch.
//
// A refusal of Quine is the answer {"rc": 1, "rsn": "quine explain E8"}, with its number.
#include "board.h"
#include "cbor.h"
#include "console.h"
#include "smp.h"
#include "update.h"

#include "quine_boot.h"

#include <string.h>

#define HEADER_SIZE 8u

enum { READ = 0, WRITE = 2 };
enum { OS = 0, IMAGE = 1 };

// Error numbers of the protocol.
enum { RC_UNKNOWN = 1, RC_INVALID = 3, RC_MISSING = 5, RC_TOO_LONG = 7, RC_UNSUPPORTED = 8 };

// What to do once the answer is on its way.
static void (*afterwards)(void);

// The arguments of a request.
struct arguments {
    const uint8_t *map;
    size_t size;
};

static bool find(const struct arguments *a, const char *key, uint8_t type, struct cbor_item *item)
{
    return cbor_find(a->map, a->size, key, type, item);
}

static void map(struct cbor_out *out, uint32_t pairs)
{
    cbor_write(out, CBOR_MAP, pairs, NULL);
}

static void number(struct cbor_out *out, const char *key, uint32_t n)
{
    cbor_text(out, key);
    cbor_write(out, CBOR_UINT, n, NULL);
}

static void truth(struct cbor_out *out, const char *key, bool is)
{
    cbor_text(out, key);
    cbor_write(out, CBOR_SIMPLE, is ? CBOR_TRUE : CBOR_FALSE, NULL);
}

// Appends n in decimal.
static char *decimal(char *at, uint32_t n)
{
    uint32_t unit = 1;

    while (n / unit > 9u)
        unit *= 10u;
    for (; unit > 0u; unit /= 10u)
        *at++ = (char)('0' + n / unit % 10u);
    *at = '\0';
    return at;
}

static int echo(const struct arguments *a, struct cbor_out *out)
{
    struct cbor_item text;

    if (!find(a, "d", CBOR_TEXT, &text))
        return RC_INVALID;
    map(out, 1);
    cbor_text(out, "r");
    cbor_write(out, CBOR_TEXT, text.value, text.data);
    return 0;
}

static void restart(void)
{
    uint32_t start = board_ticks();

    while (board_ticks() - start < 2u)
        ; // the last bytes leave the UART
    quine_boot()->reset();
}

// Resets; boot installs what is staged.
static int reset(const struct arguments *a, struct cbor_out *out)
{
    (void)a;
    map(out, 0);
    afterwards = restart;
    return 0;
}

static int parameters(const struct arguments *a, struct cbor_out *out)
{
    (void)a;
    map(out, 2);
    number(out, "buf_size", SMP_FRAME_MAX);
    number(out, "buf_count", 1);
    return 0;
}

// Says who boots, and on the query "refused" the number of why boot did not install the last image.
static int bootloader(const struct arguments *a, struct cbor_out *out)
{
    struct quine_status status;
    struct cbor_item query;
    bool asked = find(a, "query", CBOR_TEXT, &query);

    if (asked && !cbor_is(&query, "refused"))
        return RC_INVALID;
    quine_status(&status);
    map(out, asked ? 2 : 1);
    cbor_text(out, "bootloader");
    cbor_text(out, "Quine");
    if (asked)
        number(out, "response", (uint32_t)-status.reason);
    return 0;
}

static void slot(struct cbor_out *out, uint32_t index, const struct quine_version *v)
{
    char text[sizeof "255.255.65535"], *at = decimal(text, v->major);

    *at++ = '.';
    at = decimal(at, v->minor);
    *at++ = '.';
    decimal(at, v->patch);

    map(out, 7);
    number(out, "slot", index);
    cbor_text(out, "version");
    cbor_text(out, text);
    cbor_text(out, "hash");
    cbor_write(out, CBOR_BYTES, sizeof v->id, v->id);
    truth(out, "bootable", true);
    truth(out, "active", index == 0u);
    truth(out, "confirmed", index == 0u);
    truth(out, "pending", index == 1u);
}

static int state(const struct arguments *a, struct cbor_out *out)
{
    struct quine_version staged;
    struct quine_status status;

    (void)a;
    quine_status(&status);
    bool both = status.pending && staged_version(&staged) == QUINE_OK;
    map(out, 1);
    cbor_text(out, "images");
    cbor_write(out, CBOR_ARRAY, both ? 2 : 1, NULL);
    slot(out, 0, &status.version);
    if (both)
        slot(out, 1, &staged);
    return 0;
}

// Test and confirm: nothing is left to decide, a staged image is installed at the next reset. But it
// must be the one that is meant.
static int state_write(const struct arguments *a, struct cbor_out *out)
{
    struct quine_version v;
    struct cbor_item hash;

    if (find(a, "hash", CBOR_BYTES, &hash)) {
        quine_version(&v);
        bool known = hash.value == sizeof v.id && memcmp(hash.data, v.id, sizeof v.id) == 0;
        if (!known && staged_version(&v) == QUINE_OK)
            known = hash.value == sizeof v.id && memcmp(hash.data, v.id, sizeof v.id) == 0;
        if (!known)
            return RC_MISSING;
    }
    return state(a, out);
}

static void announce(void)
{
    print("patch complete\r\n");
}

static int upload(const struct arguments *a, struct cbor_out *out)
{
    struct cbor_item offset, data, image, size, name = {0};
    int result = QUINE_OK;

    if (!find(a, "off", CBOR_UINT, &offset) || !find(a, "data", CBOR_BYTES, &data) ||
        (find(a, "image", CBOR_UINT, &image) && image.value > 1u))
        return RC_INVALID;
    if (offset.value == 0u) {
        if (!find(a, "len", CBOR_UINT, &size) || size.value == 0u)
            return RC_INVALID;
        find(a, "sha", CBOR_BYTES, &name);
        result = upload_begin(size.value, name.data, name.value);
    }
    if (result == QUINE_OK)
        result = upload_take(offset.value, data.data, data.value);
    if (result != QUINE_OK)
        return result;
    if (upload_done())
        afterwards = announce;
    map(out, 1);
    number(out, "off", upload_offset());
    return 0;
}

static int erase(const struct arguments *a, struct cbor_out *out)
{
    (void)a;
    map(out, 0);
    return upload_abort();
}

static const struct {
    uint8_t op, group, id;
    int (*run)(const struct arguments *a, struct cbor_out *out); // returns 0, RC_*, or an error of Quine
} commands[] = {
    {WRITE, OS, 0, echo},
    {READ, OS, 0, echo},
    {WRITE, OS, 5, reset},
    {READ, OS, 6, parameters},
    {READ, OS, 8, bootloader},
    {READ, IMAGE, 0, state},
    {WRITE, IMAGE, 0, state_write},
    {WRITE, IMAGE, 1, upload},
    {WRITE, IMAGE, 5, erase},
};

// Runs the command that header names. Returns as commands do.
static int run(const uint8_t header[HEADER_SIZE], const struct arguments *a, struct cbor_out *out)
{
    if (!cbor_map_valid(a->map, a->size))
        return RC_INVALID;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].op == (header[0] & 7u) && header[4] == 0u && commands[i].group == header[5] &&
            commands[i].id == header[7])
            return commands[i].run(a, out);
    return RC_UNSUPPORTED;
}

static void refuse(struct cbor_out *out, int result)
{
    char reason[] = "quine explain E4294967295";

    map(out, result < 0 ? 2 : 1);
    number(out, "rc", result < 0 ? RC_UNKNOWN : (uint32_t)result);
    if (result < 0) {
        decimal(reason + strlen("quine explain E"), 0u - (uint32_t)result);
        cbor_text(out, "rsn");
        cbor_text(out, reason);
    }
}

void smp_run(const uint8_t *request, size_t n)
{
    uint8_t answer[SMP_ANSWER_MAX];
    struct cbor_out out = {answer + HEADER_SIZE, answer + sizeof answer, false};

    if (n < HEADER_SIZE || (size_t)(request[2] << 8 | request[3]) != n - HEADER_SIZE)
        return;
    struct arguments a = {request + HEADER_SIZE, n - HEADER_SIZE};
    afterwards = NULL;
    int result = run(request, &a, &out);
    if (result == 0 && out.full)
        result = RC_TOO_LONG;
    if (result != 0) {
        out = (struct cbor_out){answer + HEADER_SIZE, answer + sizeof answer, false};
        refuse(&out, result);
    }
    size_t size = (size_t)(out.at - answer);
    memcpy(answer, request, HEADER_SIZE);
    answer[0] = (uint8_t)(request[0] | 1u); // the answer to this operation
    answer[2] = (uint8_t)((size - HEADER_SIZE) >> 8);
    answer[3] = (uint8_t)(size - HEADER_SIZE);
    smp_send(answer, size);
    if (afterwards != NULL)
        afterwards();
}
