// SPDX-License-Identifier: BSD-3-Clause
// Encrypted patches and staged images: what boot and the update client share.
//
// The integrator provides quine_key.h on the include path, with
//
//     static inline void quine_port_key(uint32_t key[QUINE_AES_KEY / 4]);
//
// which reads the key of the device from where it keeps it, or has it as numbers, first byte in the lowest bits. It
// is compiled twice, into the boot sector and into the application, so it calls nothing but inline functions
// and uses no constant of its own in flash. The application runs it once for each piece of a patch. Who can read
// the flash can read a key that is in the program: security.md.
#ifndef QUINE_ENCRYPTED_H
#define QUINE_ENCRYPTED_H

#include "quine_aes.h"
#include "quine_signed.h"

#define QUINE_NONCE_BLOCK 32u                // bytes in front of the image in the store
#define QUINE_IMAGE_BLOCKS 0x80000000u // index of the image's first block under its nonce

// The boot sector's record of an encrypted build, when bit 1 of its flags is set.
struct quine_boot_encrypted {
    struct quine_boot_signed signed_build;
    void (*aes_init)(struct quine_aes *a);
    void (*aes_ctr)(const struct quine_aes *a, uint32_t index, void *data, uint32_t n);
};

#endif
