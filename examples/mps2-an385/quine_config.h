// SPDX-License-Identifier: BSD-3-Clause
// Quine's settings for this board: lower half of the 256 KiB flash for the application, upper half
// for the staging store, but for the last sector: there signed builds keep the security counter's floor.
#ifndef QUINE_CONFIG_H
#define QUINE_CONFIG_H

#define QUINE_PRODUCT 0x3253504Du // "MPS2"
#define QUINE_HARDWARE 385u
#define QUINE_IMAGE_MAX 0x20000u
#define QUINE_ATTEMPTS_MAX 3u

#define QUINE_STORE_OFFSET 0x20000u
#define QUINE_STORE_SIZE 0x1F000u
#define QUINE_STORE_UNIT 4096u

#define QUINE_FLOOR_OFFSET 0x3F000u
#define QUINE_FLOOR_SIZE 4096u

#endif
