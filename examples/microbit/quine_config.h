// SPDX-License-Identifier: BSD-3-Clause
// Quine's settings for this board: lower half of the 256 KiB flash for the application, upper half
// for the staging store, but for the last page: there signed builds keep the security counter's floor.
#ifndef QUINE_CONFIG_H
#define QUINE_CONFIG_H

#define QUINE_PRODUCT 0x4D425431u // "1TBM"
#define QUINE_HARDWARE 1u
#define QUINE_IMAGE_MAX 0x20000u
#define QUINE_ATTEMPTS_MAX 3u

#define QUINE_STORE_OFFSET 0x20000u
#define QUINE_STORE_SIZE 0x1FC00u
#define QUINE_STORE_UNIT 1024u

#define QUINE_FLOOR_OFFSET 0x3FC00u
#define QUINE_FLOOR_SIZE 1024u

#endif
