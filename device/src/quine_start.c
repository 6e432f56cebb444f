// SPDX-License-Identifier: BSD-3-Clause
// What the start files of all cores share: the record in RAM.
#include "quine_internal.h"

// At the start of RAM, where the linker fragment puts it and no startup code clears it.
__attribute__((section(".quine.record"))) struct quine_record quine_record;

// Where the linker fragment puts the kernel's copy.
_Static_assert(sizeof(struct quine_install) == 4160, "quine.ld knows this size");
