// SPDX-License-Identifier: BSD-3-Clause
// What a signed build needs on the host: the RAM that the linker fragment places on devices, and a memory
// for verdicts. The same few signatures are verified thousands of times, which would take nearly all of the
// time; the memory gives back all that the verification has left, not only its result.
#include "host_flash.h"
#include "host_port.h"

#include "quine_aes.h"
#include "quine_port.h"
#include "quine_signed.h"

#include <string.h>

#define VERDICTS 64u

union quine_work quine_signed;
extern struct quine_aes quine_encrypted __attribute__((weak)); // of encrypted builds

static struct {
    uint32_t hash[8], signature[16];
    struct quine_key key;
    struct quine_p256 left;
    int result;
    bool used;
} verdicts[VERDICTS];
static uint32_t next;

int __real_quine_p256_verify(struct quine_p256 *p, const uint32_t signature[16], const struct quine_key *key);
int __wrap_quine_p256_verify(struct quine_p256 *p, const uint32_t signature[16], const struct quine_key *key);

int __wrap_quine_p256_verify(struct quine_p256 *p, const uint32_t signature[16], const struct quine_key *key)
{
    for (uint32_t i = 0; i < VERDICTS; i++)
        if (verdicts[i].used && memcmp(verdicts[i].hash, p->reg, sizeof verdicts[i].hash) == 0 &&
            memcmp(verdicts[i].signature, signature, sizeof verdicts[i].signature) == 0 &&
            memcmp(&verdicts[i].key, key, sizeof *key) == 0) {
            *p = verdicts[i].left;
            return verdicts[i].result;
        }
    uint32_t i = next++ % VERDICTS;
    memcpy(verdicts[i].hash, p->reg, sizeof verdicts[i].hash);
    memcpy(verdicts[i].signature, signature, sizeof verdicts[i].signature);
    verdicts[i].key = *key;
    verdicts[i].result = __real_quine_p256_verify(p, signature, key);
    verdicts[i].left = *p;
    verdicts[i].used = true;
    return verdicts[i].result;
}

void host_build_open(void)
{
    host_borrow(&quine_signed, sizeof quine_signed);
    if (&quine_encrypted != NULL)
        host_borrow(&quine_encrypted, sizeof quine_encrypted);
    host_flash.append = QUINE_FLOOR_OFFSET; // a torn entry may read blank: quine_floor.c copes
}
