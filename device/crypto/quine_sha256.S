// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 for every Cortex-M, written for size from FIPS 180-4, whose sections and names are cited. Only
// instructions of ARMv6-M. quine_sha256.c says the same in C.
    .syntax unified
    .thumb

// struct quine_sha256.
    .equ LENGTH, 32
    .equ K, 36
    .equ V, 292
    .equ W, 324

// Puts two rotations to the right into a byte for add_mixed: by b, the byte divided by 8, all that was rotated by a - b
// before, the byte modulo 32. The two fields share bits, which says which of the two can be b.
    .macro rotations b, a
    .if ((\a - \b) & 31) / 8 - (\b & 3)
    .error "no byte for these rotations"
    .endif
    movs r3, #\b << 3 | ((\a - \b) & 7)
    .endm

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

// Makes 32 bits of the fraction of the cube root of p, bit by bit: b halves, and is added to the root x
// where (x + b)^3 <= p, that is where 3x^2/b + 3x + b <= (p - x^3) / b^2. Numbers are scaled by 2^23.
// r2 p; ip the root. r1:r0 (p - x^3) / b^2, r3:r2 3x^2 / b, r4 3x + b, r5 b
    push {r0-r2}
    lsls r0, r2, #17 // b is 8 before the first step
    movs r1, #0
    movs r2, #0
    movs r3, #0
    movs r4, #1
    lsls r4, r4, #26
    movs r5, r4
    movs r7, #35
4:  movs r6, #0
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
    bcs 5f
    adds r0, r0, r2
    adcs r1, r3
    subs r2, r2, r4
    sbcs r3, r6
    b 6f
5:  adds r4, r4, r5
    adds r2, r2, r4
    adcs r3, r6
    adds r4, r4, r5
    adds r4, r4, r5
    movs r6, #1
    add ip, r6
6:  subs r7, #1
    bne 4b
    pop {r0-r2}
    mov r3, ip
    stmia r0!, {r3}
    subs r1, #1
    bne 1b
    pop {r4-r7, pc}
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
2:  bl add_word
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
    movs r3, #1
    lsls r3, r3, #31
3:  bl add_word
    movs r3, #0
    cmp r5, #56
    bne 3b
    movs r3, r1
    movs r2, #4
    b 2b

// Adds the word r3 to the block, and digests it when it is full. r0 s; keeps r0, r1 and r2, and returns in r5
// where in the block the word is, unless that is its end.
// Section 6.2.2. A round moves all variables but d and h by one; here the window that they are seen through
// moves instead, over the words of the schedule that are used up.
// r0 s; r5 a sum; r6 rounds to come, and four times those that are done; r7 the window: h g f e d c b a, then the next word of the schedule
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
    bne 5f
    movs r6, #48
1:  ldr r5, [r7]
    ldr r1, [r7, #4]
    lsrs r2, r1, #3
    rotations 18, 7
    bl add_mixed // sigma0
    ldr r1, [r7, #56]
    lsrs r2, r1, #10
    rotations 19, 17
    bl add_mixed // sigma1
    ldr r3, [r7, #36]
    adds r5, r5, r3
    str r5, [r7, #64]
    adds r7, #4
    subs r6, #1
    bne 1b

    subs r7, #4 * 48 + W - V
    movs r2, #28
2:  ldr r1, [r0, r2]
    str r1, [r7, r2]
    subs r2, #4
    bpl 2b
3:  adds r3, r0, r6
    ldr r5, [r3, #K]
    ldr r1, [r7, #12] // e
    movs r2, #25
    rotations 11, 6
    bl add_rotated // Sigma1
    ldmia r7!, {r2-r4} // h g f
    adds r5, r5, r2
    eors r4, r3
    ands r4, r1
    eors r4, r3
    adds r5, r5, r4 // Ch
    ldr r3, [r7, #32 - 12]
    adds r5, r5, r3 // T1
    ldr r3, [r7, #16 - 12]
    adds r3, r3, r5
    str r3, [r7, #16 - 12] // d becomes e
    ldr r1, [r7, #28 - 12] // a
    movs r2, #2
    rotations 13, 22
    bl add_rotated // Sigma0
    ldr r3, [r7, #24 - 12] // b
    ldr r4, [r7, #20 - 12] // c
    eors r1, r3
    eors r4, r3
    ands r1, r4
    eors r1, r3
    adds r5, r5, r1 // Maj
    str r5, [r7, #32 - 12] // h becomes a
    subs r7, #12 - 4
    adds r6, #4
    lsls r3, r6, #24
    bne 3b

    movs r2, #28
4:  ldr r1, [r0, r2]
    ldr r3, [r7, r2]
    adds r1, r1, r3
    str r1, [r0, r2]
    subs r2, #4
    bpl 4b
5:  pop {r1, r2, pc}

// Adds to r5 what r1 is when it is rotated by r2, and by the two numbers that r3 is made of, and all three are added
// without carries. Keeps r1.
add_rotated:
    movs r4, r1
    rors r4, r2
    movs r2, r4
// The same with r2 as it is.
add_mixed:
    movs r4, r1
    rors r4, r3
    eors r4, r1
    lsrs r3, r3, #3
    rors r4, r3
    eors r4, r2
    adds r5, r5, r4
    bx lr
