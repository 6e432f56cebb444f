// SPDX-License-Identifier: BSD-3-Clause
// What the images of the MPS2 board share. Each quine_part.h adds to what every part defines:
//   QUINE_MPS2_FLASH_LOG2   log2 of the bytes of emulated flash
//   QUINE_MPS2_OVERWRITE    what may be programmed over a unit that is not erased, one of those below
//   QUINE_MPS2_WATCHDOG     address of the CMSDK watchdog that resets the board
// and includes quine_pmsav7.h or quine_pmsav8.h.
#ifndef QUINE_MPS2_H
#define QUINE_MPS2_H

#include <stdbool.h>
#include <stdint.h>

#define QUINE_MPS2_BITS 0  // anything: bits that are 0 stay 0
#define QUINE_MPS2_ZEROS 1 // only zeros
#define QUINE_MPS2_NEVER 2 // nothing

static inline __attribute__((always_inline)) bool quine_flash_fault(void)
{
    return false; // RAM has no ECC errors
}

#endif
