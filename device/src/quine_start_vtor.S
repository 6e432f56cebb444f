// SPDX-License-Identifier: BSD-3-Clause
// Reset, vectors and the start of the application on cores with VTOR: Cortex-M0+, M3, M4, M7, M33 and
// their kin. Sections cited are of the ARMv7-M Architecture Reference Manual (DDI 0403E); ARMv6-M and
// ARMv8-M agree. Only instructions that ARMv6-M has too.
//
// While boot runs VTOR names the boot sector's table, no interrupt is enabled and every fault resets.
// VTOR names the application's table from before its first instruction on, so each exception,
// faults included, reaches the application's own handler without a detour. So nothing here needs the
// record's field running.
//
// The application's table lies at quine_app_vectors, an address that the boot sector knows. It must be
// aligned to its size rounded up to a power of two, and to 128 bytes at least (B1.5.3, B3.2.5; 256 on
// Cortex-M0+ and Cortex-M23): the part's linker fragment sets quine_vectors_align.

    .syntax unified
    .thumb

    .equ VTOR, 0xE000ED08 // B3.2.5

// The 16 entries of the core (B1.5.3). Interrupts have none: boot enables none, and no fault but
// HardFault is enabled either.
    .section .quine.boot.vectors, "a", %progbits
    .global quine_boot_vectors
quine_boot_vectors:
    .word quine_stack
    .word quine_entry
    .word quine_nmi
    .rept 13
    .word quine_fault
    .endr

// A part whose flash reports errors of its ECC by NMI has a handler of its own in its port.
    .weak quine_nmi
    .thumb_set quine_nmi, quine_fault

    .section .quine.boot.text, "ax", %progbits

// A ROM loader or a debugger may have left VTOR elsewhere; faults must lead here from now on.
    .global quine_entry
    .thumb_func
    .type quine_entry, %function
quine_entry:
    ldr r0, =quine_boot_vectors
    ldr r1, =VTOR
    str r0, [r1]
    bl quine_boot_main

    .thumb_func
    .type quine_fault, %function
quine_fault:
    bl quine_reset

// Hands the core over as a reset would: VTOR and MSP are the application's, MSPLIM of ARMv8-M is still
// 0, CONTROL and PRIMASK were never touched. DSB: the store to VTOR is done before an exception can
// be taken (A3.7).
    .global quine_start_application
    .thumb_func
    .type quine_start_application, %function
quine_start_application:
    ldr r0, =quine_app_vectors
    ldr r1, =VTOR
    str r0, [r1]
    dsb
    ldr r1, [r0]
    ldr r0, [r0, #4]
    msr msp, r1
    isb
    bx r0

    .pool
