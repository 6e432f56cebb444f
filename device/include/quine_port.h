// SPDX-License-Identifier: BSD-3-Clause
// What an integrator or a port provides. A port is a folder on the include path with
//
//   quine_part.h   geometry, see below
//   quine_port_*.c the flash driver
//
// Offsets count from the first byte of flash or store, sizes are
// bytes. All functions block until done. None may be called from an interrupt.
//
// quine_part.h defines:
//   QUINE_FLASH_BASE        address of the first byte of flash
//   QUINE_PROGRAM_UNIT      program unit in bytes: what one program operation writes (1 to 32)
//   QUINE_ERASED            value of an erased byte, 0xFF or 0x00
//   QUINE_APP_OFFSET        first sector of the application: an erase unit border at or above 4096
//   QUINE_MANIFEST_OFFSET   see spec/image.md
//   QUINE_SEAL_OFFSET, QUINE_SEAL_SIZE, QUINE_SEAL_ERASED: on parts that allow zeros over a
//                           programmed unit the seal is 8 bytes behind the manifest, and 0; on the
//                           others it is an erase unit of its own below QUINE_APP_OFFSET, and 1
//   QUINE_VECTORS           entries of the part's vector table, for the start file of Cortex-M0; the only
//                           line for the assembler
//   uint32_t quine_flash_unit(uint32_t offset)   always inlined: first byte of offset's erase unit
//   bool quine_flash_fault(void)   always inlined: whether a read since the last call met an ECC
//                           error that the part's NMI handler has recorded; false on other parts
// and may define
//   QUINE_FLASH_NO_ECC 1    flash has no ECC, so no read fails: boot is a few bytes smaller
// and the integrator's quine_config.h:
//   QUINE_PRODUCT, QUINE_HARDWARE   ids of this product and board revision
//   QUINE_IMAGE_MAX                 bytes of flash from its base that an image may fill; a border of erase units
//   QUINE_ATTEMPTS_MAX              verifications of one staged image that may end in a reset
//   QUINE_FLOOR_OFFSET, QUINE_FLOOR_SIZE   signed builds: bytes of internal flash that neither an install nor the
//                                   store erases (spec/image.md section 6)
//   QUINE_BOOT_CHANGE               0 on devices that refuse each image with another boot sector; 1 if absent
// and what the chosen store asks for. A store is a folder of store/ on the include path with
//
//   quine_store_part.h   QUINE_STORE_OFFSET, first byte of the store: of flash if the store defines QUINE_STORE_MAPPED,
//                        else of its own memory; may come from quine_config.h,
//                        QUINE_STORE_IMAGE, offset of the staged image in the store, and
//                        QUINE_STORE_IMAGE_MAX, the largest image it takes
//   quine_store_*.c      the functions below
#ifndef QUINE_PORT_H
#define QUINE_PORT_H

#include "quine_config.h"
#include "quine_part.h"
#include "quine_store_part.h"

#include <stdint.h>

#ifndef QUINE_BOOT_CHANGE
#define QUINE_BOOT_CHANGE 1
#endif

// First byte that an install may write: those before are kept, and may be write-protected.
#define QUINE_KEPT (QUINE_SEAL_OFFSET < QUINE_APP_OFFSET ? QUINE_SEAL_OFFSET : QUINE_APP_OFFSET)
#define QUINE_FIRST_WRITTEN (QUINE_BOOT_CHANGE ? 0u : QUINE_KEPT)

// Does not compile when offsets, which quine_config.h or a store's settings give, do not fit the part's erase units. No
// _Static_assert can say so, for a port tells its units by a function; but once that is inlined its value is known.
#define QUINE_UNITS_ASSERT(condition, refuse)        \
    do {                                             \
        int fits = (condition);                      \
        if (__builtin_constant_p(fits) && fits == 0) \
            refuse();                                \
    } while (0)

// First byte of flash; the linker fragment places it.
extern uint8_t quine_flash[]; // not const: it changes while boot runs

// Says whether flash can be changed: [QUINE_FIRST_WRITTEN, size) is not write-protected and the supply is high
// enough to erase and program. Clears error flags that the application may have left and sees to caches.
// Called with flash idle, before anything is destroyed.
// Returns QUINE_OK, or QUINE_ERR_IO: boot then leaves everything as it is and says so.
#if !defined(quine_flash_open) // a part with nothing to see to defines it as QUINE_OK
int quine_flash_open(uint32_t size);
#endif

// Erases the unit of internal flash that starts at offset. Runs from RAM inside the boot sector's
// install, so it calls nothing outside this file and keeps no constant in flash.
// Power loss: every byte of the unit may read as before, as erased, or differently at each read.
// Returns QUINE_OK, or QUINE_ERR_IO when the controller reports an error.
int quine_flash_erase(uint32_t offset);

// Programs n bytes at offset. Offset and n, not 0, are multiples of the program unit and of 4, data is 4-byte
// aligned; the units are erased, or data is all zeros on parts that allow zeros over a programmed
// unit. Runs from RAM like quine_flash_erase. Does not read back.
// Power loss: each unit may read as before, as data, or differently at each read.
// Returns QUINE_OK, or QUINE_ERR_IO when the controller reports an error.
int quine_flash_program(uint32_t offset, const void *data, uint32_t n);

// Feeds the watchdog, whether it runs or not. Runs from RAM like quine_flash_erase. Boot calls it for each
// 32 bytes that it reads or programs; no more than two erases come between.
void quine_watchdog(void);

// Resets the part. Runs from RAM like quine_flash_erase.
void quine_reset(void) __attribute__((noreturn));

// Boot's side of the staging store: the least that boot needs, part of the boot sector.

// A store that can be read as memory gives QUINE_STORE_MAPPED in place of the three functions: where it
// lies, as an offset from the first byte of flash, whose driver erases the header.
#if !defined(QUINE_STORE_MAPPED)
// Prepares the store for reading after any reset; a store that answers nothing is no error here.
void quine_boot_store_open(void);

// Reads n bytes at offset; boot asks for words, and for no more than 32 bytes. Runs from RAM like
// quine_flash_erase. Returns QUINE_OK, or QUINE_ERR_IO when the store gives none.
int quine_boot_store_read(uint32_t offset, void *data, uint32_t n);

// Erases the header's erase unit. Runs from RAM like quine_flash_erase.
// Power loss: the header may read as before, as erased, or differently at each read.
int quine_boot_store_consume(void);
#endif

// The application's side of the staging store.

// Geometry of the store; the header lies at 0.
struct quine_store_info {
    uint32_t image_base;   // first byte of the staged image, an erase unit border
    uint32_t image_max;    // largest image
    uint32_t erase_unit;   // all of one size
};
extern const struct quine_store_info quine_store;

// Reads, erases one unit, programs erased bytes; contract as for internal flash.
int quine_store_read(uint32_t offset, void *data, uint32_t n);
int quine_store_erase(uint32_t offset);
int quine_store_program(uint32_t offset, const void *data, uint32_t n);

#endif
