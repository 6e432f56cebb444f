// SPDX-License-Identifier: BSD-3-Clause

// The smallest firmware that keeps every rule: a boot sector, its RAM kernel and an
// application, in the shape that Quine's own sources give them. It is never run. What
// is to be wrong with it comes in by macros:
//
//     IN_BOOT, IN_KERNEL, IN_APP   instructions in boot, kernel or application code
//     BOOT_DATA, KERNEL_DATA, APP_DATA   data there
//     VECTOR   what the vectors behind HardFault hold
//     LENT     the function that the boot info record lends
//     FLAGS    the flags in that record
//     RESET    the application's reset vector
//     SEAL     the offset of the seal, as the record states it
//     NO_SHIM  no shim, as on parts with VTOR
//     SECOND_STAGE  256 bytes in front of the vectors, as on an RP2040

#if !defined(VECTOR) && defined(NO_SHIM)
#define VECTOR quine_fault
#elif !defined(VECTOR)
#define VECTOR quine_shim
#endif
#ifndef LENT
#define LENT quine_lent
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef RESET
#define RESET app_reset
#endif
#ifndef SEAL
#define SEAL 0x1080
#endif

    .syntax unified
    .thumb

    .macro function name
    .global \name
    .type \name, %function
    .thumb_func
\name:
    .endm

#ifdef SECOND_STAGE
    .section .boot2, "a", %progbits
    .fill 256, 1, 1
#endif

    .section .quine.boot.vectors, "a", %progbits
    .global quine_boot_vectors
quine_boot_vectors:
    .word quine_stack
    .word quine_entry
    .word quine_fault
    .word quine_fault
    .rept 44
    .word VECTOR
    .endr

    .section .quine.boot.rodata, "a", %progbits
    .global quine_boot_info
    .type quine_boot_info, %object
    .size quine_boot_info, 0x40
quine_boot_info:
    .ascii "QUINEBT1"
    .hword 1, FLAGS
    .word FLASH, 0x1000, SEAL
    .hword 8, 1
    .word 0x10000, 0x10000, 0x1234
    .hword 3, 4
    .word 0x10000, 0x1000
    .word quine_app_vectors, quine_record
    .word LENT
#ifdef BOOT_DATA
boot_data:
    .word BOOT_DATA
#endif

    .section .quine.boot.text, "ax", %progbits
    function quine_entry
    bl quine_boot_main
    function quine_fault
    b .
#ifndef NO_SHIM
    function quine_shim
    mrs r0, ipsr
    lsls r0, r0, #2
    ldr r1, =quine_app_vectors
    ldr r0, [r1, r0]
    bx r0
#endif
    function quine_start_application
    ldr r0, =quine_app_vectors
    ldr r1, [r0]
    ldr r0, [r0, #4]
    msr msp, r1
    bx r0
    .pool

    function quine_boot_main
    push {r4, lr}
    sub sp, #24
#ifdef IN_BOOT
    IN_BOOT
#endif
    bl quine_lent
    ldr r3, =quine_kernel_finish
    ldr r2, =quine_kernel_start
    subs r3, r3, r2
    ldr r2, =quine_scratch + 4224
    adds r3, r3, r2
    blx r3
    bl quine_start_application
    .pool

    function quine_lent
    push {r4, r5, lr}
    ldr r4, =quine_manifest
    ldrb r0, [r4]
    pop {r4, r5, pc}
    .pool

    .section .quine.kernel, "ax", %progbits
    function quine_kernel_finish
    push {r4, lr}
    ldr r4, =quine_flash
    ldrb r0, [r4]
#ifdef IN_KERNEL
    IN_KERNEL
#endif
    bl quine_kernel_erase
    pop {r4, pc}
    function quine_kernel_erase
    movs r0, #0
    bx lr
    .pool
#ifdef KERNEL_DATA
    .align 2
    .word KERNEL_DATA
#endif

    .section .isr_vector, "a", %progbits
    .type app_table, %object
    .size app_table, 4 * 20
app_table:
    .word quine_stack
    .word RESET
    .rept 18
    .word app_helper
    .endr

    .section .text, "ax", %progbits
    function app_reset
    ldr r0, =quine_boot_info
    ldr r0, [r0, #0x34]
    blx r0
#ifdef IN_APP
    IN_APP
#endif
    b .
    function app_helper
    bx lr
    .pool
#ifdef APP_DATA
    .align 2
    .word APP_DATA
#endif

    .section .rodata, "a", %progbits
    .global app_table_of_numbers
    .type app_table_of_numbers, %object
    .size app_table_of_numbers, 16
app_table_of_numbers:
    .word 1, 2, 3, 4

    .section .bss, "aw", %nobits
    .global app_variable
app_variable:
    .space 4

    .section .quine.record, "aw", %nobits
    .global quine_record
quine_record:
    .space 16
