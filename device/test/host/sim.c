// SPDX-License-Identifier: BSD-3-Clause
// A device on the host, driven by commands: one line in, one line out. Numbers are decimal, data is
// hexadecimal, areas are "flash" and "store". Offsets of the store count from its own first byte.
//
//   info                       constants of the boot sector: the fixed part of its record
//   store                      image_base, image_max and erase unit of the store
//   poke AREA OFFSET DATA      changes cells without an operation
//   dump AREA OFFSET N         what an area reads
//   wear AREA OFFSET           the lowest bit of a byte stays zero from the next operation on
//   lock AREA OFFSET           the erase unit of a byte can no longer be erased
//   fault FROM N HOW           N reads of the store, 0 for all, go wrong from the FROM-th on from now:
//                              enum host_fault; not for stores in flash
//   other DATA                 what another store holds, for HOST_FAULT_OTHER
//   bite N                     the watchdog resets at the N-th feed from now
//   record DATA                what boot remembers over a reset
//   image I DATA               remembers a sealed image as number I, for boot
//   patch I DATA               remembers a patch as number I; the application sends number 0
//   boot N                     boots, again after each reset, at most N times
//   patience N                 lets boot feed the watchdog N times in vain before it counts as waiting
//   power | reset              loses power, or resets, while the application runs
//   begin | finish | abort | install
//   write FROM N PIECE SEED    feeds bytes of the patch: pieces of PIECE bytes, of 1 to PIECE bytes
//                              when SEED is not 0
//   receive PIECE SEED         begin, write of the whole patch, finish: as far as they succeed
//   update PIECE SEED          receive and install
//   status                     pending, reason, major, minor, patch, build, counter, head id
//   script I STEPS             what the application does when image I runs: sweep.h
//   sweep OPTIONS              cuts power everywhere: sweep.h
//   plan N HOW SEED            plans a cut at the N-th operation from now: enum host_cut
//   zero | count | trace       statistics of the model
//   save SLOT | restore SLOT   the state of the device
//
// An empty line flushes the answers.
//
// Answers to calls of the device: "returned CODE", or how they ended otherwise: "cut", "reset",
// or "off" when the application does not run. boot answers "started", "waiting", "cut" or "reset", the
// number of boots, the number of the image that flash holds or -1, and how many of its bytes are torn.
// Anything else answers "ok" or what was asked for. "fatal …" is the last line of a process whose
// device broke a rule, "abort …" that of one that cannot go on for another reason.
#include "host_fault.h"
#include "host_port.h"
#include "sim.h"
#include "sweep.h"

#include "quine_boot.h"
#include "quine_error.h"
#include "quine_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Arguments and result of the call in progress; a longjmp leaves no locals behind.
static struct {
    uint32_t from, n, piece, seed;
    uint8_t *bytes; // the piece that is fed
    int code;
} call;

static const char *name_of(enum host_event event)
{
    static const char *const names[] = {
        [HOST_RETURNED] = "returned", [HOST_CUT] = "cut",         [HOST_RESET] = "reset",
        [HOST_STARTED] = "started",   [HOST_WAITING] = "waiting",
    };
    return names[event];
}

// Calls the application's code, if it runs, and answers.
static void application(void (*code)(void))
{
    if (host_actor != HOST_APPLICATION) {
        printf("off\n");
        return;
    }
    enum host_event event = sim_enter(code);
    printf(event == HOST_RETURNED ? "%s %d\n" : "%s\n", name_of(event), call.code);
}

// Arguments of a command.

static const char *argument(void)
{
    const char *word = strtok(NULL, " \n");
    if (word == NULL)
        host_fatal("argument missing");
    return word;
}

static uint32_t number(void)
{
    const char *word = argument();
    char *end;
    unsigned long n = strtoul(word, &end, 10);
    if (*end != '\0' || n > UINT32_MAX)
        host_fatal("not a number: %s", word);
    return (uint32_t)n;
}

static uint8_t *allocate(uint32_t n)
{
    return host_memory(malloc(n > 0u ? n : 1u));
}

static uint8_t digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    if (at == NULL)
        host_fatal("not a hexadecimal digit: %c", c);
    return (uint8_t)(at - digits);
}

// Takes data from the command, "-" for none, in place of what b holds.
static void data(struct sim_bytes *b)
{
    const char *word = argument();

    free(b->data);
    b->n = strcmp(word, "-") == 0 ? 0u : (uint32_t)strlen(word) / 2u;
    b->data = allocate(b->n);
    for (uint32_t i = 0; i < b->n; i++)
        b->data[i] = (uint8_t)(digit(word[2 * i]) << 4 | digit(word[2 * i + 1]));
}

static void print_hex(const uint8_t *from, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        printf("%02x", from[i]);
    printf("\n");
}

