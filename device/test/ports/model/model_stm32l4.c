// SPDX-License-Identifier: BSD-3-Clause
// Model of the flash interface of STM32L4, STM32G0 and STM32G4 (section 3 of RM0351, RM0444, RM0440):
// double words with ECC, pages of 2 KiB. L4 and G4 have two banks, a G0 has them with QUINE_DBANK.
#include "model_stm32.h"

#include "quine_part.h"

#include <stddef.h>

enum { L4, G0, G4 };
#ifndef MODEL_VARIANT
#define MODEL_VARIANT L4
#endif

enum {
    ACR = 0x40022000,
    KEYR = 0x40022008,
    SR = 0x40022010,
    CR = 0x40022014,
    ECCR = 0x40022018,
    ECC2R = 0x4002201C,
    OPTR = 0x40022020,
    OPTIONS = 0x40022024, // PCROP and WRP registers
    OPTIONS_END = 0x4002205C,
};

#ifdef QUINE_DBANK
#define DBANK 1
#else
#define DBANK 0
#endif

#define TWO_BANKS (MODEL_VARIANT != G0 || DBANK)
#define FLASH_SIZE (TWO_BANKS ? 2u * QUINE_BANK_SIZE : 0x20000u)
#define BUSY (MODEL_VARIANT == G0 ? 0x50000u : 0x10000u)
#define CFGBSY 0x40000u
#define BKER (MODEL_VARIANT == G0 ? 0x2000u : 0x800u)
// A page number in CR. A part has the bits for as many pages as it has; the others read 0.
#define PNB_MASK (MODEL_VARIANT == G0 ? 0x1FF8u : MODEL_VARIANT == G4 ? 0x3F8u : 0x7F8u)
#define CR_BITS (0xC0000000u | STRT | BKER | PNB_MASK | 3u)
#define BANK2_PAGE (MODEL_VARIANT == G0 ? 256u : 0u) // number of the first page of bank 2 (RM0444 3.3.1)
#define CACHES (MODEL_VARIANT == G0 ? 0x200u : 0x600u)
#define ACR_RESET 0x600u
#define W1C 0xC3FBu
#define PEMPTY 0x20000u
#define EMPTY 0x10000u
#define CR_LOCK 0x80000000u
#define LOCK 0xC0000000u // and OPTLOCK
#define STRT 0x10000u
#define PROGERR 0x8u
#define WRPERR 0x10u
#define PGAERR 0x20u
#define SIZERR 0x40u
#define PGSERR 0x80u

void quine_nmi(void);

static uint32_t acr, sr, cr, eccr, ecc2r, optr;
static unsigned keys;
static uint32_t options[14]; // from OPTIONS on
static uint8_t buffer[8]; // the double word being written
static uint32_t first;    // its offset, or 1 when none is
static bool empty;        // what the flag says
static bool cfgbsy;

static void power_on(void)
{
    acr = ACR_RESET & (CACHES | 0x400u);
    sr = eccr = ecc2r = 0;
    optr = MODEL_VARIANT == G4 ? 0x400000u : MODEL_VARIANT == G0 ? 0x300000u : 0u;
    cr = LOCK;
    keys = 0;
    stm32_power_on();
    first = 1;
    empty = cfgbsy = false;
    for (int i = 0; i < 14; i++)
        options[i] = i % 2 == 1 ? 0u : MODEL_VARIANT == G0 ? 0x1FFu : 0xFFFFu; // PCROP: no area
    for (uint32_t i = 0x2C; i <= 0x50; i += i == 0x30 ? 0x1C : 4)
        options[(i - 0x24) / 4] = 0xFFu; // WRP: no area
}

static bool is_protected(uint32_t offset)
{
    bool second = offset >= QUINE_BANK_SIZE;
    uint32_t page = (offset - (second ? QUINE_BANK_SIZE : 0u)) / 2048u;
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t wrp = options[((second ? 0x4Cu : 0x2Cu) - 0x24u) / 4u + i];
        if ((wrp & 0xFFu) <= page && page <= (wrp >> 16 & 0xFFu))
            return true;
    }
    return false;
}

