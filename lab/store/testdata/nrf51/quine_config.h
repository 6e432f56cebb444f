// SPDX-License-Identifier: BSD-3-Clause
// Settings with which the sizes of the stores are measured.
#ifndef QUINE_CONFIG_H
#define QUINE_CONFIG_H

#define QUINE_PRODUCT 1u
#define QUINE_HARDWARE 1u
#define QUINE_IMAGE_MAX 0x20000u
#define QUINE_ATTEMPTS_MAX 3u

#define QUINE_STORE_OFFSET 0u
#define QUINE_STORE_SIZE 0x40000u
#define QUINE_STORE_UNIT 4096u
#define QUINE_SPINOR_CLOCK 8000000u
#define QUINE_FRAM_CLOCK 8000000u
#define QUINE_LFS_PATH "staged.img"
#define QUINE_LFS_IMAGE_MAX 0x20000u
#define QUINE_LFS_CACHE 256u

#endif
