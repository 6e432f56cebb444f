// SPDX-License-Identifier: BSD-3-Clause
// Model of the RP2040's ROM flash functions (RP2040 Datasheet 2.8.3.1.3) over a SPI NOR flash, and of what
// else the driver touches. An application's call, from flash, is beyond the host: see operate_from_stack.
#include "model.h"

#include "quine_part.h"

enum {
    FUNC_TABLE = 0x14,
    TABLE_LOOKUP = 0x18,
    WATCHDOG_CTRL = 0x40058000,
    WATCHDOG_LOAD = 0x40058004,
    WATCHDOG_SCRATCH4 = 0x4005801C,
    PSM_WDSEL = 0x40010008,
};

// Where the model has the ROM's table and functions.
#define TABLE 0x7Au
#define LOOKUP 0x1Du
#define FUNCTIONS 0x2000u

// What the flash interface does.
static enum { XIP, CONNECTED, SERIAL, FLUSHED } mode;
static const char *const names[] = {"IF", "EX", "RE", "RP", "FC", "CX"};
static uint32_t primask, left, scratch4, wdsel; // left: the mask that the caller has left

static void power_on(void)
{
    mode = XIP;
    primask = left = 0;
    scratch4 = 0xB007C0D3u;
    wdsel = 0;
}

static void expect(bool right, const char *name)
{
    if (!right)
        model_complain("ROM function %s out of order", name);
}

static void finish(void)
{
    while (model_poll())
        model_fed();
}

static void erase(uintptr_t offset, uintptr_t n, uintptr_t block, uintptr_t cmd)
{
    expect(mode == SERIAL, "RE");
    if (offset % 4096u != 0u || n != 4096u || offset + n > model.flash_size)
        model_complain("RE of %u bytes at 0x%x", (unsigned)n, (unsigned)offset);
    else if (block != 0x10000u || cmd != 0xD8u)
        model_complain("RE with block %u, command 0x%x", (unsigned)block, (unsigned)cmd);
    else
        model_start_erase((uint32_t)offset, 4096, 10);
    finish();
}

static void program(uintptr_t offset, const uint8_t *data, uintptr_t n)
{
    expect(mode == SERIAL, "RP");
    if (offset % 256u != 0u || n != 256u || offset + n > model.flash_size) {
        model_complain("RP of %u bytes at 0x%x", (unsigned)n, (unsigned)offset);
        return;
    }
    for (uint32_t i = 0; i < 256u; i += 32u) {
        bool blank = true;
        for (uint32_t k = i; k < i + 32u; k++)
            blank = blank && data[k] == 0xFFu;
        if (!blank && !model_erased((uint32_t)offset + i, 32))
            model_complain("programs cells that are not erased at 0x%x", (unsigned)(offset + i));
        if (!blank)
            model_start_program((uint32_t)offset + i, 32, data + i, 2);
        finish();
    }
}

uintptr_t quine_call(uint32_t function, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)
{
    if (function == LOOKUP) {
        for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++)
            if (a == TABLE && b == ((uint32_t)names[i][0] | (uint32_t)names[i][1] << 8))
                return FUNCTIONS + i;
        model_complain("ROM has no function 0x%x", (unsigned)b);
        return 0;
    }
    if (primask == 0u)
        model_complain("interrupts on while XIP goes off");
    switch (function) {
    case FUNCTIONS:
        expect(mode == XIP, "IF");
        mode = CONNECTED;
        break;
    case FUNCTIONS + 1:
        expect(mode == CONNECTED, "EX");
        mode = SERIAL;
        break;
    case FUNCTIONS + 2:
        erase(a, b, c, d);
        break;
    case FUNCTIONS + 3:
        program(a, (const uint8_t *)b, c);
        break;
    case FUNCTIONS + 4:
        expect(mode == SERIAL, "FC");
        mode = FLUSHED;
        break;
    case FUNCTIONS + 5:
        expect(mode == FLUSHED, "CX");
        mode = XIP;
        break;
    default:
        model_complain("call of 0x%x", (unsigned)function);
    }
    return 0;
}

uint32_t quine_interrupts_off(void)
{
    uint32_t was = primask;
    primask = 1;
    return was;
}

void quine_interrupts_restore(uint32_t was)
{
    primask = was;
}

static uint32_t read_reg(uint32_t address, unsigned width)
{
    switch (address) {
    case FUNC_TABLE:
    case TABLE_LOOKUP:
        if (width != 2u)
            model_complain("ROM pointer read %u bytes wide", width);
        return address == FUNC_TABLE ? TABLE : LOOKUP;
    default:
        model_complain("read of 0x%08x", (unsigned)address);
        return 0;
    }
}

static void write_reg(uint32_t address, unsigned width, uint32_t value)
{
    if (width != 4u)
        model_complain("0x%08x written %u bytes wide", (unsigned)address, width);
    switch (address) {
    case WATCHDOG_LOAD:
        if (value == 0u || value > 0xFFFFFFu)
            model_complain("WATCHDOG_LOAD = 0x%x", (unsigned)value);
        model_fed();
        break;
    case WATCHDOG_SCRATCH4:
        scratch4 = value;
        break;
    case PSM_WDSEL:
        wdsel = value;
        break;
    case WATCHDOG_CTRL:
        if ((value & 0x80000000u) == 0u || scratch4 == 0xB007C0D3u || wdsel != 0x1FFFCu)
            model_complain("CTRL 0x%x does not reset into flash", (unsigned)value);
        model_has_reset();
    default:
        model_complain("write to 0x%08x", (unsigned)address);
    }
}

static void at_rest(void)
{
    if (mode != XIP)
        model_complain("XIP left off");
    if (primask != left)
        model_complain("interrupts left %s", primask != 0u ? "off" : "on");
}

static void leave_flags(void)
{
    primask = left = 1;
}

const struct model model = {
    .flash_size = 0x40000u,
    .overwrite = MODEL_ANDS,
    .power_on = power_on,
    .read = read_reg,
    .write = write_reg,
    .at_rest = at_rest,
    .leave_flags = leave_flags,
};
