// SPDX-License-Identifier: BSD-3-Clause
// Staging store in a file of littlefs, on a disk that is another of Quine's stores (spinor, ...):
//
//   unit 0          the staging header, as in every store
//   unit 1          the extents: where in the disk the staged image lies
//   units from 2    littlefs, one unit a block, with the staged image in the file QUINE_LFS_PATH
//
// Boot knows nothing of littlefs: it follows the extents, and the image's digest says whether they led
// to the right bytes. A file that is not written keeps its blocks in littlefs, so the extents stay true
// until the next update, whatever the application does to other files. It must leave this one alone:
// without it a device that loses power in an install cannot be repaired.
//
// For another file system write the like of quine_store_littlefs.c; boot's side is the same.
//
// The disk is the store's own files, compiled with their folder first on the include path and
// `-include quine_disk.h`, which gives their functions other names. quine_config.h gives what that
// store asks for, of which QUINE_STORE_SIZE is the size of the whole disk, and
//   QUINE_LFS_PATH        path of the file, a string
//   QUINE_LFS_IMAGE_MAX   largest image
//   QUINE_LFS_CACHE       bytes of each of littlefs's caches, a divisor of QUINE_STORE_UNIT
#ifndef QUINE_STORE_PART_H
#define QUINE_STORE_PART_H

#define QUINE_STORE_IMAGE QUINE_STORE_UNIT
#define QUINE_STORE_IMAGE_MAX QUINE_LFS_IMAGE_MAX

#define QUINE_LFS_EXTENTS QUINE_STORE_UNIT
#define QUINE_LFS_START (2u * QUINE_STORE_UNIT)
#define QUINE_LFS_BLOCKS (QUINE_STORE_SIZE / QUINE_STORE_UNIT - 2u)

// An extent: bytes of the image that lie together in the disk. They fill unit 1 from its start; an
// erased one ends them.
#include <stdint.h>
struct quine_extent {
    uint32_t offset;
    uint32_t size;
};

_Static_assert(QUINE_LFS_IMAGE_MAX < (QUINE_STORE_UNIT / sizeof(struct quine_extent) - 1u) *
                                         (QUINE_STORE_UNIT - 128u),
               "the extents of such an image fill more than a unit");
_Static_assert(QUINE_STORE_UNIT % QUINE_LFS_CACHE == 0u, "a block is not made of caches");

#endif
