// SPDX-License-Identifier: BSD-3-Clause
// How a patch reaches the example: pieces of at most 64 bytes, each acknowledged.
//
//   host:   n, n bytes, sum of the n bytes modulo 256      n = 0 ends the patch
//   device: "+" for each piece that the update client took
#ifndef TRANSPORT_H
#define TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#define TRANSPORT_PIECE_MAX 64u

// Receives one piece; *n is its length, 0 at the end of the patch.
// Returns QUINE_OK, or QUINE_ERR_IO when the line is silent for a second or the sum is wrong.
int transport_receive(uint8_t piece[TRANSPORT_PIECE_MAX], size_t *n);

// Tells the sender that the piece was taken.
void transport_accept(void);

#endif
