// SPDX-License-Identifier: BSD-3-Clause
// The decision on a signed image, and the floor of the security counter: any digest, manifest and flash.
#include "any.h"

#include "quine_floor.c"
#include "quine_signed.c"

uint8_t quine_flash[QUINE_STORE_OFFSET];
union quine_work quine_signed;
const struct quine_key quine_keys[] = {{.id = 1}, {.id = 2}, {.id = 255}};
const uint32_t quine_keys_count = 3;

void quine_watchdog(void)
{
    ANY(quine_flash);
}

bool quine_complete(void)
{
    return Frama_C_nondet(0, 1);
}

int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    //@ assert n > 0 && n % QUINE_PROGRAM_UNIT == 0 && offset % QUINE_PROGRAM_UNIT == 0;
    //@ assert QUINE_FLOOR_OFFSET <= offset <= QUINE_FLOOR_OFFSET + QUINE_FLOOR_SIZE - n;
    //@ assert \initialized((const char *)data + (0 .. n - 1));
    ANY(quine_flash);
    return Frama_C_nondet(QUINE_OK, QUINE_ERR_IO);
}

int quine_p256_verify(struct quine_p256 *p, const uint32_t signature[16], const struct quine_key *key)
{
    //@ assert \valid_read(signature + (0 .. 15)) && \valid_read(key) && p == &quine_signed.p256;
    ANY(*p);
    return Frama_C_nondet(QUINE_OK, QUINE_ERR_SIGNATURE);
}

void main(void)
{
    uint32_t manifest[QUINE_MANIFEST_SIZE / 4];

    ANY(manifest);
    ANY(quine_signed);
    ANY(quine_flash);
    (void)quine_authentic(&quine_signed, manifest);
    ANY(quine_signed);
    (void)quine_floor_raise(WORD, WORD);
}
