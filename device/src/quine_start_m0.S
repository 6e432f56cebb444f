// SPDX-License-Identifier: BSD-3-Clause
// Reset, vectors and the start of the application on Cortex-M0, which has no VTOR.
//
// The vector table of the part is that of the boot sector for ever. Every exception but reset goes
// through a shim of five instructions to the application's own table. While boot runs no interrupt
// is enabled; a fault then resets instead: the record's field running holds its own address then.
#include "quine_part.h"

    .syntax unified
    .cpu cortex-m0
    .thumb

// ARMv6-M reserves entries 4 to 10, 12 and 13 (ARMv6-M Architecture Reference Manual, DDI 0419D, B1.5.3):
// no exception has these numbers, so code lies there.
    .section .quine.boot.vectors, "ax", %progbits
    .global quine_boot_vectors
    .type quine_boot_vectors, %object
quine_boot_vectors:
    .word quine_stack
    .word quine_entry
    .word quine_fault // NMI
    .word quine_fault // HardFault

// The core has stacked r0 to r3; lr and everything else reach the handler as they are.
    .thumb_func
    .type quine_shim, %function
quine_shim:
    mrs r0, ipsr
    lsls r0, r0, #2
    ldr r1, app_vectors
    ldr r0, [r1, r0]
    bx r0

    .thumb_func
    .type start_application, %function
start_application:
    ldr r0, ram
    ldr r1, app_vectors
    str r1, [r0]
    ldmia r1!, {r2, r3}
    msr msp, r2
    bx r3

    .org quine_boot_vectors + 11 * 4
    .word quine_shim // SVCall
ram:
    .word quine_ram
app_vectors:
    .word quine_app_vectors
    .rept QUINE_VECTORS - 14
    .word quine_shim // PendSV, SysTick, interrupts
    .endr
    .size quine_boot_vectors, . - quine_boot_vectors

    .global quine_entry
    .thumb_func
    .type quine_entry, %function
quine_entry:
    ldr r0, =quine_ram
    str r0, [r0]
    bl quine_boot_main
    bl quine_complete // once more: one faulty instruction starts nothing that boot has not verified
    cmp r0, #0
    bne start_application

    .thumb_func
    .type quine_fault, %function
quine_fault:
    ldr r0, =quine_ram
    ldr r1, [r0]
    cmp r0, r1
    bne quine_shim
    b quine_reset // within 2 KiB: quine.ld puts the kernel first

    .pool
