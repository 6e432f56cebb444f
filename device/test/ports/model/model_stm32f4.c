// SPDX-License-Identifier: BSD-3-Clause
// Model of the STM32F4 flash interface (RM0090 section 3, of a 2 MiB STM32F42x), and of the PVD and
// the IWDG as far as a driver needs them.
#include "model_stm32.h"

#include "quine_part.h"

enum {
    ACR = 0x40023C00,
    KEYR = 0x40023C04,
    SR = 0x40023C0C,
    CR = 0x40023C10,
    OPTCR = 0x40023C14,
    OPTCR1 = 0x40023C18,
    RCC_APB1ENR = 0x40023840,
};

#define WRPERR 0x10u
#define PGPERR 0x40u
#define PGSERR 0x80u
#define W1C 0x1F3u
#define LOCK 0x80000000u
#define STRT 0x10000u

static uint32_t acr, sr, cr, optcr, optcr1;
static unsigned keys;

static void power_on(void)
{
    acr = sr = 0;
    cr = LOCK;
    optcr = optcr1 = 0x0FFF0000u;
    optcr |= 0xAAEDu;
    keys = 0;
    stm32_power_on();
}

static uint32_t sector_of(uint32_t offset)
{
    static const uint32_t starts[12] = {0,       0x4000,  0x8000,  0xC000,  0x10000, 0x20000,
                                        0x40000, 0x60000, 0x80000, 0xA0000, 0xC0000, 0xE0000};
    uint32_t n = 11;
    while (starts[n] > offset % 0x100000u)
        n--;
    return offset < 0x100000u ? n : n + 16u;
}

static bool is_protected(uint32_t offset)
{
    uint32_t n = sector_of(offset);
    uint32_t bits = n < 16u ? optcr : optcr1;
    return ((bits >> 16 >> (n & 15u)) & 1u) == 0u;
}

static void erase(void)
{
    uint32_t number = (cr >> 3) & 0x1Fu;
    uint32_t offset = 0;
    if ((acr & 0x600u) != 0u)
        model_complain("erase with caches on (RM0090 3.5.2)");
    while (offset < model.flash_size && sector_of(offset) != number)
        offset += 0x4000u;
    if (offset >= model.flash_size) {
        model_complain("erase of sector %u, which does not exist", (unsigned)number);
        return;
    }
    if (is_protected(offset)) {
        sr |= WRPERR;
        return;
    }
    uint32_t end = offset;
    while (end < model.flash_size && sector_of(end) == number)
        end += 0x4000u;
    model_start_erase(offset, end - offset, (end - offset) / 64u);
}

static void write_cr(uint32_t value)
{
    if (!stm32_open(cr, LOCK, LOCK, value))
        return;
    if ((value & 0x3u) == 0x3u)
        model_complain("PG and SER together");
    if ((value & STRT) != 0u && (cr & 0x2u) == 0u)
        model_complain("STRT without SER set before");
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
    uint8_t data[4];
    if (model_busy())
        model_complain("flash written while BSY");
    if ((cr & 0x1u) == 0u || (cr & LOCK) != 0u) {
        model_complain("flash written without PG");
        sr |= PGSERR;
        return;
    }
    if (width != 1u << ((cr >> 8) & 3u)) {
        model_complain("flash written %u bytes wide with PSIZE %u", width, (unsigned)(cr >> 8 & 3u));
        sr |= PGPERR;
        return;
    }
    if ((sr & W1C) != 0u)
        model_complain("program while error flags are set");
    if (is_protected(offset)) {
        sr |= WRPERR;
        return;
    }
    model_bytes(data, width, value);
    if (!model_erased(offset, width) && !model_zeros(data, width))
        model_complain("programs cells that are not erased at 0x%x", (unsigned)offset);
    model_start_program(offset, width, data, 3);
}

static uint32_t read_reg(uint32_t address, unsigned width)
{
    uint32_t value = 0;
    uint32_t offset;
    if (width != 4u)
        model_complain("register read %u bytes wide", width);
    switch (address) {
    case ACR:
        return acr;
    case SR:
        return model_poll() ? sr | 0x10000u : sr;
    case CR:
        return cr;
    case OPTCR:
        return optcr;
    case OPTCR1:
        return optcr1;
    default:
        if (!stm32_read(address, RCC_APB1ENR, 5, &value) && !model_in_flash(address, &offset))
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
    case ACR:
        if ((((acr | value) << 2) & value & 0x1800u) != 0u)
            model_complain("cache reset while it is on (RM0090 3.9.1)");
        acr = value;
        break;
    case KEYR:
        stm32_key(&cr, LOCK, stm32_keys, &keys, value);
        break;
    case SR:
        sr &= ~(value & W1C);
        break;
    case CR:
        write_cr(value);
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
    if ((sr & W1C) != 0u)
        model_complain("error flags left: SR 0x%x", (unsigned)sr);
    if ((acr & 0x1800u) != 0u)
        model_complain("ACR left changed");
    stm32_at_rest();
}

static void protect(uint32_t offset)
{
    uint32_t n = sector_of(offset);
    if (n < 16u)
        optcr &= ~(0x10000u << n);
    else
        optcr1 &= ~(0x10000u << (n - 16u));
}

static void leave_flags(void)
{
    sr |= 0x1F2u;
    acr = 0x705u;
}

static void leave_unlocked(void)
{
    cr = 0;
    keys = 2;
}

// With SPRMOD a set bit is PCROP.
static void protect_code(uint32_t offset)
{
    optcr = (optcr & 0xF000FFFFu) | 0x80000000u;
    optcr1 = 0;
    if (sector_of(offset) < 16u)
        optcr |= 0x10000u << sector_of(offset);
    else
        optcr1 |= 0x10000u << (sector_of(offset) - 16u);
}

static void other_geometry(void)
{
    optcr |= 0x40000000u; // DB1M
}

static void protect_boot(void)
{
    protect(0);
}

const struct model model = {
    .flash_size = 0x200000u,
    .overwrite = MODEL_ANDS,
    .power_on = power_on,
    .read = read_reg,
    .write = write_reg,
    .at_rest = at_rest,
    .protect = protect,
    .protect_boot = protect_boot,
    .protect_code = protect_code,
    .other_geometry = other_geometry,
    .leave_flags = leave_flags,
    .leave_unlocked = leave_unlocked,
    .supply_low = supply_low,
    .hang = model_stick,
};
