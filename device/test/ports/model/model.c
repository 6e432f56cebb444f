// SPDX-License-Identifier: BSD-3-Clause
// The part of a model that is the same for every flash controller.
#include "model.h"

#include "quine_port.h"
#include "quine_reg.h"
#include "test_port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define AIRCR 0xE000ED0Cu
#define FEED_POLLS 100u // polls of a status register in a row that must see the watchdog fed
#define STUCK_POLLS 100000000u // polls of a controller that hangs that are not yet too many

static struct {
    enum { IDLE, ERASES, PROGRAMS } kind;
    uint32_t offset, n, polls;
    uint8_t data[32];
    bool stuck;
} op;

static uint32_t polls_unfed, polls_stuck;
static bool word0_touched;

void model_complain(const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    test_complaint(text);
}

void model_has_reset(void)
{
    test_reset();
}

void model_fed(void)
{
    polls_unfed = 0;
}

void model_reset(void)
{
    memset(&op, 0, sizeof op);
    polls_unfed = polls_stuck = 0;
    word0_touched = false;
    model.power_on();
}

bool model_in_flash(uint32_t address, uint32_t *offset)
{
    *offset = address - QUINE_FLASH_BASE;
    return *offset < model.flash_size;
}

void model_bytes(uint8_t *to, unsigned width, uint32_t value)
{
    for (unsigned i = 0; i < width; i++)
        to[i] = (uint8_t)(value >> (8u * i));
}

bool model_erased(uint32_t offset, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (quine_flash[offset + i] != QUINE_ERASED)
            return false;
    return true;
}

uint32_t model_word0(void)
{
    return (uint32_t)quine_flash[0] | (uint32_t)quine_flash[1] << 8 |
           (uint32_t)quine_flash[2] << 16 | (uint32_t)quine_flash[3] << 24;
}

bool model_word0_touched(void)
{
    return word0_touched;
}

bool model_zeros(const uint8_t *data, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (data[i] != 0u)
            return false;
    return true;
}

static void start(uint32_t offset, uint32_t n, uint32_t polls)
{
    if (op.kind != IDLE)
        model_complain("operation at 0x%x while another is under way", (unsigned)offset);
    op.offset = offset;
    op.n = n;
    op.polls = polls;
    polls_unfed = 0;
    if (offset == 0u)
        word0_touched = true;
}

void model_start_erase(uint32_t offset, uint32_t n, uint32_t polls)
{
    start(offset, n, polls);
    op.kind = ERASES;
    for (uint32_t i = 0; i < n; i++)
        quine_flash[offset + i] ^= 0x5Au;
}

void model_start_program(uint32_t offset, uint32_t n, const uint8_t *data, uint32_t polls)
{
    start(offset, n, polls);
    op.kind = PROGRAMS;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t old = quine_flash[offset + i];
        op.data[i] = QUINE_ERASED == 0xFFu ? old & data[i] : old | data[i];
        quine_flash[offset + i] ^= 0x5Au;
    }
}

bool model_busy(void)
{
    return op.kind != IDLE;
}

void model_stick(void)
{
    op.stuck = true;
}

bool model_poll(void)
{
    if (op.kind == IDLE)
        return false;
    if (op.stuck && ++polls_stuck > STUCK_POLLS) {
        model_complain("waits without an end");
        test_give_up();
    }
    if (++polls_unfed == FEED_POLLS && !op.stuck)
        model_complain("watchdog not fed while the controller is busy");
    if (op.stuck || --op.polls > 0u)
        return true;
    if (op.kind == ERASES)
        memset(quine_flash + op.offset, QUINE_ERASED, op.n);
    else
        memcpy(quine_flash + op.offset, op.data, op.n);
    op.kind = IDLE;
    return false;
}

static uint32_t read(uint32_t address, unsigned width)
{
    if (address % width != 0u)
        model_complain("unaligned read of 0x%08x", (unsigned)address);
    return model.read(address, width);
}

static void write(uint32_t address, unsigned width, uint32_t value)
{
    if (address % width != 0u)
        model_complain("unaligned write to 0x%08x", (unsigned)address);
    if (address == AIRCR) {
        if (value != 0x05FA0004u || width != 4u)
            model_complain("AIRCR = 0x%08x does not reset", (unsigned)value);
        test_reset();
    }
    model.write(address, width, value);
}

uint32_t quine_read32(uint32_t address)
{
    return read(address, 4);
}

uint16_t quine_read16(uint32_t address)
{
    return (uint16_t)read(address, 2);
}

uint8_t quine_read8(uint32_t address)
{
    return (uint8_t)read(address, 1);
}

void quine_write32(uint32_t address, uint32_t value)
{
    write(address, 4, value);
}

void quine_write16(uint32_t address, uint16_t value)
{
    write(address, 2, value);
}

void quine_write8(uint32_t address, uint8_t value)
{
    write(address, 1, value);
}
