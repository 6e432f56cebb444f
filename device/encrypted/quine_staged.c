// SPDX-License-Identifier: BSD-3-Clause
// Boot's side of an encrypted store.
#include "quine_internal.h"
#include "quine_section.h"
#include "quine_staged.h"

#include <quine_key.h>

// The key in use, in RAM that the linker fragment places. It stays there while the application runs, which knows
// the key anyway.
extern struct quine_aes quine_encrypted;

// The nonce lies in front of the image, so that boot needs no header to decrypt it.
QUINE_BOOT_CODE int quine_staged_open(void)
{
    struct quine_aes *aes = &quine_encrypted;

    _Static_assert(sizeof aes->counter == QUINE_NONCE_BLOCK, "the nonce block is read as it is");
    quine_port_key(aes->key);
    quine_aes_init(aes);
    return quine_boot_store_read(QUINE_STORE_IMAGE, aes->counter, QUINE_NONCE_BLOCK);
}

QUINE_KERNEL_CODE int quine_staged_read(uint32_t offset, uint32_t *to)
{
    int err = quine_boot_store_read(QUINE_STORE_IMAGE + QUINE_NONCE_BLOCK + offset, to, QUINE_CHUNK);

    quine_aes_ctr(&quine_encrypted, QUINE_IMAGE_BLOCKS + offset / QUINE_AES_BLOCK, to, QUINE_CHUNK);
    return err;
}
