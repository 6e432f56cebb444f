// SPDX-License-Identifier: BSD-3-Clause
// Staging store in a file of the host, for tools, simulators and tests. quine_config.h gives
//   QUINE_STORE_SIZE   its size in bytes
//   QUINE_STORE_UNIT   what counts as an erase unit; the size is a multiple
#ifndef QUINE_STORE_PART_H
#define QUINE_STORE_PART_H

#define QUINE_STORE_IMAGE QUINE_STORE_UNIT
#define QUINE_STORE_IMAGE_MAX (QUINE_STORE_SIZE - QUINE_STORE_UNIT)

_Static_assert(QUINE_STORE_SIZE % QUINE_STORE_UNIT == 0u && QUINE_STORE_SIZE > QUINE_STORE_UNIT,
               "store is not made of units");

// Uses the file at path from here on; what it lacks to the store's size is added, erased.
// Returns QUINE_OK, or QUINE_ERR_IO when the file cannot be opened, made or extended.
int quine_store_file_open(const char *path);

// Closes the file. Returns QUINE_OK or QUINE_ERR_IO.
int quine_store_file_close(void);

#endif
