// SPDX-License-Identifier: BSD-3-Clause
// Staging store in an SPI NOR flash, by the commands that JEDEC manufacturers have in common.
// quine_config.h gives
//   QUINE_STORE_OFFSET     first byte of the store in the chip
//   QUINE_STORE_SIZE       its size in bytes
//   QUINE_STORE_UNIT       erase unit: 4096, or 65536; offset and size are multiples
//   QUINE_SPINOR_CLOCK     the fastest SPI clock that boot or application use, in Hz; waits are counted
//                          in frames, so a slower clock only makes them longer
// and may give
//   QUINE_SPINOR_ADDRESS   bytes of an address: 3, or 4 with the commands of chips above 16 MiB
//   QUINE_SPINOR_SECONDS   the longest that the chip may be busy
//   QUINE_SPINOR_PROTECT   bits of the status register that protect the store from being changed; 0
//                          where other parts of the chip are protected on purpose
//   QUINE_SPINOR_UNLOCK    1 for chips that protect all blocks when they start (SST26)
//   QUINE_SPINOR_ERRORS    for chips that report failed operations: the bits, ...
//   QUINE_SPINOR_ERRORS_IN ... the command that reads them, ...
//   QUINE_SPINOR_ERRORS_CLEAR ... and the one that clears them:
//                          0x60, 0x05, 0x30 (Spansion, Cypress S25FL), 0x30, 0x70, 0x50 (Micron N25Q)
#ifndef QUINE_STORE_PART_H
#define QUINE_STORE_PART_H

#ifndef QUINE_SPINOR_ADDRESS
#define QUINE_SPINOR_ADDRESS 3
#endif
#ifndef QUINE_SPINOR_SECONDS
#define QUINE_SPINOR_SECONDS 4u
#endif
#ifndef QUINE_SPINOR_UNLOCK
#define QUINE_SPINOR_UNLOCK 0
#endif
#ifndef QUINE_SPINOR_PROTECT
#define QUINE_SPINOR_PROTECT (QUINE_SPINOR_UNLOCK ? 0u : 0x1Cu) // BP2, BP1, BP0; not in an SST26
#endif
#ifndef QUINE_SPINOR_ERRORS
#define QUINE_SPINOR_ERRORS 0u
#define QUINE_SPINOR_ERRORS_IN 0u
#define QUINE_SPINOR_ERRORS_CLEAR 0u
#endif

#define QUINE_STORE_IMAGE QUINE_STORE_UNIT
#define QUINE_STORE_IMAGE_MAX (QUINE_STORE_SIZE - QUINE_STORE_UNIT)

_Static_assert(QUINE_STORE_UNIT == 4096u || QUINE_STORE_UNIT == 65536u,
               "SPI NOR erases 4 KiB or 64 KiB");
_Static_assert(QUINE_STORE_OFFSET % QUINE_STORE_UNIT == 0u &&
                   QUINE_STORE_SIZE % QUINE_STORE_UNIT == 0u &&
                   QUINE_STORE_SIZE > QUINE_STORE_UNIT,
               "store does not lie on erase unit borders");
_Static_assert(QUINE_SPINOR_ADDRESS == 4 || (QUINE_SPINOR_ADDRESS == 3 &&
                   QUINE_STORE_OFFSET + QUINE_STORE_SIZE <= 0x1000000u),
               "3 address bytes reach 16 MiB");

#endif
