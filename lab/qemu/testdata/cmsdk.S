// SPDX-License-Identifier: BSD-3-Clause
//
// Test firmware for the MPS2 boards: prints "ready", then echoes every byte.
//
// It runs at any address. The test completes words 0 to 2 of the table: the
// stack pointer, the entry address and the base of a CMSDK UART.
//
// TestFirmwareIsUpToDate knows how it is assembled.

        .syntax unified
        .cpu    cortex-m0
        .thumb

        .section .text
        .word   0                       // stack pointer
        .word   0                       // address of entry + 1
        .word   0                       // UART: DATA 0, STATE 4, CTRL 8, BAUDDIV 16

entry:  mov     r7, pc                  // address of entry + 4
        subs    r7, #8
        ldr     r7, [r7]                // word 2
        movs    r0, #16
        str     r0, [r7, #16]           // smallest divider
        movs    r0, #3
        str     r0, [r7, #8]            // transmit and receive
        adr     r4, text
1:      ldrb    r0, [r4]
        cmp     r0, #0
        beq     loop
        bl      putc
        adds    r4, #1
        b       1b

loop:   ldr     r0, [r7, #4]            // STATE bit 1: receive buffer full
        movs    r1, #2
        tst     r0, r1
        beq     loop
        ldr     r0, [r7]
        bl      putc
        b       loop

putc:   ldr     r1, [r7, #4]            // STATE bit 0: transmit buffer full
        lsrs    r1, r1, #1
        bcs     putc
        str     r0, [r7]
        bx      lr

        .balign 4
text:   .asciz  "ready\n"
