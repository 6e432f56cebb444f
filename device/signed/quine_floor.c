// SPDX-License-Identifier: BSD-3-Clause
// The floor of the security counter: entries that are only ever added (spec/image.md section 6).
//
// A cut while an entry is programmed may leave it weak: valid at one read and not at the next. Such an
// entry may refuse what is below it, which is right, but nothing may rely on it. So a floor counts as raised
// only once two entries say so: of these one is whole, unless two cuts in a row have met an entry.
#include "quine_error.h"
#include "quine_internal.h"
#include "quine_section.h"
#include "quine_signed.h"

#define UNIT (QUINE_PROGRAM_UNIT > 8u ? QUINE_PROGRAM_UNIT : 8u) // bytes of an entry
#define ERASED_WORD (QUINE_ERASED * 0x01010101u)

#define ENTRY(offset) ((const volatile uint32_t *)(const void *)QUINE_FLASH(QUINE_FLOOR_OFFSET + (offset)))

_Static_assert(QUINE_FLOOR_SIZE % UNIT == 0u && QUINE_FLOOR_OFFSET % UNIT == 0u, "the floor is whole entries");
_Static_assert(QUINE_FLOOR_OFFSET >= QUINE_IMAGE_MAX, "an install would erase the floor");

#if defined(QUINE_STORE_MAPPED)
_Static_assert(QUINE_FLOOR_OFFSET >= QUINE_STORE_IMAGE_MAX + QUINE_STORE_MAPPED + QUINE_STORE_IMAGE ||
                   QUINE_FLOOR_OFFSET + QUINE_FLOOR_SIZE <= QUINE_STORE_MAPPED,
               "an update would erase the floor with the store");
#endif

// Flash is asked about a fault after every read, or an entry that a cut tore would cost the next one.
QUINE_KERNEL_CODE uint32_t quine_floor_above(uint32_t counter)
{
    const volatile uint32_t *entry = ENTRY(QUINE_FLOOR_SIZE);
    uint32_t n = 0;

    do {
        quine_watchdog();
        entry -= UNIT / 4u;
        uint32_t value = entry[0];
        bool whole = value == ~entry[1];
        if (!quine_flash_fault() && whole && value > counter)
            n++;
    } while (entry > ENTRY(0));
    return n;
}

// What does not become a whole entry, because a cut has left it weak while it reads blank, is followed by
// another.
QUINE_KERNEL_CODE void quine_floor_raise(uint32_t counter)
{
    uint32_t entry[UNIT / 4u];

    // No counter is below 0.
    for (uint32_t at = 0; at < QUINE_FLOOR_SIZE && counter != 0u && quine_floor_above(counter - 1u) < 2u; at += UNIT) {
        bool blank = *ENTRY(at) == ERASED_WORD;
        if (quine_flash_fault() || !blank)
            continue;
        entry[0] = counter;
        entry[1] = ~counter;
        for (uint32_t i = 2; i < UNIT / 4u; i++)
            entry[i] = ERASED_WORD;
        (void)quine_flash_program(QUINE_FLOOR_OFFSET + at, entry, UNIT);
    }
}
