// SPDX-License-Identifier: BSD-3-Clause

// Placement of what belongs to the boot sector.

#ifndef QUINE_SECTION_H
#define QUINE_SECTION_H

// QUINE_BOOT_CODE marks each function and QUINE_BOOT_DATA each constant table
// that boot needs: the linker fragment gathers both sections in the first 4096
// bytes of the image. QUINE_KERNEL_CODE marks what boot copies to RAM and runs
// there. On other machines than ARM they say nothing.
#if defined(__arm__)
#define QUINE_BOOT_CODE __attribute__((section(".quine.boot.text")))
#define QUINE_BOOT_DATA __attribute__((section(".quine.boot.rodata")))
#define QUINE_KERNEL_CODE __attribute__((section(".quine.kernel")))
#else
#define QUINE_BOOT_CODE
#define QUINE_BOOT_DATA
#define QUINE_KERNEL_CODE
#endif

#endif
