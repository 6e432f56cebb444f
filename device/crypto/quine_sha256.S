// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 for every Cortex-M, written for size from FIPS 180-4, whose sections and names are cited. Only
// instructions of ARMv6-M. quine_sha256.c says the same in C.
    .syntax unified
    .thumb

// struct quine_sha256.
    .equ LENGTH, 32
    .equ V, 292
    .equ W, 324

    .section .quine.boot.text, "ax", %progbits

// void quine_sha256_init(struct quine_sha256 *s)
// r0 where the next constant goes, r1 how many are to come, r2 the last number tried for a prime
    .global quine_sha256_init
    .thumb_func
    .type quine_sha256_init, %function
quine_sha256_init:
    push {r4-r7, lr}
    adr r1, initial
    ldmia r1!, {r2-r5}
    stmia r0!, {r2-r5}
    ldmia r1!, {r2-r5}
    stmia r0!, {r2-r5}
    movs r2, #0
    stmia r0!, {r2} // length
    movs r2, #1
    movs r1, #64
1:  adds r2, #1 // the next number
    movs r3, #1
2:  adds r3, #1 // the next divisor
    movs r4, r2
3:  subs r4, r4, r3
    bgt 3b
    blt 2b
    cmp r3, r2 // the first that divides it
    bne 1b
    push {r0-r2}
    bl cube_root
    mov r3, ip
    pop {r0-r2}
    stmia r0!, {r3}
    subs r1, #1
    bne 1b
    pop {r4-r7, pc}

// Makes 32 bits of the fraction of the cube root of p, bit by bit: b halves, and is added to the root x
// where (x + b)^3 <= p, that is where 3x^2/b + 3x + b <= (p - x^3) / b^2. Numbers are scaled by 2^23.
// r2 p; ip the root. r1:r0 (p - x^3) / b^2, r3:r2 3x^2 / b, r4 3x + b, r5 b
cube_root:
    lsls r0, r2, #17 // b is 8 before the first step
    movs r1, #0
    movs r2, #0
    movs r3, #0
    movs r4, #1
    lsls r4, r4, #26
    movs r5, r4
    movs r7, #35
1:  movs r6, #0
    adds r0, r0, r0
    adcs r1, r1
    adds r0, r0, r0
    adcs r1, r1
    adds r2, r2, r2
    adcs r3, r3
    lsrs r5, r5, #1
    subs r4, r4, r5
    adds r2, r2, r4
    adcs r3, r6
    add ip, ip
    subs r0, r0, r2
    sbcs r1, r3
    bcs 2f
    adds r0, r0, r2
    adcs r1, r3
    subs r2, r2, r4
    sbcs r3, r6
    b 3f
2:  adds r2, r2, r4
    adcs r3, r6
    adds r2, r2, r5
    adcs r3, r6
    adds r4, r4, r5
    adds r4, r4, r5
    adds r4, r4, r5
    movs r6, #1
    add ip, r6
3:  subs r7, #1
    bne 1b
    bx lr
    udf #0 // what skips the return must not run into the constants

// Section 5.3.3, H7 first.
    .balign 4
initial:
    .word 0x5BE0CD19, 0x1F83D9AB, 0x9B05688C, 0x510E527F
    .word 0xA54FF53A, 0x3C6EF372, 0xBB67AE85, 0x6A09E667

// void quine_sha256_update(struct quine_sha256 *s, const void *data, uint32_t n)
    .global quine_sha256_update
    .thumb_func
    .type quine_sha256_update, %function
quine_sha256_update:
    push {r4-r7, lr}
1:  ldmia r1!, {r3}
    rev r3, r3
    bl add_word
    subs r2, #4
    bne 1b
    pop {r4-r7, pc}

// void quine_sha256_final(struct quine_sha256 *s)
// Section 5.1.1: a one, zeros, and the length in bits at the end of a block.
    .global quine_sha256_final
    .thumb_func
    .type quine_sha256_final, %function
