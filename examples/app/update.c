// SPDX-License-Identifier: BSD-3-Clause
// The update commands. This is all that an application needs to update itself.
#include "console.h"
#include "transport.h"

#include "quine.h"

static struct quine_update update;

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

// Feeds the client from the transport until the sender ends or something fails.
static int receive(void)
{
    uint8_t piece[TRANSPORT_PIECE_MAX];
    int result = quine_update_begin(&update);

    while (result == QUINE_OK) {
        size_t n;
        result = transport_receive(piece, &n);
        if (result != QUINE_OK)
            break;
        if (n == 0)
            return quine_update_finish(&update);
        result = quine_update_write(&update, piece, n);
        if (result == QUINE_OK)
            transport_accept();
    }
    return result;
}

static void patch(const char *argument)
{
    (void)argument;
    report(receive());
}
COMMAND(patch, "receives a patch and rebuilds the new image in the staging store", patch);

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
    report(quine_update_abort(&update));
}
COMMAND(abort, "drops the update that was begun or staged", cancel);
