// SPDX-License-Identifier: BSD-3-Clause
// The inner loop of quine_p256.S for Cortex-M0 and M0+, which multiply 32 bits by 32 to 32.
    .syntax unified
    .thumb

    .section .quine.boot.text, "ax", %progbits

// Adds x times the eight words of y to t, of which words 8 and 9 take what is carried.
// r0 t, r1 y, r2 x; keeps r0 and no other
    .global quine_p256_row
    .thumb_func
    .type quine_p256_row, %function
quine_p256_row:
    push {r0, lr}
    movs r3, #32
    adds r3, r3, r1
    mov ip, r3 // where y ends
    lsrs r3, r2, #16
    uxth r2, r2
    movs r4, #0
    mov lr, r4 // the carry
1:  ldmia r1!, {r5}
    uxth r6, r5
    lsrs r5, r5, #16
    movs r4, r2
    muls r4, r6
    muls r6, r3
    movs r7, r2
    muls r7, r5
    muls r5, r3
    adds r6, r6, r7
    movs r7, #0
    adcs r7, r7
    lsls r7, r7, #16
    adds r5, r5, r7
    lsls r7, r6, #16
    lsrs r6, r6, #16
    adds r4, r4, r7
    adcs r5, r6 // r5:r4 is the product
    movs r7, #0
    mov r6, lr
    adds r4, r4, r6
    adcs r5, r7
    ldr r6, [r0]
    adds r4, r4, r6
    adcs r5, r7
    stmia r0!, {r4}
    mov lr, r5
    cmp r1, ip
    bne 1b
    ldmia r0!, {r4, r6}
    adds r4, r4, r5
    adcs r6, r7
    subs r0, #8
    stmia r0!, {r4, r6}
    pop {r0, pc}
