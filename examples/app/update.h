// SPDX-License-Identifier: BSD-3-Clause
// How a patch that arrives in pieces becomes an update, whatever carries it.
#ifndef UPDATE_H
#define UPDATE_H

#include "quine.h"

// Starts the upload of a patch of size bytes. name, of at most 32 bytes, tells patches apart: an upload
// of the same patch goes on where it stopped, unless name_size is 0.
// Returns QUINE_OK, QUINE_ERR_PENDING, or QUINE_ERR_SIZE for a name too long.
int upload_begin(uint32_t size, const uint8_t *name, size_t name_size);

// Takes n bytes of the patch at an offset; those of another offset than upload_offset() are dropped.
// With the last byte the new image is checked and marked for boot to install.
// Returns QUINE_OK or the error that has ended the upload.
int upload_take(uint32_t offset, const uint8_t *data, size_t n);

// Returns how many bytes of the patch were taken, 0 when nothing is being uploaded.
uint32_t upload_offset(void);

// Says whether the whole patch was taken.
bool upload_done(void);

// Drops what was uploaded. Returns as quine_update_abort.
int upload_abort(void);

// Reads the id of the image that waits in the staging store, and its version, 0.0.0 if it was staged before the
// last reset.
// Returns QUINE_OK or QUINE_ERR_IO.
int staged_version(struct quine_version *version);

#endif
