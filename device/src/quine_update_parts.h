// SPDX-License-Identifier: BSD-3-Clause
// The parts of the update client that builds have each in their own way.
#ifndef QUINE_UPDATE_PARTS_H
#define QUINE_UPDATE_PARTS_H

#include "quine.h"

// Decides whether the announced image is authentic, as far as that is known before there is one. May use the
// place of the stream, which it leaves as if it had just begun.
// Returns QUINE_OK, QUINE_ERR_ROLLBACK or QUINE_ERR_SIGNATURE; a build that takes unsigned images QUINE_OK.
int quine_update_authentic(struct quine_update *u);

// Reads the staged image and decides whether it has the announced digest. May use the place of the stream.
// Returns QUINE_OK, QUINE_ERR_DIGEST or QUINE_ERR_IO.
int quine_update_digest(struct quine_update *u);

// Takes n bytes of header and stream, decides by the header as soon as it is complete, and makes as much of the image
// as the stream allows.
// Returns QUINE_OK, an error of the header or the stream, or QUINE_ERR_IO.
int quine_update_take(struct quine_update *u, const uint8_t *in, size_t n);

// Erases the store's header, and makes ready to write the image.
// Power loss: the store has no header, or the one of before.
// Returns QUINE_OK or QUINE_ERR_IO.
int quine_update_store_begin(struct quine_update *u);

// Writes the page behind what is staged, erasing each unit as the first byte reaches it, whatever it reads.
// Returns QUINE_OK or QUINE_ERR_IO.
int quine_update_store_write(struct quine_update *u);

// Reads n bytes of the staged image, no more than a page, from offset into the page; both are multiples of 32.
// Returns QUINE_OK or QUINE_ERR_IO.
int quine_update_store_read(struct quine_update *u, uint32_t offset, uint32_t n);

#endif
