// SPDX-License-Identifier: BSD-3-Clause
// What boot decides after a reset. Verification and kernel change what they may, and say anything; verify.c and
// kernel.c look into them.
#include "port.h"

#define VERIFIED (SIZE_LEAST <= quine_ram.manifest.size && quine_ram.manifest.size <= SIZE_LARGEST)

static void any_image(void)
{
    flash_changes();
    Frama_C_make_unknown((char *)quine_ram.sector0, sizeof quine_ram.sector0);
    Frama_C_make_unknown((char *)quine_ram.chunk, sizeof quine_ram.chunk);
}

int quine_verify(enum quine_source source)
{
    //@ assert source == QUINE_STAGED ? quine_ram.manifest.size == QUINE_MANIFEST_OFFSET + QUINE_CHUNK : VERIFIED;
    any_image();
    if (source == QUINE_INSTALLED)
        return outcome();
    Frama_C_make_unknown((char *)&quine_ram.manifest, sizeof quine_ram.manifest);
    if (Frama_C_nondet(0, 1))
        return Frama_C_interval(QUINE_ERR_NO_IMAGE, QUINE_ERR_IO);
    quine_ram.manifest.size = Frama_C_unsigned_int_interval(SIZE_LEAST, SIZE_LARGEST);
    return QUINE_OK;
}

bool quine_complete(void)
{
    return Frama_C_nondet(0, 1);
}

int quine_kernel_pass(uint32_t start, uint32_t end)
{
    //@ assert start < end <= QUINE_IMAGE_MAX && start % QUINE_CHUNK == 0;
    any_image();
    return outcome();
}

int quine_kernel_replace(struct quine_ram *ram, uint32_t extent)
{
    //@ assert ram == &quine_ram && VERIFIED;
    any_image();
    Frama_C_make_unknown((char *)ram->seal, sizeof ram->seal);
    return outcome();
}

void quine_kernel_finish(struct quine_ram *ram)
{
    //@ assert ram == &quine_ram && VERIFIED;
    quine_reset();
}

void main(void)
{
    any_memory();
    quine_boot_main(&quine_ram);
}