static bool ready(const char *what)
{
    if (model_busy() || first != 1u)
        model_complain("%s while BSY", what);
    if ((acr & CACHES) != 0u)
        model_complain("%s with caches on", what);
    if ((sr & W1C) != 0u) {
        model_complain("%s while error flags are set (RM0351 3.3.7)", what);
        sr |= PGSERR;
        return false;
    }
    return true;
}

static void erase(void)
{
    bool second = (cr & BKER) != 0u;
    uint32_t page = (cr & PNB_MASK) / 8u;
    uint32_t in_bank = (page - (second ? BANK2_PAGE : 0u)) * 2048u;
    uint32_t offset = in_bank + (second ? QUINE_BANK_SIZE : 0u);
    if (!ready("erase"))
        return;
    if (second && !TWO_BANKS)
        model_complain("BKER set in a part of one bank");
    if (in_bank >= (TWO_BANKS ? QUINE_BANK_SIZE : FLASH_SIZE))
        model_complain("erase of page %u, which does not exist", (unsigned)page);
    else if (is_protected(offset))
        sr |= WRPERR;
    else {
        if (offset == 0u && MODEL_VARIANT != G4 && !empty)
            model_complain("first page erased and the empty flag not set");
        model_start_erase(offset, 2048, 400);
    }
}

static void write_cr(uint32_t value)
{
    if (first != 1u || cfgbsy)
        model_complain("CR written between two words or while CFGBSY");
    if (!stm32_open(cr, CR_LOCK, LOCK, value))
        return;
    if ((value & 0x3u) == 0x3u)
        model_complain("PG and PER together");
    if ((value & STRT) != 0u && (cr & 0x2u) == 0u)
        model_complain("STRT without PER set before");
    cr = value & CR_BITS & ~STRT;
    if ((value & CR_LOCK) != 0u) {
        cr = LOCK;
        keys = 0;
    }
    if ((value & STRT) != 0u)
        erase();
}

static void program(uint32_t offset, unsigned width, uint32_t value)
{
    if ((cr & 0x1u) == 0u || (cr & CR_LOCK) != 0u) {
        model_complain("flash written without PG");
        sr |= PGSERR;
        return;
    }
    if (width != 4u || offset % 8u != (first == 1u ? 0u : 4u) ||
        (first != 1u && offset != first + 4u)) {
        model_complain("not the two words of one double word in a row");
        sr |= width != 4u ? SIZERR : PGAERR;
        first = 1;
        return;
    }
    model_bytes(buffer + offset % 8u, 4, value);
    if (offset % 8u == 0u) {
        if (ready("program"))
            first = offset;
        return;
    }
    first = 1;
    if (is_protected(offset))
        sr |= WRPERR;
    else if (!model_erased(offset - 4u, 8) && !model_zeros(buffer, 8))
        sr |= PROGERR;
    else
        model_start_program(offset - 4u, 8, buffer, 3);
}

// CFGBSY of the G0 stays a little longer than BSY1.
static uint32_t busy_bits(void)
{
    if (model_poll() || first != 1u) {
        cfgbsy = MODEL_VARIANT == G0;
        return BUSY;
    }
    bool was = cfgbsy;
    cfgbsy = false;
    return was ? CFGBSY : 0u;
}

static uint32_t read_reg(uint32_t address, unsigned width)
{
    uint32_t offset;
    if (model_in_flash(address, &offset)) {
        if (model_busy())
            model_complain("flash read while BSY");
        return offset == 0u ? model_word0() : 0u;
    }
    if (width != 4u)
        model_complain("register read %u bytes wide", width);
    switch (address) {
    case ACR:
        return acr | (MODEL_VARIANT == G0 && empty ? EMPTY : 0u);
    case SR:
        return sr | busy_bits() | (MODEL_VARIANT == L4 && empty ? PEMPTY : 0u);
    case CR:
        return cr;
    case ECCR:
        return eccr;
    case ECC2R:
        return MODEL_VARIANT == G0 ? ecc2r : 0u;
    case OPTR:
        return optr;
    default:
        if (address >= OPTIONS && address < OPTIONS_END)
            return options[(address - OPTIONS) / 4u];
        model_complain("read of 0x%08x", (unsigned)address);
        return 0;
    }
}

