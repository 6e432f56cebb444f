// SPDX-License-Identifier: BSD-3-Clause
// Model of the STM32L0 flash interface (RM0367 section 3): pages of 128 bytes, words, erased value 0.
#include "model.h"

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
    PWR_CR = 0x40007000,
    PWR_CSR = 0x40007004,
    IWDG_KR = 0x40003000,
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

static uint32_t acr, pecr, sr, optr, pwr_cr, apb1enr, wrprot[2];
static unsigned pe_keys, prg_keys;
static bool low;

static void power_on(void)
{
    acr = sr = pwr_cr = apb1enr = wrprot[0] = wrprot[1] = 0;
    pecr = 7;
    optr = 0x807000AAu;
    pe_keys = prg_keys = 0;
    low = false;
}

static bool is_protected(uint32_t offset)
{
    uint32_t sector = offset / 4096u;
    return ((wrprot[sector / 32u] >> (sector % 32u)) & 1u) != 0u;
}

static void key(uint32_t value, const uint32_t want[2], unsigned *keys, uint32_t lock)
{
    if ((pecr & lock) == 0u || *keys > 1u || value != want[*keys] ||
        (lock == PRGLOCK && (pecr & PELOCK) != 0u)) {
        model_complain("wrong key sequence: locked until reset (RM0367 3.3.4)");
        *keys = 3;
        return;
    }
    if (++*keys == 2u)
        pecr &= ~lock;
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
    case RCC_APB1ENR:
        return apb1enr;
    case PWR_CR:
        return pwr_cr;
    case PWR_CSR:
        if ((pwr_cr & 0xF0u) != 0x10u)
            model_complain("PVDO read without PVD at 1.9 V");
        return low ? 4u : 0u;
    default:
        model_complain("read of 0x%08x", (unsigned)address);
        return 0;
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
        key(value, pe_want, &pe_keys, PELOCK);
        break;
    case PRGKEYR:
        key(value, prg_want, &prg_keys, PRGLOCK);
        break;
    case SR:
        sr &= ~(value & W1C);
        break;
    case RCC_APB1ENR:
        apb1enr = value;
        break;
    case PWR_CR:
        if ((apb1enr & 0x10000000u) == 0u)
            model_complain("PWR written without its clock");
        pwr_cr = value;
        break;
    case IWDG_KR:
        if (value != 0xAAAAu)
            model_complain("IWDG_KR = 0x%x", (unsigned)value);
        model_fed();
        break;
    default:
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
    if (acr != 0u || pwr_cr != 0u || apb1enr != 0u)
        model_complain("ACR, PWR or RCC left changed");
}

static void protect(uint32_t offset)
{
    wrprot[offset / 4096u / 32u] |= 1u << (offset / 4096u % 32u);
}

static void leave_flags(void)
{
    sr |= W1C;
}

static void supply_low(void)
{
    low = true;
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

const struct model model = {
    .flash_size = 0x30000u,
    .overwrite = MODEL_NEVER,
    .power_on = power_on,
    .read = read_reg,
    .write = write_reg,
    .at_rest = at_rest,
    .protect = protect,
    .protect_code = protect_code,
    .other_geometry = other_geometry,
    .leave_flags = leave_flags,
    .leave_unlocked = leave_unlocked,
    .supply_low = supply_low,
    .hang = model_stick,
};
