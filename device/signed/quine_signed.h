// SPDX-License-Identifier: BSD-3-Clause
// Signed images: what the boot sector verifies, and lends to the application.
#ifndef QUINE_SIGNED_H
#define QUINE_SIGNED_H

#include "quine_boot.h"
#include "quine_error.h"
#include "quine_image.h"
#include "quine_p256.h"
#include "quine_sha256.h"

#include <stdbool.h>
#include <stddef.h>

// The keys whose images this device takes: a file that `quine pubkey --c` makes.
extern const struct quine_key quine_keys[];
extern const uint32_t quine_keys_count;

// Room for a digest, then for a verification of it.
union quine_work {
    struct quine_sha256 sha256;
    struct quine_p256 p256;
};

_Static_assert(offsetof(struct quine_sha256, state) == 0, "the digest lies where the verification takes it");

// Decides whether an image with the digest in work is one that may be installed: its manifest states the
// digest's first bytes as its id, has no security counter below the device's floor or that of a complete
// application, and a signature over the digest by one of the device's keys.
// Returns QUINE_OK, QUINE_ERR_DIGEST, QUINE_ERR_ROLLBACK or QUINE_ERR_SIGNATURE.
int quine_authentic(union quine_work *work, const uint32_t *manifest);

// The boot sector's record of a signed build, when bit 0 of its flags is set.
struct quine_boot_signed {
    struct quine_boot_info info;
    void (*sha256_init)(struct quine_sha256 *s);
    void (*sha256_update)(struct quine_sha256 *s, const void *data, uint32_t n);
    void (*sha256_final)(struct quine_sha256 *s);
    int (*authentic)(union quine_work *work, const uint32_t *manifest);
};

// The security counter's floor, in internal flash at QUINE_FLOOR_OFFSET (spec/image.md section 6).
//
// Returns how many entries are above counter, and in the upper half the offset of the last that does not read blank,
// or else of the first. Feeds the watchdog. Part of the RAM kernel.
uint64_t quine_floor_look(uint32_t counter);

// Returns how many entries are above counter. An image whose counter is c may be installed when none is above c.
static inline __attribute__((always_inline)) uint32_t quine_floor_above(uint32_t counter)
{
    return (uint32_t)quine_floor_look(counter);
}

// Looks once more, by other means, whether boot has verified an image of that counter, and if so raises the floor
// to another, unless it is that high or there is no room for entries. Part of the RAM kernel.
// Power loss: the floor is as before or raised, or reads differently each time until the next call.
// Returns 0, or anything else when the image must not be installed.
uint32_t quine_floor_raise(uint32_t counter, uint32_t to);

#endif
