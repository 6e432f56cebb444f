// SPDX-License-Identifier: BSD-3-Clause
// The arithmetic of quine_p256.h for every Cortex-M, written for size. Only instructions of ARMv6-M, but
// for quine_p256_row, which quine_p256_m0.S, _m3.S and _m4.S have each in its own way. quine_p256_field.c says
// the same in C.
    .syntax unified
    .thumb

    .section .quine.boot.text, "ax", %progbits

// uint32_t quine_p256_run(struct quine_p256 *p, const uint16_t *steps)
// r0 d, r1 a, r2 b, r3 m in what follows the decoding of a step
    .global quine_p256_run
    .thumb_func
    .type quine_p256_run, %function
quine_p256_run:
    push {r4-r7, lr}
1:  ldrh r7, [r1]
    push {r0, r1, r7}
    ldr r3, =quine_p256_curve + 4 // field.m
    movs r6, #15
    lsls r6, r6, #5
    lsls r2, r7, #5
    ands r2, r6
    adds r2, r2, r0
    lsls r1, r7, #1
    ands r1, r6
    adds r1, r1, r0
    lsrs r5, r7, #3
    ands r5, r6
    adds r0, r0, r5
    movs r5, #0
    lsls r7, r7, #18 // QUINE_P256_ORDER
    bcc 2f
    adds r3, #36 // order.m
2:  lsls r7, r7, #1 // QUINE_P256_SUBTRACT, QUINE_P256_ADD
    bcs subtract
    bmi add

// The Montgomery multiplication of the Handbook of Applied Cryptography, 14.36. What it divides by 2^32 in
// each round is not moved: the 17 words of t are seen through a window of 10 that moves up.
    push {r0-r3}
    movs r4, #17
2:  push {r5}
    subs r4, #1
    bne 2b
    mov r0, sp
3:  ldr r1, [sp, #68 + 4] // a
    ldmia r1!, {r2}
    str r1, [sp, #68 + 4]
    ldr r1, [sp, #68 + 8] // b
    bl quine_p256_row
    ldr r1, [sp, #68 + 12] // m
    subs r1, #4
    ldmia r1!, {r2}
    ldr r3, [r0]
    muls r2, r3
    bl quine_p256_row
    adds r0, #4
    mov r1, sp
    adds r1, #32
    cmp r0, r1
    bne 3b
    ldr r6, [r1, #32]
    subs r6, #1
    ldr r0, [sp, #68]
    ldr r3, [sp, #68 + 12]
    bl reduce
    add sp, #68 + 16
    b next

add:
    bl sum
    movs r1, r0
    bl reduce
    b next
subtract:
    bl sum_not
    bl restore
next:
    pop {r0, r1, r7}
    adds r1, #2
    lsrs r7, r7, #16 // QUINE_P256_LAST
    bcc 1b
    movs r0, r5 // 0 when m had to be added
    pop {r4-r7, pc}

// Makes d the number a, or a - m where that is not negative: r6 is 0 when a has a ninth word, 1, else -1.
// Keeps r0 and r3.
reduce:
    push {r6, lr}
    movs r2, r3
    movs r5, #0
    bl sum_not
    pop {r4}
    ands r6, r4
    b 1f

// Adds m to d when the flags say that r6 is not 0.
restore:
    push {lr}
1:  beq 2f
    movs r1, r0
    movs r2, r3
    movs r5, #0
    bl sum
2:  pop {pc}

// Adds: d = a + b, or a - b by sum_not. r6 becomes 0 when there is a carry, or none is borrowed, else
// -1, and the flags tell that.
// r5 0, and -1 after sum_not; keeps r0 and r3
sum_not:
    subs r5, #1
sum:
    mvns r6, r5
    movs r4, #32
    adds r4, r4, r0
    mov ip, r4
1:  ldmia r1!, {r7}
    ldmia r2!, {r4}
    eors r4, r5
    negs r6, r6 // sets the carry flag when it is 0
    adcs r7, r4
    sbcs r6, r6
    stmia r0!, {r7}
    cmp r0, ip
    bne 1b
    subs r0, #32
    cmp r6, #0
    bx lr

    .pool
