// SPDX-License-Identifier: BSD-3-Clause
// The chip of fram.h.
#include "fram.h"

#include "check.h"

#include <string.h>

struct fram fram;

// The frame so far.
static struct {
    uint32_t count;
    uint8_t op;
    bool ignored;
    uint32_t address;
} frame;

void fram_blank(void)
{
    uint8_t address_bytes = fram.address_bytes;

    memset(&fram, 0, sizeof fram);
    memset(fram.cells, 0xFF, sizeof fram.cells);
    fram.address_bytes = address_bytes;
    fram.floating = 0xFF;
    fram.clock = 100000;
}

void fram_power_cycle(void)
{
    fram.selected = fram.asleep = fram.enabled = false;
    fram.cut_at = 0;
    frame.count = 0;
}

static uint32_t cell(void)
{
    if (frame.address >= FRAM_SIZE)
        check_fail(__FILE__, __LINE__, "command %02x for address %x, outside the chip", frame.op,
                   frame.address);
    return frame.address++;
}

static void write_cell(uint8_t out)
{
    uint8_t *to = &fram.cells[cell()];
    bool cut = ++fram.writes == fram.cut_at;

    if (!fram.enabled || fram.protect != 0u)
        return;
    if (!cut || fram.cut_how == FRAM_CUT_AFTER)
        *to = out;
    else if (fram.cut_how == FRAM_CUT_BITS)
        *to = (uint8_t)check_random();
    if (cut)
        longjmp(fram.power_lost, 1);
}

uint8_t chip_exchange(uint8_t out)
{
    uint32_t at = frame.count++;

    if (!fram.selected)
        check_fail(__FILE__, __LINE__, "byte %02x while the chip is not selected", out);
    fram.clock += 8u;
    if (fram.absent)
        return fram.floating;
    if (at == 0u) {
        frame.op = out;
        frame.address = 0;
        frame.ignored = fram.asleep || fram.clock < fram.ready;
    }
    if (frame.ignored || at == 0u)
        return fram.floating;
    if (frame.op == 0x05u)
        return (uint8_t)((fram.enabled ? 0x02u : 0u) | fram.protect);
    if (at <= fram.address_bytes)
        frame.address = frame.address << 8 | out;
    else if (frame.op == 0x03u)
        return fram.cells[cell()];
    else if (frame.op == 0x02u)
        write_cell(out);
    return fram.floating;
}

void chip_select(bool on)
{
    bool ended = fram.selected && !on && frame.count > 0u && !frame.ignored && !fram.absent;

    if (on && fram.selected)
        check_fail(__FILE__, __LINE__, "the chip is selected twice");
    fram.selected = on;
    if (fram.asleep && on) {
        fram.asleep = false;
        fram.ready = fram.clock + FRAM_WAKE_TIME;
    }
    if (ended && frame.op == 0x06u && frame.count == 1u)
        fram.enabled = !fram.refuses_write_enable;
    else if (ended && frame.op == 0x02u)
        fram.enabled = false;
    frame.count = 0;
}
