// SPDX-License-Identifier: BSD-3-Clause
// Settings of the stores' host tests; the compiler's command line may say otherwise.
#ifndef QUINE_CONFIG_H
#define QUINE_CONFIG_H

#define QUINE_PRODUCT 0x54534F48u // "HOST"
#define QUINE_HARDWARE 1u
#define QUINE_IMAGE_MAX 0x4000u
#define QUINE_ATTEMPTS_MAX 3u

#ifndef QUINE_STORE_UNIT
#define QUINE_STORE_UNIT 4096u
#endif
#ifndef QUINE_STORE_OFFSET
#define QUINE_STORE_OFFSET (2u * QUINE_STORE_UNIT)
#endif
#ifndef QUINE_STORE_SIZE
#define QUINE_STORE_SIZE (5u * QUINE_STORE_UNIT)
#endif

#define QUINE_SPINOR_CLOCK 1000000u
#define QUINE_FRAM_CLOCK 1000000u

#endif
