// SPDX-License-Identifier: BSD-3-Clause
// Reset, vectors and the start of the application on Cortex-M0, which has no VTOR.
//
// The vector table of the part is that of the boot sector for ever. Every exception but reset goes
// through a shim of five instructions to the application's own table. While boot runs no interrupt
// is enabled; a fault then resets instead: quine_record.running holds its own address then.
#include "quine_part.h"

    .syntax unified
    .cpu cortex-m0
    .thumb

    .section .quine.boot.vectors, "a", %progbits
    .global quine_boot_vectors
quine_boot_vectors:
    .word quine_stack
    .word quine_entry
    .word quine_fault // NMI
    .word quine_fault // HardFault
    .rept QUINE_VECTORS - 4
    .word quine_shim
    .endr

    .section .quine.boot.text, "ax", %progbits

    .global quine_entry
    .thumb_func
    .type quine_entry, %function
quine_entry:
    ldr r0, =quine_record
    str r0, [r0]
    bl quine_boot_main

    .thumb_func
    .type quine_fault, %function
quine_fault:
    ldr r0, =quine_record
    ldr r1, [r0]
    cmp r0, r1
    bne quine_shim
    bl quine_reset

// The core has stacked r0 to r3; lr and everything else reach the handler as they are.
    .thumb_func
    .type quine_shim, %function
quine_shim:
    mrs r0, ipsr
    lsls r0, r0, #2
    ldr r1, =quine_app_vectors
    ldr r0, [r1, r0]
    bx r0

    .global quine_start_application
    .thumb_func
    .type quine_start_application, %function
quine_start_application:
    ldr r0, =quine_record
    ldr r1, =quine_app_vectors
    str r1, [r0]
    ldmia r1!, {r2, r3}
    msr msp, r2
    bx r3

    .pool