// Takes area and offset from the command, and sees that n bytes lie there.
static struct host_area *area(uint32_t *offset)
{
    const char *name = argument();
    uint32_t base = 0;
    struct host_area *a = strcmp(name, "store") == 0 ? host_store(&base) : &host_flash;
    *offset = base + number();
    return a;
}

static void check_range(const struct host_area *a, uint32_t offset, uint32_t n)
{
    if (offset > a->size || n > a->size - offset)
        host_fatal("%s has no %u bytes at 0x%x", a->name, n, offset);
}

// The commands.

static void cmd_info(void)
{
    print_hex((const uint8_t *)&quine_boot_info, 0x34);
}

static void cmd_store(void)
{
    printf("%u %u %u\n", quine_store.image_base, quine_store.image_max, quine_store.erase_unit);
}

static void cmd_poke(void)
{
    struct sim_bytes b = {0};
    uint32_t offset;
    struct host_area *a = area(&offset);

    data(&b);
    check_range(a, offset, b.n);
    host_poke(a, offset, b.data, b.n);
    free(b.data);
    printf("ok\n");
}

static void cmd_wear(void)
{
    uint32_t offset;
    const struct host_area *a = area(&offset);

    check_range(a, offset, 1);
    host_wear(a, offset);
    printf("ok\n");
}

static void cmd_lock(void)
{
    uint32_t offset;
    const struct host_area *a = area(&offset);

    check_range(a, offset, 1);
    host_lock(a, offset);
    printf("ok\n");
}

static void cmd_fault(void)
{
    uint32_t from = number();
    uint32_t n = number();
    uint32_t how = number();
    uint32_t offset;

    if (how > HOST_FAULT_OTHER || host_store(&offset) == &host_flash)
        host_fatal("no such fault");
    host_fault_plan(from, n, (enum host_fault)how);
    printf("ok\n");
}

static void cmd_other(void)
{
    struct sim_bytes b = {0};

    data(&b);
    host_fault_other(b.data, b.n);
    free(b.data);
    printf("ok\n");
}

static void cmd_bite(void)
{
    host_bite(number());
    printf("ok\n");
}

static void cmd_record(void)
{
    struct sim_bytes b = {0};

    data(&b);
    if (b.n != sizeof quine_ram.record)
        host_fatal("a record has %u bytes", (uint32_t)sizeof quine_ram.record);
    memcpy(&quine_ram.record, b.data, b.n);
    free(b.data);
    printf("ok\n");
}

static void cmd_dump(void)
{
    uint32_t offset;
    const struct host_area *a = area(&offset);
    uint32_t n = number();

    check_range(a, offset, n);
    print_hex(a->cells + offset, n);
}

static void cmd_image(void)
{
    uint32_t i = number();
    if (i >= SIM_IMAGES)
        host_fatal("no image %u", i);
    data(&sim_images[i]);
    check_range(&host_flash, 0, sim_images[i].n);
    printf("ok\n");
}

static void cmd_patch(void)
{
    uint32_t i = number();
    if (i >= SIM_PATCHES)
        host_fatal("no patch %u", i);
    data(&sim_patches[i]);
    printf("ok\n");
}

static void cmd_script(void)
{
    uint32_t i = number();
    const char *steps = strtok(NULL, "\n");
    sweep_script(i, steps != NULL ? steps : "");
    printf("ok\n");
}

static void cmd_sweep(void)
{
    const char *options = strtok(NULL, "\n");
    sweep(options != NULL ? options : "");
}

static void cmd_boot(void)
{
    uint32_t most = number();
    uint32_t boots = 0;
    enum host_event event;

    do {
        event = sim_enter(host_boot);
        boots++;
    } while (event == HOST_RESET && boots < most);
    uint32_t torn;
    int image = sim_which(&torn);
    printf("%s %u %d %u\n", name_of(event), boots, image, torn);
}

static void cmd_patience(void)
{
    host_patience = number();
    printf("ok\n");
}

static void cmd_reset(void)
{
    host_actor = HOST_OFF;
    printf("ok\n");
}

static void cmd_power(void)
{
    host_power_lost();
    cmd_reset();
}

static void call_begin(void)
{
    call.code = quine_update_begin(&sim_update);
}

static void call_write(void)
{
    call.code = QUINE_OK;
    while (call.n > 0u && call.code == QUINE_OK) {
        uint32_t n = call.piece;
        if (call.seed != 0u) {
            call.seed = call.seed * 1664525u + 1013904223u;
            n = 1u + (call.seed >> 8) % n;
        }
        n = n < call.n ? n : call.n;
        free(call.bytes);
        call.bytes = allocate(n);
        memcpy(call.bytes, sim_patches[0].data + call.from, n);
        call.from += n;
        call.n -= n;
        call.code = quine_update_write(&sim_update, call.bytes, n);
    }
}

