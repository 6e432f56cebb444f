// SPDX-License-Identifier: BSD-3-Clause
// Settings of the host build. Each HOST_ constant may be given on the compiler's command line; the
// defaults make a small device with the flash of an nRF51.
#ifndef QUINE_CONFIG_H
#define QUINE_CONFIG_H

#ifndef HOST_IMAGE_MAX
#define HOST_IMAGE_MAX 0x4000u // bytes of the application region
#endif
#ifndef HOST_STORE_SIZE
#define HOST_STORE_SIZE 0x4400u
#endif
#ifndef HOST_STORE_UNIT
#define HOST_STORE_UNIT 1024u
#endif
#ifndef HOST_STORE_PROGRAM
#define HOST_STORE_PROGRAM HOST_PROGRAM_UNIT // of a store that is no flash
#endif
#ifndef HOST_STORE_GAP
#define HOST_STORE_GAP 1024u // flash between application and internal store that nobody may touch
#endif

#define QUINE_PRODUCT 0x54534F48u // "HOST"
#define QUINE_HARDWARE 3u
#define QUINE_IMAGE_MAX HOST_IMAGE_MAX
#define QUINE_ATTEMPTS_MAX 3u

#define QUINE_STORE_OFFSET (HOST_IMAGE_MAX + HOST_STORE_GAP) // of store/internal; of another the name of its place
#define QUINE_STORE_SIZE HOST_STORE_SIZE
#define QUINE_STORE_UNIT HOST_STORE_UNIT

#ifndef HOST_FLOOR_SIZE
#define HOST_FLOOR_SIZE 0u // of the security counter's floor, behind all else in flash; signed builds only
#endif
#if defined(HOST_STORE_INTERNAL)
#define QUINE_FLOOR_OFFSET (QUINE_STORE_OFFSET + QUINE_STORE_SIZE)
#else
#define QUINE_FLOOR_OFFSET QUINE_IMAGE_MAX
#endif
#define QUINE_FLOOR_SIZE HOST_FLOOR_SIZE

#endif
