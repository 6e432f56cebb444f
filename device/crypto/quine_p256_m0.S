// SPDX-License-Identifier: BSD-3-Clause
// The inner loop of quine_p256.S for Cortex-M0 and M0+, which multiply 32 bits by 32 to 32.
    .syntax unified
    .thumb

    .section .quine.boot.text, "ax", %progbits

// Adds x times the eight words of y to t, of which words 8 and 9 take what is carried.
// r0 t, r1 y, r2 x; keeps r0 and no other. x is multiplied by half a word at a time: r4 and r5 the products of its
// halves, r6 the carry
    .global quine_p256_row
    .thumb_func
    .type quine_p256_row, %function
quine_p256_row:
    adds r0, #32
    adds r1, #32
    movs r3, #32
    negs r3, r3 // where y ends
    movs r6, #0
1:  ldrh r5, [r1, r3]
    uxth r4, r2
    muls r4, r5
    lsrs r7, r2, #16
    muls r5, r7
    ldrh r7, [r0, r3]
    adds r4, r4, r7
    uxth r7, r6
    adds r4, r4, r7
    lsrs r6, r6, #16
    adds r5, r5, r6
    strh r4, [r0, r3]
    lsrs r4, r4, #16
    adds r6, r5, r4
    adds r3, #2
    bne 1b
    ldmia r0!, {r4, r5}
    adds r4, r4, r6
    adcs r5, r3
    subs r0, #8
    stmia r0!, {r4, r5}
    subs r0, #40
    bx lr
