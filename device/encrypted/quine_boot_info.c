// SPDX-License-Identifier: BSD-3-Clause
// The boot sector's record of an encrypted build. The application knows its start by the name that every
// build has.
#include "quine_boot_info.h"
#include "quine_encrypted.h"

extern const struct quine_boot_encrypted quine_boot_encrypted __asm__("quine_boot_info");

const QUINE_BOOT_DATA __attribute__((used)) struct quine_boot_encrypted quine_boot_encrypted = {
    .signed_build =
        {
            .info = QUINE_BOOT_INFO,
            .sha256_init = quine_sha256_init,
            .sha256_update = quine_sha256_update,
            .sha256_final = quine_sha256_final,
            .authentic = quine_authentic,
        },
    .aes_init = quine_aes_init,
    .aes_ctr = quine_aes_ctr,
};
