// SPDX-License-Identifier: BSD-3-Clause
// The RAM kernel: the install of an image whose size verify.c has shown to be right.
#include "port.h"

static void verified(void)
{
    any_memory();
    quine_ram.manifest.size = QUINE_CHUNK * Frama_C_unsigned_int_interval(SIZE_LEAST / QUINE_CHUNK, SIZE_LARGEST / QUINE_CHUNK);
}

void main(void)
{
    verified();
    (void)quine_kernel_replace(&quine_ram, Frama_C_unsigned_int_interval(0, UINT32_MAX));
    verified();
    quine_kernel_finish(&quine_ram);
}