static void call_finish(void)
{
    call.code = quine_update_finish(&sim_update);
}

static void call_abort(void)
{
    call.code = quine_update_abort(&sim_update);
}

static void call_install(void)
{
    call.code = quine_update_install();
}

static void call_receive(void)
{
    call_begin();
    if (call.code == QUINE_OK)
        call_write();
    if (call.code == QUINE_OK)
        call_finish();
}

static void call_update(void)
{
    call_receive();
    if (call.code == QUINE_OK)
        call_install();
}

static void cmd_begin(void)
{
    application(call_begin);
}

// Takes from the command how to feed n bytes of the patch.
static void feed(uint32_t from, uint32_t n)
{
    call.from = from;
    call.n = n;
    call.piece = number();
    call.seed = number();
    if (from > sim_patches[0].n || n > sim_patches[0].n - from || call.piece == 0u)
        host_fatal("no such piece of the patch");
}

static void cmd_write(void)
{
    uint32_t from = number();
    feed(from, number());
    application(call_write);
}

static void cmd_receive(void)
{
    feed(0, sim_patches[0].n);
    application(call_receive);
}

static void cmd_update(void)
{
    feed(0, sim_patches[0].n);
    application(call_update);
}

static void cmd_finish(void)
{
    application(call_finish);
}

static void cmd_abort(void)
{
    application(call_abort);
}

static void cmd_install(void)
{
    application(call_install);
}

static void cmd_status(void)
{
    struct quine_status s;

    if (host_actor != HOST_APPLICATION) {
        printf("off\n");
        return;
    }
    quine_status(&s);
    printf("%d %d %u %u %u %u %u ", s.pending, s.reason, s.version.major, s.version.minor,
           s.version.patch, s.version.build, s.version.counter);
    print_hex(s.version.id, sizeof s.version.id);
}

static void cmd_plan(void)
{
    uint32_t n = number();
    uint32_t how = number();
    if (how > HOST_CUT_AFTER)
        host_fatal("no such cut");
    host_plan(n, (enum host_cut)how, number());
    printf("ok\n");
}

static void cmd_zero(void)
{
    host_zero();
    printf("ok\n");
}

static void cmd_count(void)
{
    printf("%u %u %u %u %u %u %u %u\n", host_stats.ops, host_stats.erases, host_stats.programs,
           host_stats.blank, host_stats.unfed_max, host_stats.fired, host_stats.reads,
           host_stats.feeds);
}

static void cmd_trace(void)
{
    if (host_stats.ops > HOST_OPS_MAX)
        host_fatal("too many operations to remember");
    for (uint32_t i = 0; i < host_stats.ops; i++)
        printf("%c%c%u ", host_stats.op[i].kind, host_stats.op[i].area, host_stats.op[i].offset);
    printf("\n");
}

static uint32_t slot(void)
{
    uint32_t n = number();
    if (n >= HOST_SLOTS)
        host_fatal("no slot %u", n);
    return n;
}

static void cmd_save(void)
{
    host_save(slot());
    printf("ok\n");
}

static void cmd_restore(void)
{
    host_restore(slot());
    printf("ok\n");
}

static const struct {
    const char *name;
    void (*run)(void);
} commands[] = {
    {"info", cmd_info}, {"store", cmd_store}, {"poke", cmd_poke}, {"dump", cmd_dump},
    {"image", cmd_image}, {"receive", cmd_receive}, {"patch", cmd_patch}, {"boot", cmd_boot},
    {"patience", cmd_patience}, {"power", cmd_power}, {"reset", cmd_reset}, {"begin", cmd_begin},
    {"write", cmd_write}, {"finish", cmd_finish}, {"abort", cmd_abort}, {"install", cmd_install},
    {"status", cmd_status}, {"plan", cmd_plan}, {"zero", cmd_zero}, {"count", cmd_count},
    {"trace", cmd_trace}, {"save", cmd_save}, {"restore", cmd_restore}, {"update", cmd_update},
    {"wear", cmd_wear}, {"lock", cmd_lock}, {"fault", cmd_fault}, {"other", cmd_other},
    {"bite", cmd_bite}, {"record", cmd_record}, {"script", cmd_script}, {"sweep", cmd_sweep},
};

static void execute(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0) {
            commands[i].run();
            return;
        }
    host_fatal("no command %s", name);
}

// Answers wait in stdout's buffer until an empty line comes, so that a driver may send commands in
// batches.
int main(void)
{
    char *line = NULL;
    size_t room = 0;

    host_port_open();
    sim_open();
    sweep_open();
    while (getline(&line, &room, stdin) > 0) {
        const char *name = strtok(line, " \n");
        if (name != NULL)
            execute(name);
        else
            fflush(stdout);
    }
    free(line);
    free(call.bytes);
    sim_close();
    return 0;
}
