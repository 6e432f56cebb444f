// SPDX-License-Identifier: BSD-3-Clause
// Staging store in internal flash. quine_config.h gives, in bytes:
//   QUINE_STORE_OFFSET   first byte of the store, from the flash base
//   QUINE_STORE_SIZE     its size
//   QUINE_STORE_UNIT     erase unit of this part of flash; offset and size are multiples
#ifndef QUINE_STORE_PART_H
#define QUINE_STORE_PART_H

#define QUINE_STORE_MAPPED QUINE_STORE_OFFSET
#define QUINE_STORE_IMAGE QUINE_STORE_UNIT
#define QUINE_STORE_IMAGE_MAX (QUINE_STORE_SIZE - QUINE_STORE_UNIT)

_Static_assert(QUINE_STORE_OFFSET >= QUINE_IMAGE_MAX, "store overlaps the application region");
_Static_assert(QUINE_STORE_OFFSET % QUINE_STORE_UNIT == 0 &&
                   QUINE_STORE_SIZE % QUINE_STORE_UNIT == 0,
               "store does not lie on erase unit borders");

#endif