static void write_acr(uint32_t value)
{
    if ((((acr | value) << 2) & value & (CACHES << 2)) != 0u)
        model_complain("cache reset while it is on (RM0351 3.7.1)");
    if (MODEL_VARIANT == G0) {
        empty = (value & EMPTY) != 0u;
        value &= ~EMPTY;
    }
    acr = value;
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
        write_acr(value);
        break;
    case KEYR:
        stm32_key(&cr, CR_LOCK, stm32_keys, &keys, value);
        break;
    case SR:
        sr &= ~(value & W1C);
        if (MODEL_VARIANT == L4 && (value & PEMPTY) != 0u)
            empty = !empty;
        break;
    case CR:
        write_cr(value);
        break;
    case ECCR:
        eccr &= ~(value & 0xF0000000u);
        break;
    case ECC2R:
        ecc2r &= ~(value & 0xF0000000u);
        break;
    default:
        if (!stm32_write(address, 0, value))
            model_complain("write to 0x%08x", (unsigned)address);
    }
}

static void at_rest(void)
{
    if (cr != LOCK)
        model_complain("CR left at 0x%08x, not locked", (unsigned)cr);
    if (model_busy() || first != 1u)
        model_complain("controller left busy");
    if ((sr & W1C) != 0u)
        model_complain("error flags left: SR 0x%x", (unsigned)sr);
    if ((acr & CACHES) != (ACR_RESET & CACHES) || (acr & 0x1800u) != 0u)
        model_complain("caches left changed: ACR 0x%x", (unsigned)acr);
    if (MODEL_VARIANT != G4 && empty != (model_word0() == 0xFFFFFFFFu) && !model_busy() &&
        model_word0_touched())
        model_complain("empty flag is %d", empty);
}

static void protect(uint32_t offset)
{
    bool second = offset >= QUINE_BANK_SIZE;
    uint32_t page = (offset - (second ? QUINE_BANK_SIZE : 0u)) / 2048u;
    // one of the two areas of the bank, by turns
    options[((second ? 0x4Cu : 0x2Cu) - 0x24u) / 4u + page % 2u] = page << 16 | page;
}

static void protect_boot(void)
{
    options[(0x2Cu - 0x24u) / 4u] = 1u << 16; // pages 0 and 1
}

static void leave_flags(void)
{
    sr |= 0xC3FAu;
}

// A torn double word was read, in the second bank each other time.
static void double_error(void)
{
    static bool second;
    *(second && MODEL_VARIANT == G0 && TWO_BANKS ? &ecc2r : &eccr) |= 0xC0000000u;
    second = !second;
}

static void leave_unlocked(void)
{
    cr = 0x40000000u;
    keys = 2;
}

// The areas of a bank by turns where it has two.
static void protect_code(uint32_t offset)
{
    uint32_t unit = MODEL_VARIANT == G0 ? 512u : 8u;
    uint32_t area = offset >= QUINE_BANK_SIZE ? (0x44u - 0x24u) / 4u : 0u;
    static bool second;
    second = !second;
    if (MODEL_VARIANT == G0 && second)
        area += (0x34u - 0x24u) / 4u;
    if (offset >= QUINE_BANK_SIZE)
        offset -= QUINE_BANK_SIZE;
    options[area] = offset / unit;
    options[area + 1u] = offset / unit | 0x80000000u; // PCROP_RDP
}

static void other_geometry(void)
{
    optr ^= MODEL_VARIANT == G0 ? 0x100000u : 0x500000u; // nSWAP_BANK; BFB2, and DBANK of the G4
}

const struct model model = {
    .flash_size = FLASH_SIZE,
    .overwrite = MODEL_REFUSES,
    .power_on = power_on,
    .read = read_reg,
    .write = write_reg,
    .at_rest = at_rest,
    .protect = protect,
    .protect_boot = protect_boot,
    .protect_code = protect_code,
    .other_geometry = TWO_BANKS ? other_geometry : NULL,
    .leave_flags = leave_flags,
    .leave_unlocked = leave_unlocked,
    .hang = model_stick,
    .double_error = double_error,
    .nmi = quine_nmi,
};
