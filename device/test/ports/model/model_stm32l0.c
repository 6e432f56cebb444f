// SPDX-License-Identifier: BSD-3-Clause
// Model of the STM32L0 flash interface (RM0367 section 3): pages of 128 bytes, words, erased value 0.
#include "model_stm32.h"

#include "quine_part.h"

enum {
    ACR = 0x40022000,
    PECR = 0x40022004,
    PEKEYR = 0x4002200C,
    PRGKEYR = 0x40022010,
    SR = 0x40022018,
    OPTR = 0x4002201C,
    WRPROT1 = 0x40022020,
    WRPROT2 = 0x40022080,
    RCC_APB1ENR = 0x40021038,
};

#define EOP 0x2u
#define WRPERR 0x100u
#define SIZERR 0x400u
#define NOTZEROERR 0x10000u
#define W1C 0x32F02u
#define PELOCK 0x1u
#define PRGLOCK 0x2u
#define PROG 0x8u
#define ERASE 0x200u
#define DISAB_BUF 0x20u

static uint32_t acr, pecr, sr, optr, wrprot[2];
static unsigned pe_keys, prg_keys;

static void power_on(void)
{
    acr = sr = wrprot[0] = wrprot[1] = 0;
    pecr = 7;
    optr = 0x807000AAu;
    pe_keys = prg_keys = 0;
    stm32_power_on();
}

static bool is_protected(uint32_t offset)
{
    uint32_t sector = offset / 4096u;
    return ((wrprot[sector / 32u] >> (sector % 32u)) & 1u) != 0u;
}

static void write_pecr(uint32_t value)
{
    if (model_busy())
        model_complain("PECR written while BSY");
    if ((pecr & PELOCK) != 0u) {
        model_complain("PECR written while PELOCK");
        return;
    }
    if ((value & 0x80500u) != 0u)
        model_complain("PECR 0x%x: FPRG, FIX or OBL_LAUNCH", (unsigned)value);
    pecr = value;
    if ((value & PELOCK) != 0u) {
        pecr = 7;
        pe_keys = prg_keys = 0;
    }
}

static void write_flash(uint32_t offset, unsigned width, uint32_t value)
{
    uint8_t data[4];
    if (model_busy())
        model_complain("flash written while BSY");
    if ((acr & DISAB_BUF) == 0u)
        model_complain("operation with read buffers on");
    if ((pecr & (PELOCK | PRGLOCK)) != 0u) {
        model_complain("flash written while locked");
        sr |= WRPERR;
        return;
    }
    if ((sr & W1C & ~EOP) != 0u)
        model_complain("operation while error flags are set");
    if (width != 4u) {
        model_complain("flash written %u bytes wide", width);
        sr |= SIZERR;
        return;
    }
    if (is_protected(offset)) {
        sr |= WRPERR;
        return;
    }
    model_bytes(data, 4, value);
    if ((pecr & (ERASE | PROG)) == (ERASE | PROG)) {
        if (value != 0u)
            model_complain("page erase by another value than 0");
        model_start_erase(offset / 128u * 128u, 128, 400);
    } else if ((pecr & ERASE) != 0u) {
        model_complain("ERASE without PROG");
    } else if (!model_erased(offset, 4)) {
        sr |= NOTZEROERR;
    } else {
        model_start_program(offset, 4, data, 300);
    }
}

static uint32_t read_reg(uint32_t address, unsigned width)
{
    uint32_t value = 0;
    bool was = model_busy();
    if (width != 4u)
        model_complain("register read %u bytes wide", width);
    switch (address) {
    case ACR:
        return acr;
    case PECR:
        return pecr;
    case SR:
        if (model_poll())
            return sr | 1u;
        if (was)
            sr |= EOP;
        return sr | 0xCu; // ENDHV, READY
    case OPTR:
        return optr;
    case WRPROT1:
        return wrprot[0];
    case WRPROT2:
        return wrprot[1];
    default:
        if (!stm32_read(address, RCC_APB1ENR, 0, &value))
            model_complain("read of 0x%08x", (unsigned)address);
        return value;
    }
}

static void write_reg(uint32_t address, unsigned width, uint32_t value)
{
    static const uint32_t pe_want[2] = {0x89ABCDEFu, 0x02030405u};
    static const uint32_t prg_want[2] = {0x8C9DAEBFu, 0x13141516u};
    uint32_t offset;
    if (model_in_flash(address, &offset)) {
        write_flash(offset, width, value);
        return;
    }
    if (width != 4u)
        model_complain("register written %u bytes wide", width);
    switch (address) {
    case ACR:
        acr = value;
        break;
    case PECR:
        write_pecr(value);
        break;
    case PEKEYR:
        stm32_key(&pecr, PELOCK, pe_want, &pe_keys, value);
        break;
    case PRGKEYR:
        if ((pecr & PELOCK) != 0u)
            model_complain("PRGKEYR written while PELOCK: locked until reset (RM0367 3.3.4)");
        stm32_key(&pecr, PRGLOCK, prg_want, &prg_keys, value);
        break;
    case SR:
        sr &= ~(value & W1C);
        break;
    default:
        if (!stm32_write(address, RCC_APB1ENR, value))
            model_complain("write to 0x%08x", (unsigned)address);
    }
}

static void at_rest(void)
{
    if (pecr != 7u)
        model_complain("PECR left at 0x%x, not locked", (unsigned)pecr);
    if (model_busy())
        model_complain("controller left busy");
    if ((sr & W1C) != 0u)
        model_complain("flags left: SR 0x%x", (unsigned)sr);
    if (acr != 0u)
        model_complain("ACR left changed");
    stm32_at_rest();
}

static void protect(uint32_t offset)
{
    wrprot[offset / 4096u / 32u] |= 1u << (offset / 4096u % 32u);
}

static void leave_flags(void)
{
    sr |= W1C;
}

static void leave_unlocked(void)
{
    pecr = 4;
    pe_keys = prg_keys = 2;
}

// With WPRMOD a cleared bit is PCROP.
static void protect_code(uint32_t offset)
{
    optr |= 0x100u;
    wrprot[0] = wrprot[1] = 0xFFFFFFFFu;
    wrprot[offset / 4096u / 32u] &= ~(1u << (offset / 4096u % 32u));
}

static void other_geometry(void)
{
    optr |= 0x800000u; // BFB2
}

static void protect_boot(void)
{
    protect(0);
}

const struct model model = {
    .flash_size = 0x30000u,
    .overwrite = MODEL_NEVER,
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
