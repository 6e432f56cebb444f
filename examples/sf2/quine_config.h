// SPDX-License-Identifier: BSD-3-Clause
// Quine's settings for this board: 32 KiB for the application, and a staging store of two 64 KiB units
// in the middle of the 16 MiB SPI NOR flash, whose other parts are not touched.
#ifndef QUINE_CONFIG_H
#define QUINE_CONFIG_H

#define QUINE_PRODUCT 0x20324653u // "SF2 "
#define QUINE_HARDWARE 1u
#define QUINE_IMAGE_MAX 0x8000u
#define QUINE_ATTEMPTS_MAX 3u

#define QUINE_STORE_OFFSET 0x800000u
#define QUINE_STORE_SIZE 0x20000u
#define QUINE_STORE_UNIT 65536u
#define QUINE_SPINOR_CLOCK 35500000u
// Spansion S25FL128S: erase and program errors are bits 5 and 6 of the status register.
#define QUINE_SPINOR_ERRORS 0x60u
#define QUINE_SPINOR_ERRORS_IN 0x05u
#define QUINE_SPINOR_ERRORS_CLEAR 0x30u

#endif