quine_sha256_final:
    push {r4-r7, lr}
    ldr r1, [r0, #LENGTH]
    lsls r1, r1, #3
    movs r3, #128
    lsls r3, r3, #24
1:  bl add_word
    movs r3, #0
    ldr r2, [r0, #LENGTH]
    adds r2, #4
    lsls r2, r2, #26
    bne 1b
    movs r3, r1
    bl add_word
    pop {r4-r7, pc}

// Adds the word r3 to the block, and digests it when it is full. r0 s; keeps r0, r1 and r2.
// Section 6.2.2. A round moves all variables but d and h by one; here the window that they are seen through
// moves instead, over the words of the schedule that are used up.
// r0 s; r7 the window: h g f e d c b a, then the next word of the schedule
add_word:
    push {r1, r2, lr}
    ldr r4, [r0, #LENGTH]
    movs r5, #63
    ands r5, r4
    adds r4, #4
    str r4, [r0, #LENGTH]
    movs r7, #W / 2
    adds r7, r7
    adds r7, r7, r0
    str r3, [r7, r5]
    cmp r5, #60
    bne 4f
    movs r6, #48
1:  ldr r1, [r7, #4]
    movs r2, r1
    movs r3, #18 - 7
    rors r2, r3
    eors r2, r1
    movs r3, #7
    rors r2, r3
    lsrs r1, r1, #3
    eors r2, r1 // sigma0
    ldr r1, [r7, #56]
    movs r4, r1
    movs r3, #19 - 17
    rors r4, r3
    eors r4, r1
    movs r3, #17
    rors r4, r3
    lsrs r1, r1, #10
    eors r4, r1 // sigma1
    adds r2, r2, r4
    ldr r3, [r7]
    adds r2, r2, r3
    ldr r3, [r7, #36]
    adds r2, r2, r3
    str r2, [r7, #64]
    adds r7, #4
    subs r6, #1
    bne 1b

    movs r1, r7
    adds r1, #32
    mov ip, r1 // where the window ends
    subs r7, #4 * 48 + W - V
    movs r5, r0
    ldmia r5!, {r1-r4}
    stmia r7!, {r1-r4}
    ldmia r5!, {r1-r4}
    stmia r7!, {r1-r4}
    subs r7, #32
    movs r6, #255
    mvns r6, r6 // -256: from the window to the constant of its round
2:  ldr r1, [r7, #12] // e
    movs r2, r1
    movs r3, #25 - 11
    rors r2, r3
    eors r2, r1
    movs r3, #11 - 6
    rors r2, r3
    eors r2, r1
    movs r3, #6
    rors r2, r3 // Sigma1
    ldmia r7!, {r3-r5} // h g f
    adds r2, r2, r3
    eors r5, r4
    ands r5, r1
    eors r5, r4
    adds r2, r2, r5 // Ch
    subs r7, #12
    ldr r3, [r7, #32]
    adds r2, r2, r3
    ldr r3, [r7, r6]
    adds r2, r2, r3 // T1
    ldr r3, [r7, #16]
    adds r3, r3, r2
    str r3, [r7, #16] // d becomes e
    ldr r1, [r7, #28] // a
    movs r5, r1
    movs r3, #22 - 13
    rors r5, r3
    eors r5, r1
    movs r3, #13 - 2
    rors r5, r3
    eors r5, r1
    movs r3, #2
    rors r5, r3 // Sigma0
    adds r2, r2, r5
    ldr r3, [r7, #24] // b
    ldr r4, [r7, #20] // c
    eors r1, r3
    eors r4, r3
    ands r1, r4
    eors r1, r3 // Maj
    adds r2, r2, r1
    str r2, [r7, #32] // h becomes a
    adds r7, #4
    cmp r7, ip
    bne 2b

    movs r2, #28
3:  ldr r1, [r0, r2]
    ldr r3, [r7, r2]
    adds r1, r1, r3
    str r1, [r0, r2]
    subs r2, #4
    bpl 3b
4:  pop {r1, r2, pc}
