// SPDX-License-Identifier: BSD-3-Clause
// Model of the SAM D21 NVMCTRL (DS40001882 section 22), its WDT and BOD33 as far as a driver needs them.
#include "model.h"

#include "quine_part.h"

#include <string.h>

enum {
    CTRLA = 0x41004000,
    CTRLB = 0x41004004,
    PARAM = 0x41004008,
    INTFLAG = 0x41004014,
    STATUS = 0x41004018,
    ADDR = 0x4100401C,
    LOCK = 0x41004020,
    USER_ROW = 0x00804000,
    BOD33 = 0x40000834,
    WDT_CTRL = 0x40001000,
    WDT_STATUS = 0x40001007,
    WDT_CLEAR = 0x40001008,
};

#define FLASH_SIZE 0x40000u
#define PAGE 64u
#define ROW 256u
#define ROWS (FLASH_SIZE / ROW)
#define PROGE 0x4u
#define LOCKE 0x8u
#define ERRORS 0x1Cu
#define MANW 0x80u

static uint32_t ctrlb, status, intflag, addr, lock, bod33, user_row;
static uint8_t buffer[PAGE];
static bool loaded, cleared, stale; // page buffer; read cache
static uint32_t sync;               // reads until the WDT is synchronised
static uint8_t writes[ROWS];        // of each row since it was erased

static void power_on(void)
{
    ctrlb = status = intflag = addr = sync = 0;
    lock = 0xFFFFu;
    bod33 = 2;
    user_row = 0xD8E0C7FFu;
    memset(buffer, 0xFF, sizeof buffer);
    memset(writes, 0, sizeof writes);
    loaded = cleared = stale = false;
}

static bool locked(uint32_t offset)
{
    return ((lock >> (offset / (FLASH_SIZE / 16u))) & 1u) == 0u;
}

static void write_page(uint32_t offset)
{
    uint32_t first = 0, last = PAGE;
    if (!loaded)
        model_complain("page written without data in the buffer");
    while (first < PAGE && buffer[first] == 0xFFu)
        first++;
    while (last > first && buffer[last - 1u] == 0xFFu)
        last--;
    first = first / 32u * 32u;
    if (last - first > 32u)
        model_complain("more than half a page written at once");
    offset += first;
    if (!model_erased(offset, 32))
        model_complain("programs cells that are not erased at 0x%x", (unsigned)offset);
    if (++writes[offset / ROW] > 8u)
        model_complain("more than eight writes to row 0x%x", (unsigned)(offset / ROW * ROW));
    model_start_program(offset, 32, buffer + first, 30);
    memset(buffer, 0xFF, sizeof buffer);
    loaded = cleared = false;
}

static void command(uint32_t value)
{
    uint32_t offset = addr * 2u;
    if (value >> 8 != 0xA5u || model_busy()) {
        model_complain("command 0x%04x without key or while not READY", (unsigned)value);
        status |= PROGE;
        return;
    }
    if ((status & ERRORS) != 0u)
        model_complain("command 0x%02x while error flags are set", (unsigned)(value & 0x7Fu));
    switch (value & 0x7Fu) {
    case 0x02: // ER
    case 0x04: // WP
        if (offset >= FLASH_SIZE) {
            model_complain("ADDR 0x%x", (unsigned)addr);
            return;
        }
        stale = true;
        if (locked(offset) || (user_row & 7u) != 7u) {
            status |= LOCKE;
            intflag |= 2u;
        } else if ((value & 0x7Fu) == 0x04u) {
            write_page(offset / PAGE * PAGE);
        } else {
            writes[offset / ROW] = 0;
            model_start_erase(offset / ROW * ROW, ROW, 400);
        }
        break;
    case 0x44: // PBC
        memset(buffer, 0xFF, sizeof buffer);
        loaded = false;
        cleared = true;
        break;
    case 0x46: // INVALL
        stale = false;
        break;
    default:
        model_complain("command 0x%02x", (unsigned)(value & 0x7Fu));
    }
}

