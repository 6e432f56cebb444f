// SPDX-License-Identifier: BSD-3-Clause
// A part that exists only on the host. Its geometry is fixed when it is compiled, as that of any
// part; see quine_config.h.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#include "quine_config.h"

#include <stdbool.h>
#include <stdint.h>

#ifndef HOST_ERASE_UNIT
#define HOST_ERASE_UNIT 1024u
#endif
#ifndef HOST_ERASE_2 // first byte of the second run of erase units, and their size
#define HOST_ERASE_2 0xFFFFFFFFu
#define HOST_ERASE_UNIT_2 HOST_ERASE_UNIT
#endif
#ifndef HOST_ERASE_3
#define HOST_ERASE_3 0xFFFFFFFFu
#define HOST_ERASE_UNIT_3 HOST_ERASE_UNIT
#endif
#ifndef HOST_PROGRAM_UNIT
#define HOST_PROGRAM_UNIT 4u
#endif
#ifndef HOST_ERASED
#define HOST_ERASED 0xFFu // 0x00u: cells erase to zeros
#endif
#ifndef HOST_SEAL_ERASED
#define HOST_SEAL_ERASED 0 // 1: no unit may be programmed twice, the seal has an erase unit of its own
#endif

#ifndef HOST_ECC
#define HOST_ECC 0 // 1: reading a torn unit raises a fault, in watched builds
#endif

#define HOST_BOOT_END ((4096u + HOST_ERASE_UNIT - 1u) / HOST_ERASE_UNIT * HOST_ERASE_UNIT)

#define QUINE_FLASH_BASE 0x08000000u // only compared with what manifests say
#define QUINE_PROGRAM_UNIT HOST_PROGRAM_UNIT
#define QUINE_ERASED HOST_ERASED

#if HOST_SEAL_ERASED
#define QUINE_SEAL_OFFSET HOST_BOOT_END
#define QUINE_SEAL_SIZE HOST_ERASE_UNIT
#define QUINE_SEAL_ERASED 1
#define QUINE_APP_OFFSET (HOST_BOOT_END + HOST_ERASE_UNIT)
#define QUINE_MANIFEST_OFFSET QUINE_APP_OFFSET
#else
#define QUINE_APP_OFFSET HOST_BOOT_END
#define QUINE_MANIFEST_OFFSET QUINE_APP_OFFSET
#define QUINE_SEAL_OFFSET (QUINE_MANIFEST_OFFSET + 128u)
#define QUINE_SEAL_SIZE 8u
#define QUINE_SEAL_ERASED 0
#endif

static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    if (offset >= HOST_ERASE_3)
        return offset - (offset - HOST_ERASE_3) % HOST_ERASE_UNIT_3;
    if (offset >= HOST_ERASE_2)
        return offset - (offset - HOST_ERASE_2) % HOST_ERASE_UNIT_2;
    return offset - offset % HOST_ERASE_UNIT;
}

void host_read(void); // tells the flash model that memories were read
bool host_ecc(void);

static inline __attribute__((always_inline)) bool quine_flash_fault(void)
{
    host_read();
    return host_ecc();
}

#endif
