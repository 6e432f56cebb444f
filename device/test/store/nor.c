// SPDX-License-Identifier: BSD-3-Clause
// The chip of nor.h.
#include "nor.h"

#include "check.h"

#include <string.h>

#define PAGE 256u
#define BUSY 0x01u
#define ENABLED 0x02u
#define P_ERR 0x40u
#define E_ERR 0x20u
#define READY 0x80u

struct nor nor;

// The frame so far.
static struct {
    uint32_t count;         // bytes
    uint8_t op;
    bool ignored;           // the chip does not listen
    bool ones;              // all bits were 1
    uint32_t address;
    uint8_t page[PAGE];
    bool loaded[PAGE];
} frame;

void nor_blank(void)
{
    memset(&nor, 0, sizeof nor);
    memset(nor.cells, 0xFF, sizeof nor.cells);
    nor.floating = 0xFF;
    nor.limit = UINT64_MAX;
    nor.clock = 1u << 20;
    nor.fed = nor.clock;
}

void nor_power_cycle(void)
{
    nor.selected = nor.powered_down = nor.four_byte = nor.continuous = nor.suspended = false;
    nor.enabled = nor.reset_armed = false;
    nor.locked = nor.starts_locked;
    nor.errors = 0;
    nor.busy_until = 0;
    nor.ready = nor.clock + NOR_START_TIME;
    nor.cut_at = 0;
    frame.count = 0;
}

static bool busy(void)
{
    return nor.clock < nor.busy_until || (nor.errors != 0u && !nor.reports_flags);
}

static uint32_t address_bytes(void)
{
    switch (frame.op) {
    case 0x02: case 0x03: case 0x20: case 0xD8:
        return nor.four_byte ? 4u : 3u;
    case 0x12: case 0x13: case 0x21: case 0xDC:
        return 4u;
    default:
        return 0u;
    }
}

static uint32_t cell(uint32_t address)
{
    if (address - NOR_BASE >= NOR_SIZE)
        check_fail(__FILE__, __LINE__, "command %02x for address %x, outside the store", frame.op,
                   address);
    return address - NOR_BASE;
}

static uint8_t read_cell(uint32_t at)
{
    if (nor.suspended || nor.weak[at] != 0u)
        return (uint8_t)(nor.cells[at] ^ check_random());
    return nor.cells[at];
}

// The first byte of a frame: decides whether the chip listens.
static void begin_frame(uint8_t out)
{
    frame.op = out;
    frame.ignored = nor.continuous || nor.clock < nor.ready || (nor.powered_down && out != 0xABu);
    if (frame.ignored || !busy() || out == 0x05u || out == 0x70u ||
        (out == 0x30u && nor.clock >= nor.busy_until))
        return;
    frame.ignored = true;
    if (nor.health == NOR_GOOD && out != 0xABu && out != 0x9Fu && out != 0xFFu && out != 0x30u &&
        out != 0x50u)
        check_fail(__FILE__, __LINE__, "command %02x while the chip is busy", out);
}

static uint8_t answer(uint32_t at)
{
    static const uint8_t id[3] = {0xEF, 0x40, 0x13};
    uint8_t errors = nor.clock < nor.busy_until ? 0u : nor.errors;

    if (frame.ignored || at == 0u)
        return nor.floating;
    switch (frame.op) {
    case 0x05:
        return (uint8_t)((busy() ? BUSY : 0u) | (nor.enabled ? ENABLED : 0u) | nor.protect |
                         (nor.reports_flags ? 0u : errors));
    case 0x70:
        return nor.reports_flags ? (uint8_t)((busy() ? 0u : READY) | errors >> 1) : nor.floating;
    case 0x9F:
        return id[(at - 1u) % 3u];
    case 0x03: case 0x13:
        if (at > address_bytes())
            return read_cell(cell(frame.address + at - address_bytes() - 1u));
        return nor.floating;
    default:
        return nor.floating;
    }
}

uint8_t chip_exchange(uint8_t out)
{
    uint32_t at = frame.count++;

    if (!nor.selected)
        check_fail(__FILE__, __LINE__, "byte %02x while the chip is not selected", out);
    nor.clock += 8u;
    if (nor.clock > nor.limit)
        check_fail(__FILE__, __LINE__, "the driver does not come to an end");
    if (nor.health == NOR_ABSENT)
        return nor.floating;
    if (nor.health == NOR_GARBAGE)
        return (uint8_t)check_random();
    if (nor.health == NOR_STUCK)
        return BUSY;
    if (at == 0u) {
        frame.ones = true;
        frame.address = 0;
        memset(frame.loaded, 0, sizeof frame.loaded);
        begin_frame(out);
    } else if (at <= address_bytes()) {
        frame.address = frame.address << 8 | out;
    } else if (frame.op == 0x02u || frame.op == 0x12u) {
        uint32_t in_page = (frame.address + at - address_bytes() - 1u) % PAGE; // wraps
        frame.page[in_page] = out;
        frame.loaded[in_page] = true;
    }
    frame.ones = frame.ones && out == 0xFFu;
    uint8_t in = answer(at);
    if (nor.health == NOR_FLAKY && check_random() % 64u == 0u)
        in = nor.floating;
    return in;
}

