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

// Interrupts are off in boot, and of the core's other exceptions (B1.5.3) only NMI and HardFault can be
// taken: the faults with handlers of their own are not enabled. So the table ends here.
    .section .quine.boot.vectors, "ax", %progbits
    .global quine_boot_vectors
    .type quine_boot_vectors, %object
quine_boot_vectors:
    .word quine_stack
    .word quine_entry
    .word quine_nmi
    .word quine_fault
    .size quine_boot_vectors, . - quine_boot_vectors

// A part whose flash reports errors of its ECC by NMI has a handler of its own in its port.
    .weak quine_nmi
    .thumb_set quine_nmi, quine_fault

// A ROM loader or a debugger may have left VTOR elsewhere, and interrupts enabled.
    .global quine_entry
    .thumb_func
    .type quine_entry, %function
quine_entry:
    cpsid i
    ldr r0, =quine_boot_vectors
    ldr r1, =VTOR
    str r0, [r1]
    ldr r0, =quine_ram
    bl quine_boot_main
    bl quine_complete // once more: one faulty instruction starts nothing that boot has not verified
    cmp r0, #0
    beq quine_fault

// Hands the core over as a reset would: VTOR and MSP are the application's, PRIMASK is 0, MSPLIM of
// ARMv8-M is still 0, CONTROL was never touched. DSB: the store to VTOR is done before an exception
// can be taken (A3.7).
    ldr r0, =quine_app_vectors
    ldr r1, =VTOR
    str r0, [r1]
    dsb
    ldmia r0!, {r1, r2}
    msr msp, r1
    cpsie i
    bx r2

    .thumb_func
    .type quine_fault, %function
quine_fault:
    bl quine_reset

    .pool
