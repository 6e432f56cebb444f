// SPDX-License-Identifier: BSD-3-Clause
// Settings of the port tests; lab/ports gives the sizes on the compiler's command line.
#ifndef QUINE_CONFIG_H
#define QUINE_CONFIG_H

#ifndef PORT_IMAGE_MAX
#define PORT_IMAGE_MAX 0x8000u
#define PORT_STORE_SIZE 0x8000u
#define PORT_STORE_UNIT 0x1000u
#endif

#define QUINE_PRODUCT 0x54524F50u // "PORT"
#define QUINE_HARDWARE 1u
#define QUINE_IMAGE_MAX PORT_IMAGE_MAX
#define QUINE_ATTEMPTS_MAX 3u

#define QUINE_STORE_OFFSET PORT_IMAGE_MAX
#define QUINE_STORE_SIZE PORT_STORE_SIZE
#define QUINE_STORE_UNIT PORT_STORE_UNIT

#endif
