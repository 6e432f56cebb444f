// SPDX-License-Identifier: BSD-3-Clause
// The inner loop of quine_p256.S for Cortex-M3 and others of ARMv7-M.
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
1:  ldr r4, [r1], #4
    ldr r5, [r0]
    movs r6, #0
    umlal r5, r6, r4, r2
    adds r5, r3
    adc r3, r6, #0
    stmia r0!, {r5}
    cmp r1, ip
    bne 1b
    ldrd r4, r5, [r0]
    adds r4, r3
    adc r5, r5, #0
    strd r4, r5, [r0], #-32
    bx lr