// Applies a change of n cells, or the part of it that a cut allows.
static void change(uint32_t at, uint32_t n, bool erase)
{
    bool cut = ++nor.changes == nor.cut_at;
    uint32_t done = cut && nor.cut_how == NOR_CUT_PREFIX ? check_random() % n : n;

    if (cut && nor.cut_how == NOR_CUT_BEFORE)
        longjmp(nor.power_lost, 1);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t want = erase ? 0xFF : frame.page[(at + i) % PAGE] & nor.cells[at + i];
        bool torn = cut && nor.cut_how != NOR_CUT_AFTER;
        if (!erase && !frame.loaded[(at + i) % PAGE])
            continue;
        if (!erase && !nor.lenient && (nor.cells[at + i] != 0xFFu || nor.torn[at + i] != 0u))
            check_fail(__FILE__, __LINE__, "program over what is not erased, at %x", at + i);
        if (torn && nor.cut_how == NOR_CUT_BITS)
            want = (uint8_t)(want ^ ((want ^ nor.cells[at + i]) & check_random()));
        nor.torn[at + i] = torn;
        nor.weak[at + i] = torn && nor.cut_how == NOR_CUT_WEAK;
        if (i < done)
            nor.cells[at + i] = want;
    }
    if (cut)
        longjmp(nor.power_lost, 1);
}

// Begins a change that the chip has been told. Returns whether it takes place.
static bool begin_change(uint32_t time, uint8_t error)
{
    bool enabled = nor.enabled && !nor.suspended;

    nor.enabled = nor.enabled && nor.suspended;
    if (!enabled || nor.protect != 0u || nor.locked || nor.refuses_changes)
        return false;
    nor.busy_until = nor.never_done ? UINT64_MAX : nor.clock + time;
    if (!nor.fails_changes && nor.changes + 1u != nor.fails_at)
        return true;
    nor.changes++;
    nor.errors = nor.reports_errors || nor.reports_flags ? error : 0u;
    return false;
}

static void erase(uint32_t size, uint32_t time)
{
    uint32_t at = cell(frame.address);

    if (frame.count != 1u + address_bytes())
        check_fail(__FILE__, __LINE__, "erase frame of %u bytes", frame.count);
    if (begin_change(time, E_ERR))
        change(at - at % size, size, true);
}

static void program(void)
{
    uint32_t at = cell(frame.address);

    if (frame.count > 1u + address_bytes() && begin_change(NOR_PROGRAM_TIME, P_ERR))
        change(at - at % PAGE, PAGE, false);
}

static void reset(void)
{
    if (!nor.reset_armed || nor.no_reset)
        return;
    nor.four_byte = nor.suspended = nor.enabled = false;
    nor.locked = nor.starts_locked;
    nor.ready = nor.clock + NOR_RESET_TIME;
}

static void end_frame(void)
{
    bool armed = frame.op == 0x66u && frame.count == 1u;

    switch (frame.op) {
    case 0x06:
        nor.enabled = frame.count == 1u ? !nor.refuses_write_enable : nor.enabled;
        break;
    case 0x02: case 0x12:
        program();
        break;
    case 0x20: case 0x21:
        erase(0x1000u, NOR_ERASE_4K_TIME);
        break;
    case 0xD8: case 0xDC:
        erase(0x10000u, NOR_ERASE_64K_TIME);
        break;
    case 0x30: case 0x50:
        nor.errors = (frame.op == 0x50u) == nor.reports_flags ? 0u : nor.errors;
        break;
    case 0x98:
        nor.locked = nor.locked && !nor.enabled;
        nor.enabled = false;
        break;
    case 0x99:
        reset();
        break;
    case 0xAB:
        if (nor.powered_down && frame.count == 1u) {
            nor.powered_down = false;
            nor.ready = nor.clock + NOR_WAKE_TIME;
        }
        break;
    default:
        break;
    }
    nor.reset_armed = armed;
}

void chip_select(bool on)
{
    bool ended = nor.selected && !on;

    if (on && nor.selected)
        check_fail(__FILE__, __LINE__, "the chip is selected twice");
    nor.selected = on;
    if (ended && frame.count > 0u && nor.health <= NOR_FLAKY) {
        if (nor.continuous && frame.ones && frame.count >= 2u)
            nor.continuous = false;
        else if (!frame.ignored)
            end_frame();
    }
    frame.count = 0;
}

void nor_begin_erase(uint32_t offset)
{
    memset(nor.cells + offset, 0xFF, 0x1000u);
    nor.busy_until = nor.clock + NOR_ERASE_4K_TIME;
}
