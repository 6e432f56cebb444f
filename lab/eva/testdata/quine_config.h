// SPDX-License-Identifier: BSD-3-Clause
// Settings of the device that is analysed: small, for Eva goes through each chunk of the image.
#ifndef QUINE_CONFIG_H
#define QUINE_CONFIG_H

#define QUINE_PRODUCT 0x45564151u
#define QUINE_HARDWARE 3u
#define QUINE_IMAGE_MAX 0x2000u
#define QUINE_ATTEMPTS_MAX 3u

#define QUINE_FLOOR_OFFSET 0x2000u
#define QUINE_FLOOR_SIZE 0x20u

#define QUINE_STORE_OFFSET 0x2800u // in flash or in the store's chip
#define QUINE_STORE_SIZE 0x2800u
#define QUINE_STORE_UNIT 0x800u

#endif
