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

QUINE_KERNEL_CODE uint32_t quine_floor_from(uint32_t counter)
{
    uint32_t n = 0;

    for (uint32_t at = 0; at < QUINE_FLOOR_SIZE; at += UNIT) {
        const volatile uint32_t *entry = ENTRY(at);
        uint32_t value = entry[0];
        if (value == ~entry[1] && value >= counter && !quine_flash_fault())
            n++;
    }
    return n;
}

// What does not become a whole entry, because a cut has left it weak while it reads blank, is followed by
// another.
QUINE_KERNEL_CODE void quine_floor_raise(uint32_t counter)
{
    uint32_t entry[UNIT / 4u];

    for (uint32_t at = 0; at < QUINE_FLOOR_SIZE && quine_floor_from(counter) < 2u; at += UNIT) {
        if (*ENTRY(at) != ERASED_WORD || quine_flash_fault())
            continue;
        entry[0] = counter;
        entry[1] = ~counter;
        for (uint32_t i = 2; i < UNIT / 4u; i++)
            entry[i] = ERASED_WORD;
        (void)quine_flash_program(QUINE_FLOOR_OFFSET + at, entry, UNIT);
    }
}