static void load(uint32_t offset, unsigned width, uint32_t value)
{
    if (width == 1u) {
        model_complain("page buffer written one byte wide: hard fault (DS 22.6.4.3)");
        return;
    }
    if (model_busy())
        model_complain("page buffer written while not READY");
    if ((ctrlb & MANW) == 0u)
        model_complain("page buffer written with automatic page writes on");
    if (!cleared)
        model_complain("page buffer written without being cleared");
    if (loaded && offset / PAGE != addr * 2u / PAGE)
        model_complain("page buffer written across pages");
    model_bytes(buffer + offset % PAGE, width, value);
    addr = offset / 2u;
    loaded = true;
}

static void want_width(uint32_t address, unsigned width, unsigned want)
{
    if (width != want)
        model_complain("register 0x%08x accessed %u bytes wide", (unsigned)address, width);
}

static uint32_t read_reg(uint32_t address, unsigned width)
{
    switch (address) {
    case CTRLB:
        want_width(address, width, 4);
        return ctrlb;
    case PARAM:
        want_width(address, width, 4);
        return 3u << 16 | FLASH_SIZE / PAGE;
    case INTFLAG:
        want_width(address, width, 1);
        return intflag | (model_poll() ? 0u : 1u);
    case STATUS:
        want_width(address, width, 2);
        return status;
    case LOCK:
        want_width(address, width, 2);
        return lock;
    case USER_ROW:
        return user_row;
    case BOD33:
        return bod33;
    case WDT_CTRL:
        want_width(address, width, 1);
        return 2;
    case WDT_STATUS:
        want_width(address, width, 1);
        return sync > 0u ? (sync--, 0x80u) : 0u;
    default:
        model_complain("read of 0x%08x", (unsigned)address);
        return 0;
    }
}

static void write_reg(uint32_t address, unsigned width, uint32_t value)
{
    uint32_t offset;
    if (model_in_flash(address, &offset)) {
        load(offset, width, value);
        return;
    }
    switch (address) {
    case CTRLA:
        want_width(address, width, 2);
        command(value);
        break;
    case CTRLB:
        want_width(address, width, 4);
        ctrlb = value;
        break;
    case INTFLAG:
        want_width(address, width, 1);
        intflag &= ~(value & 2u);
        break;
    case STATUS:
        want_width(address, width, 2);
        status &= ~(value & ERRORS);
        break;
    case ADDR:
        want_width(address, width, 4);
        if (model_busy())
            model_complain("ADDR written while not READY");
        addr = value;
        break;
    case WDT_CLEAR:
        want_width(address, width, 1);
        if (value != 0xA5u)
            model_complain("WDT CLEAR = 0x%x resets at once", (unsigned)value);
        if (sync > 0u)
            model_complain("WDT CLEAR written while SYNCBUSY");
        sync = 6;
        model_fed();
        break;
    default:
        model_complain("write to 0x%08x", (unsigned)address);
    }
}

static void at_rest(void)
{
    if (model_busy())
        model_complain("controller left busy");
    if ((status & ERRORS) != 0u || intflag != 0u)
        model_complain("error flags left: STATUS 0x%x INTFLAG 0x%x", (unsigned)status, (unsigned)intflag);
    if (stale && !model_busy())
        model_complain("read cache left stale");
}

static void protect(uint32_t offset)
{
    lock &= ~(1u << (offset / (FLASH_SIZE / 16u)));
}

static void leave_flags(void)
{
    status |= ERRORS;
    intflag |= 2u;
}

static void supply_low(void)
{
    bod33 = 0;
}

static void protect_boot(void)
{
    user_row = (user_row & ~7u) | 3u; // BOOTPROT: 4096 bytes
}

const struct model model = {
    .flash_size = FLASH_SIZE,
    .overwrite = MODEL_ANDS,
    .power_on = power_on,
    .read = read_reg,
    .write = write_reg,
    .at_rest = at_rest,
    .protect = protect,
    .protect_boot = protect_boot,
    .leave_flags = leave_flags,
    .supply_low = supply_low,
    .hang = model_stick,
};
