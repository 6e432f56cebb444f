// SPDX-License-Identifier: BSD-3-Clause
// AES (FIPS 197) in counter mode (SP 800-38A section 6.5). quine_aes.S is the one for devices, quine_aes.c a portable
// twin of it.
#ifndef QUINE_AES_H
#define QUINE_AES_H

#include "quine_config.h"

#ifndef QUINE_AES_KEY
#define QUINE_AES_KEY 32 // bytes of a key: 16 or 32
#endif
#define QUINE_AES_BLOCK 16u // bytes

#ifndef __ASSEMBLER__
#include <stdint.h>

// A key in use. Plain memory: it may be copied.
struct quine_aes {
    uint8_t sbox[256]; // FIPS 197 section 5.1.1; takes less flash to make than to keep
    uint32_t key[QUINE_AES_KEY / 4u];
    uint32_t counter[8]; // the first 12 bytes are those of all counter blocks, the others are of no use
};

// Starts to use the key in a->key and the nonce in a->counter.
void quine_aes_init(struct quine_aes *a);

// Encrypts or decrypts n bytes, a multiple of the block and not 0, 4-byte aligned, with the counter block for the first
// of them: the nonce, then index, most significant byte first.
void quine_aes_ctr(const struct quine_aes *a, uint32_t index, void *data, uint32_t n);

#endif

#endif
