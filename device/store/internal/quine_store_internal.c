// SPDX-License-Identifier: BSD-3-Clause
// Staging store in internal flash, behind the application's region.
//
// The application's side reaches flash through the boot sector's functions.
#include "quine_boot.h"
#include "quine_error.h"
#include "quine_port.h"

#include <string.h>

const struct quine_store_info quine_store = {
    .image_base = QUINE_STORE_IMAGE,
    .image_max = QUINE_STORE_IMAGE_MAX,
    .erase_unit = QUINE_STORE_UNIT,
};

int quine_store_read(uint32_t offset, void *data, uint32_t n)
{
    memcpy(data, quine_flash + QUINE_STORE_OFFSET + offset, n);
    return QUINE_OK;
}

void quine_store_has_other_units(void)
    __attribute__((error("the store is not whole erase units of QUINE_STORE_UNIT bytes: an update would erase what lies around it")));

// Whether a unit of the store is one of the flash.
#define IS_UNIT(at) (quine_flash_unit(at) == (at) && quine_flash_unit((at) + QUINE_STORE_UNIT - 1u) == (at))

int quine_store_erase(uint32_t offset)
{
    QUINE_UNITS_ASSERT(IS_UNIT(QUINE_STORE_OFFSET) && IS_UNIT(QUINE_STORE_OFFSET + QUINE_STORE_SIZE - QUINE_STORE_UNIT) &&
                           quine_flash_unit(QUINE_STORE_OFFSET + QUINE_STORE_SIZE) == QUINE_STORE_OFFSET + QUINE_STORE_SIZE,
                       quine_store_has_other_units);
    return quine_boot()->flash_erase(QUINE_STORE_OFFSET + offset);
}

int quine_store_program(uint32_t offset, const void *data, uint32_t n)
{
    return quine_boot()->flash_program(QUINE_STORE_OFFSET + offset, data, n);
}
