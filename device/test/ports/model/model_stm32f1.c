// SPDX-License-Identifier: BSD-3-Clause
// Model of the flash interface of STM32F0 and STM32F1 (PM0075; RM0091 section 3): half-words.
#include "model_stm32.h"

#include "quine_part.h"

enum {
    KEYR = 0x40022004,
    SR = 0x4002200C,
    CR = 0x40022010,
    AR = 0x40022014,
    WRPR = 0x40022020,
    RCC_APB1ENR = 0x4002101C,
};

#define PGERR 0x4u
#define WRPRTERR 0x10u
#define EOP 0x20u
#define PG 0x1u
#define PER 0x2u
#define STRT 0x40u
#define LOCK 0x80u

static uint32_t sr, cr, ar, wrpr;
static unsigned keys;

static void power_on(void)
{
    sr = ar = 0;
    cr = LOCK;
    wrpr = 0xFFFFFFFFu;
    keys = 0;
    stm32_power_on();
}

static uint32_t wrp_bit(uint32_t offset)
{
    uint32_t sector = offset / 4096u;
    return 1u << (sector < 31u ? sector : 31u);
}

static void erase(void)
{
    uint32_t offset;
    if (!model_in_flash(ar, &offset))
        model_complain("erase with AR 0x%08x", (unsigned)ar);
    else if ((wrpr & wrp_bit(offset)) == 0u)
        sr |= WRPRTERR;
    else
        model_start_erase(offset / QUINE_PAGE_SIZE * QUINE_PAGE_SIZE, QUINE_PAGE_SIZE, 400);
}

static void write_cr(uint32_t value)
{
    if (!stm32_open(cr, LOCK, LOCK, value))
        return;
    if ((value & (PG | PER)) == (PG | PER))
        model_complain("PG and PER together");
    if ((value & STRT) != 0u && (cr & PER) == 0u)
        model_complain("STRT without PER set before");
    cr = value & ~STRT;
    if ((value & LOCK) != 0u) {
        cr = LOCK;
        keys = 0;
    }
    if ((value & STRT) != 0u)
        erase();
}

static void program(uint32_t offset, unsigned width, uint32_t value)
{
    uint8_t data[2];
    if (model_busy())
        model_complain("flash written while BSY");
    if (cr != PG) {
        model_complain("flash written without PG");
        return;
    }
    if (width != 2u) {
        model_complain("flash written %u bytes wide: hard fault (PM0075 2.3.3)", width);
        return;
    }
    if ((sr & (PGERR | WRPRTERR)) != 0u)
        model_complain("program while error flags are set");
    model_bytes(data, 2, value);
    if ((wrpr & wrp_bit(offset)) == 0u)
        sr |= WRPRTERR;
    else if (!model_erased(offset, 2) && value != 0u)
        sr |= PGERR;
    else
        model_start_program(offset, 2, data, 3);
}

static uint32_t read_reg(uint32_t address, unsigned width)
{
    uint32_t value = 0;
    bool was = model_busy();
    if (width != 4u)
        model_complain("register read %u bytes wide", width);
    switch (address) {
    case SR:
        if (model_poll())
            return sr | 1u;
        if (was)
            sr |= EOP;
        return sr;
    case CR:
        return cr;
    case WRPR:
        return wrpr;
    default:
        if (!stm32_read(address, RCC_APB1ENR, 0, &value))
            model_complain("read of 0x%08x", (unsigned)address);
        return value;
    }
}

static void write_reg(uint32_t address, unsigned width, uint32_t value)
{
    uint32_t offset;
    if (model_in_flash(address, &offset)) {
        program(offset, width, value);
        return;
    }
    if (width != 4u)
        model_complain("register written %u bytes wide", width);
    switch (address) {
    case KEYR:
        stm32_key(&cr, LOCK, stm32_keys, &keys, value);
        break;
    case SR:
        sr &= ~(value & (PGERR | WRPRTERR | EOP));
        break;
    case CR:
        write_cr(value);
        break;
    case AR:
        if (model_busy() || (cr & LOCK) != 0u)
            model_complain("AR written while BSY or LOCK");
        ar = value;
        break;
    default:
        if (!stm32_write(address, RCC_APB1ENR, value))
            model_complain("write to 0x%08x", (unsigned)address);
    }
}

static void at_rest(void)
{
    if (cr != LOCK)
        model_complain("CR left at 0x%08x, not locked", (unsigned)cr);
    if (model_busy())
        model_complain("controller left busy");
    if (sr != 0u)
        model_complain("flags left: SR 0x%x", (unsigned)sr);
    stm32_at_rest();
}

static void protect(uint32_t offset)
{
    wrpr &= ~wrp_bit(offset);
}

static void leave_flags(void)
{
    sr |= PGERR | WRPRTERR | EOP;
}

static void leave_unlocked(void)
{
    cr = 0;
    keys = 2;
}

static void protect_boot(void)
{
    protect(0);
}

const struct model model = {
    .flash_size = 0x20000u, // the last bit of WRPR has one sector only
    .overwrite = MODEL_REFUSES,
    .power_on = power_on,
    .read = read_reg,
    .write = write_reg,
    .at_rest = at_rest,
    .protect = protect,
    .protect_boot = protect_boot,
    .leave_flags = leave_flags,
    .leave_unlocked = leave_unlocked,
    .supply_low = supply_low,
    .hang = model_stick,
};
