// SPDX-License-Identifier: BSD-3-Clause
// The floor of the security counter: entries that are only ever added (spec/image.md section 6).
//
// A cut while an entry is programmed may leave it weak: valid at one read and not at the next. Such an
// entry may refuse what is below it, which is right, but nothing may rely on it. So a floor counts as raised
// only once two entries say so: of these one is whole, unless two cuts have met entries of that counter.
// lab/model checks these rules.
#include "quine_error.h"
#include "quine_internal.h"
#include "quine_section.h"
#include "quine_signed.h"

#define UNIT (QUINE_PROGRAM_UNIT > 8u ? QUINE_PROGRAM_UNIT : 8u) // bytes of an entry
#define ERASED_WORD (QUINE_ERASED * 0x01010101u)

#define ENTRY(offset) ((const volatile uint32_t *)(const void *)QUINE_FLASH(offset))
#define END (QUINE_FLOOR_OFFSET + QUINE_FLOOR_SIZE)

_Static_assert(QUINE_FLOOR_SIZE % UNIT == 0u && QUINE_FLOOR_OFFSET % UNIT == 0u, "the floor is whole entries");
_Static_assert(QUINE_FLOOR_OFFSET >= QUINE_IMAGE_MAX, "an install would erase the floor");

#if defined(QUINE_STORE_MAPPED)
_Static_assert(QUINE_FLOOR_OFFSET >= QUINE_STORE_IMAGE_MAX + QUINE_STORE_MAPPED + QUINE_STORE_IMAGE ||
                   QUINE_FLOOR_OFFSET + QUINE_FLOOR_SIZE <= QUINE_STORE_MAPPED,
               "an update would erase the floor with the store");
#endif

// Flash is asked about a fault after every read, or an entry that a cut tore would cost the next one.
QUINE_KERNEL_CODE uint64_t quine_floor_look(uint32_t counter)
{
    uint32_t at = QUINE_FLOOR_OFFSET;
    uint32_t last = at;
    uint32_t above = 0;

    do {
        quine_watchdog();
        uint32_t value = ENTRY(at)[0];
        bool whole = value == ~ENTRY(at)[1];
        bool fault = quine_flash_fault();
        if (fault || value != ERASED_WORD)
            last = at;
        if (!fault && whole && value > counter)
            above++;
        at += UNIT;
    } while (at < END);
    return above | (uint64_t)last << 32;
}

// One faulty instruction may have made quine_authentic say QUINE_OK. It cannot have made the two sides of the equation
// equal that the signature comes down to, of which this compares 64 bits. Nor does it hide from here that counter is
// below the floor.
//
// Entries are added behind the last that does not read blank. If that has another counter, one more is left
// alone: a cut may have torn it, and with two counters in it it could read as a third.
QUINE_KERNEL_CODE uint32_t quine_floor_raise(uint32_t counter, uint32_t to)
{
    const uint32_t *left = quine_signed.p256.reg;
    const uint32_t *right = left + 8;
    uint32_t difference = (right[7] ^ left[7]) | (right[0] ^ left[0]);
    uint32_t entry[UNIT / 4u];

    if (difference > 0u)
        return difference;
    if ((left[0] | left[7]) < 1u)
        return 1u;
    uint32_t at = (uint32_t)(quine_floor_look(to) >> 32);
    bool same = ENTRY(at)[0] == to;
    if (quine_flash_fault() || !same)
        at += UNIT;
    // No counter is below 0. What does not become a whole entry is followed by another.
    while (to != 0u && (at += UNIT) < END && quine_floor_above(to - 1u) < 2u) {
        entry[0] = to;
        entry[1] = ~to;
        for (uint32_t i = 2; i < UNIT / 4u; i++)
            entry[i] = ERASED_WORD;
        (void)quine_flash_program(at, entry, UNIT);
    }
    return quine_floor_above(counter);
}
