// SPDX-License-Identifier: BSD-3-Clause
// TEMPLATE. Say here which parts the port serves, their core, and the document whose sections are cited
// ("RM"). Copy the folder, replace what is in capitals, and see include/quine_port.h for the contract.
#ifndef QUINE_PART_H
#define QUINE_PART_H

#define QUINE_VECTORS 48 // 16 OF THE CORE, 32 INTERRUPTS

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#define QUINE_FLASH_BASE 0x00000000u
#define QUINE_PROGRAM_UNIT 4u // what one program operation writes; with ECC the bytes of one code word
#define QUINE_ERASED 0xFFu    // 0x00 on some

#define QUINE_PAGE_SIZE 1024u // THE ERASE UNIT

// The first erase unit border at or above 4096. If the manual allows zeros over a programmed unit (RM x.y),
// the seal lies behind the manifest:
#define QUINE_APP_OFFSET 4096u
#define QUINE_MANIFEST_OFFSET QUINE_APP_OFFSET
#define QUINE_SEAL_OFFSET (QUINE_MANIFEST_OFFSET + 128u)
#define QUINE_SEAL_SIZE 8u
#define QUINE_SEAL_ERASED 0
// If it does not, or says nothing, the seal has an erase unit of its own and the application starts one
// unit later:
//   #define QUINE_SEAL_OFFSET 4096u
//   #define QUINE_SEAL_SIZE QUINE_PAGE_SIZE
//   #define QUINE_SEAL_ERASED 1
//   #define QUINE_APP_OFFSET (QUINE_SEAL_OFFSET + QUINE_SEAL_SIZE)
//   #define QUINE_MANIFEST_OFFSET QUINE_APP_OFFSET

// First byte of the erase unit that offset lies in. Several sizes: see port/stm32f4.
static inline __attribute__((always_inline)) uint32_t quine_flash_unit(uint32_t offset)
{
    return offset & ~(QUINE_PAGE_SIZE - 1u);
}

// With ECC that interrupts on a double error: see port/stm32l4.
static inline __attribute__((always_inline)) bool quine_flash_fault(void)
{
    return false;
}
#endif

#endif
