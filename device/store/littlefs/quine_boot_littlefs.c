// SPDX-License-Identifier: BSD-3-Clause
// Boot's side of the staging store in a file: the extents.
#include "quine_error.h"
#include "quine_port.h"
#include "quine_section.h"

void quine_boot_disk_open(void);
int quine_boot_disk_read(uint32_t offset, void *data, uint32_t n);
int quine_boot_disk_consume(void);

QUINE_BOOT_CODE void quine_boot_store_open(void)
{
    quine_boot_disk_open();
}

static QUINE_KERNEL_CODE bool valid(const struct quine_extent *e)
{
    return e->size != 0u && e->offset >= QUINE_LFS_START && e->offset < QUINE_STORE_SIZE &&
           e->size <= QUINE_STORE_SIZE - e->offset;
}

QUINE_KERNEL_CODE int quine_boot_store_read(uint32_t offset, void *data, uint32_t n)
{
    struct quine_extent e;
    uint32_t at = QUINE_LFS_EXTENTS;
    uint8_t *to = data;

    if (offset < QUINE_STORE_IMAGE)
        return quine_boot_disk_read(offset, data, n);
    offset -= QUINE_STORE_IMAGE;
    for (; n > 0u; at += sizeof e) {
        if (at == QUINE_LFS_START || quine_boot_disk_read(at, &e, sizeof e) != QUINE_OK ||
            !valid(&e))
            return QUINE_ERR_IO;
        if (offset >= e.size) {
            offset -= e.size;
            continue;
        }
        uint32_t part = e.size - offset < n ? e.size - offset : n;
        if (quine_boot_disk_read(e.offset + offset, to, part) != QUINE_OK)
            return QUINE_ERR_IO;
        to += part;
        n -= part;
        offset = 0;
    }
    return QUINE_OK;
}

QUINE_KERNEL_CODE int quine_boot_store_consume(void)
{
    return quine_boot_disk_consume();
}
