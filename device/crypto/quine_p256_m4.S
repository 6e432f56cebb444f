// SPDX-License-Identifier: BSD-3-Clause
// The inner loop of quine_p256.S for Cortex-M4 and others with the DSP extension.
    .syntax unified
    .thumb

    .section .quine.boot.text, "ax", %progbits

// Adds x times the eight words of y to t, of which words 8 and 9 take what is carried.
// r0 t, r1 y, r2 x; keeps r0 and no other
    .global quine_p256_row
    .thumb_func
    .type quine_p256_row, %function
quine_p256_row:
    movs r3, #0 // the carry
    movs r7, #8
1:  ldmia r1!, {r4}
    ldr r5, [r0]
    umaal r5, r3, r4, r2
    stmia r0!, {r5}
    subs r7, #1
    bne 1b
    ldmia r0!, {r4, r5}
    adds r4, r3
    adcs r5, r7
    strd r4, r5, [r0, #-8]!
    subs r0, #32
    bx lr
