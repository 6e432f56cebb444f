// SPDX-License-Identifier: BSD-3-Clause
// What every boot sector tells of itself; which functions follow depends on the build.
#ifndef QUINE_BOOT_INFO_H
#define QUINE_BOOT_INFO_H

#include "quine_internal.h"
#include "quine_section.h"

#include <quine_staged.h>

#if defined(QUINE_STORE_MAPPED)
#define STORE_FLAGS QUINE_BOOT_INTERNAL
#else
#define STORE_FLAGS 0u
#endif

#define QUINE_BOOT_INFO                                                                            \
    {                                                                                              \
        .magic = {'Q', 'U', 'I', 'N', 'E', 'B', 'T', '1'},                                         \
        .boot_abi = QUINE_BOOT_ABI,                                                                \
        .flags = QUINE_DIGEST_FLAGS | QUINE_STAGED_FLAGS | STORE_FLAGS |                           \
                 (QUINE_ERASED == 0x00u ? QUINE_BOOT_ERASED_0 : 0u) |                              \
                 (QUINE_BOOT_CHANGE ? 0u : QUINE_BOOT_FIXED),                                      \
        .load_address = QUINE_FLASH_BASE,                                                          \
        .manifest_offset = QUINE_MANIFEST_OFFSET,                                                  \
        .seal_offset = QUINE_SEAL_OFFSET,                                                          \
        .seal_size = QUINE_SEAL_SIZE,                                                              \
        .hardware = QUINE_HARDWARE,                                                                \
        .image_max = QUINE_IMAGE_MAX,                                                              \
        .store_max = QUINE_STAGED_MAX,                                                             \
        .product = QUINE_PRODUCT,                                                                  \
        .attempts_max = QUINE_ATTEMPTS_MAX,                                                        \
        .program_unit = QUINE_PROGRAM_UNIT,                                                        \
        .store_offset = QUINE_STORE_OFFSET,                                                        \
        .image_base = QUINE_STORE_IMAGE,                                                           \
        .app_vectors = quine_app_vectors,                                                          \
        .record = &quine_ram.record,                                                               \
        .crc32 = quine_crc32,                                                                      \
        .flash_erase = quine_flash_erase,                                                          \
        .flash_program = quine_flash_program,                                                      \
        .reset = quine_reset,                                                                      \
    }

#endif
