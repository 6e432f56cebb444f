// SPDX-License-Identifier: BSD-3-Clause
// Model of the non-volatile memory controller of the nRF52 (nRF52840 Product Specification 4.3).
#include "model.h"

#include "quine_part.h"

enum {
    READY = 0x4001E400,
    CONFIG = 0x4001E504,
    ERASEPAGE = 0x4001E508,
    WDT_RR0 = 0x40010600,
};

#define FLASH_SIZE 0x80000u
#define WORDS (FLASH_SIZE / 4u)

static uint32_t config;
static uint8_t writes[WORDS]; // of each word since its page was erased
static uint32_t fed;          // reload registers written

static void power_on(void)
{
    config = fed = 0;
    for (uint32_t i = 0; i < WORDS; i++)
        writes[i] = 0;
}

static void write_flash(uint32_t offset, unsigned width, uint32_t value)
{
    uint8_t data[4];
    if (width != 4u) {
        model_complain("flash written %u bytes wide: hard fault (PS 4.3.1)", width);
        return;
    }
    if (config != 1u) {
        model_complain("flash written without WEN: bus fault");
        return;
    }
    if (model_busy())
        model_complain("flash written while busy");
    model_bytes(data, 4, value);
    if (!model_erased(offset, 4) && !model_zeros(data, 4))
        model_complain("programs cells that are not erased at 0x%x", (unsigned)offset);
    // two by the manual; the third is the seal's after a cut
    if (++writes[offset / 4u] > 3u)
        model_complain("word 0x%x written too often", (unsigned)offset);
    model_start_program(offset, 4, data, 5);
}

static void erase(uint32_t address)
{
    if (config != 2u) {
        model_complain("ERASEPAGE without EEN");
        return;
    }
    if (address % QUINE_PAGE_SIZE != 0u || address >= FLASH_SIZE) {
        model_complain("ERASEPAGE = 0x%08x", (unsigned)address);
        return;
    }
    for (uint32_t i = 0; i < QUINE_PAGE_SIZE / 4u; i++)
        writes[address / 4u + i] = 0;
    model_start_erase(address, QUINE_PAGE_SIZE, 400);
}

static uint32_t read_reg(uint32_t address, unsigned width)
{
    if (width != 4u)
        model_complain("register read %u bytes wide", width);
    if (address == READY)
        return model_poll() ? 0 : 1;
    if (address == CONFIG)
        return config;
    model_complain("read of 0x%08x", (unsigned)address);
    return 0;
}

static void write_reg(uint32_t address, unsigned width, uint32_t value)
{
    uint32_t offset;
    if (model_in_flash(address, &offset)) {
        write_flash(offset, width, value);
        return;
    }
    if (width != 4u)
        model_complain("register written %u bytes wide", width);
    if (address >= WDT_RR0 && address < WDT_RR0 + 32u) {
        if (value != 0x6E524635u)
            model_complain("watchdog reloaded with 0x%08x", (unsigned)value);
        fed |= 1u << ((address - WDT_RR0) / 4u);
        if (fed == 0xFFu) {
            fed = 0;
            model_fed();
        }
    } else if (address == CONFIG) {
        if (model_busy())
            model_complain("CONFIG written while busy");
        if (value > 2u)
            model_complain("WEN and EEN together (PS 4.3)");
        config = value;
    } else if (address == ERASEPAGE) {
        erase(value);
    } else {
        model_complain("write to 0x%08x", (unsigned)address);
    }
}

static void at_rest(void)
{
    if (config != 0u)
        model_complain("CONFIG left at %u", (unsigned)config);
    if (model_busy())
        model_complain("controller left busy");
    if (fed != 0u)
        model_complain("not every reload register written: 0x%x", (unsigned)fed);
}

static void leave_flags(void)
{
}

const struct model model = {
    .flash_size = FLASH_SIZE,
    .overwrite = MODEL_ANDS,
    .power_on = power_on,
    .read = read_reg,
    .write = write_reg,
    .at_rest = at_rest,
    .leave_flags = leave_flags,
    .hang = model_stick,
};
