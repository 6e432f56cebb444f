// SPDX-License-Identifier: BSD-3-Clause
// Quine's settings for this board: the first 128 KiB for the application, two units of 128 KiB behind
// them for the staging store, header and image, and one for the security counter's floor of signed builds.
#ifndef QUINE_CONFIG_H
#define QUINE_CONFIG_H

#define QUINE_PRODUCT 0x3253504Du // "MPS2"
#define QUINE_HARDWARE 386u
#define QUINE_IMAGE_MAX 0x20000u
#define QUINE_ATTEMPTS_MAX 3u

#define QUINE_STORE_OFFSET 0x20000u
#define QUINE_STORE_SIZE 0x40000u
#define QUINE_STORE_UNIT 0x20000u

#define QUINE_FLOOR_OFFSET 0x60000u
#define QUINE_FLOOR_SIZE 4096u

#endif
