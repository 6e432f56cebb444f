// SPDX-License-Identifier: BSD-3-Clause
// The inner loop of quine_p256.S for Cortex-M4 and others with the DSP extension.
    .syntax unified
    .thumb

    .section .quine.boot.text, "ax", %progbits

// Adds x times the eight words of y to t, of which words 8 and 9 take what is carried.
// r0 t, r1 y, r2 x; keeps r0 and no other below r8
    .global quine_p256_row
    .thumb_func
    .type quine_p256_row, %function
quine_p256_row:
    movs r3, #0 // the carry
    add ip, r1, #32
1:  ldmia r1!, {r4, r5}
    ldrd r6, r7, [r0]
    umaal r6, r3, r4, r2
    umaal r7, r3, r5, r2
    stmia r0!, {r6, r7}
    cmp r1, ip
    bne 1b
    ldrd r4, r5, [r0]
    adds r4, r3
    adc r5, r5, #0
    strd r4, r5, [r0], #-32
    bx lr
