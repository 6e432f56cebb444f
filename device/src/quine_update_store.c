// SPDX-License-Identifier: BSD-3-Clause
// The staged image in a store that is not encrypted (spec/staging.md section 1).
#include "quine_port.h"
#include "quine_update_parts.h"

int quine_update_store_begin(struct quine_update *u)
{
    (void)u;
    return quine_store_erase(0);
}

int quine_update_store_write(struct quine_update *u)
{
    uint32_t at = quine_store.image_base + u->store.staged;

    if (u->fill == 0u)
        return QUINE_OK;
    if (at % quine_store.erase_unit == 0u) {
        int err = quine_store_erase(at);
        if (err != QUINE_OK)
            return err;
    }
    int err = quine_store_program(at, u->page, u->fill);
    u->store.staged += u->fill;
    u->fill = 0;
    return err;
}

int quine_update_store_read(struct quine_update *u, uint32_t offset, uint32_t n)
{
    return quine_store_read(quine_store.image_base + offset, u->page, n);
}
