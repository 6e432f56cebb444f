// SPDX-License-Identifier: BSD-3-Clause
// A staging store in a memory of its own, with erase units of its own: host_port.c. Builds with
// store/internal take that folder's file of this name instead.
#ifndef QUINE_STORE_PART_H
#define QUINE_STORE_PART_H

#define QUINE_STORE_IMAGE QUINE_STORE_UNIT
#define QUINE_STORE_IMAGE_MAX (QUINE_STORE_SIZE - QUINE_STORE_UNIT)

#define HOST_STORE_EXTERNAL 1

#endif
