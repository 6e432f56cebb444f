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
// Sections 5.3.3 and 4.2.2: fractions of the square roots of the primes below 20, and of the cube roots of those below
// 312; the largest comes first.
// r0 where the next goes, r1 22 for square roots, 19 for cube roots, r2 the last number tried for a prime
    .global quine_sha256_init
    .thumb_func
    .type quine_sha256_init, %function
quine_sha256_init:
    push {r4-r7, lr}
    movs r1, #22
    movs r2, #20
1:  subs r2, #1 // the next number
    movs r3, #1
2:  adds r3, #1 // the next divisor
    movs r4, r2
3:  subs r4, r4, r3
    bgt 3b
    blt 2b
    cmp r3, r2 // the first that divides it
    bne 1b

// The root x of p, bit by bit: b is half of what it was, and added to x where the result is not above the root.
// For the square root that is where 2x + b <= (p - x^2) / b, for the cube root where
// 3x^2 + b (3x + b) <= (p - x^3) / b. Both sides are in units of 2^-25 or 2^-22.
// r2 p, then the right side; r6 the left side; r4 2x, or 3x^2; r1 8, or 8 (3x + b); r0 0, or 8b; r5 n, of b = 8 / 2^n:
// r1 divided by 2^n is what the left side is above r4; r7 x
    push {r0-r2}
    lsls r0, r1, #31
    lsrs r0, r0, #3
    lsls r2, r1
    movs r1, #1
    lsls r1, r1, #28
    movs r5, #0
4:  adds r5, #1
    adds r2, r2, r2
    lsrs r0, r0, #1
    subs r1, r1, r0
    movs r6, r1
    lsrs r6, r5
    adds r6, r6, r4 // 0 at first, what no divisor has left
    adds r7, r7, r7
    cmp r2, r6
    bcc 5f
    subs r2, r2, r6
    adds r1, r1, r0
    movs r4, r1
    lsrs r4, r5
    adds r4, r4, r6
    adds r1, r1, r0
    adds r1, r1, r0
    adds r7, #1
5:  cmp r5, #35
    bne 4b
    pop {r0-r2}
    stmia r0!, {r7}
    cmp r2, #2
    bne 1b
    cmp r1, #19
    beq 6f
    movs r1, #0
    stmia r0!, {r1} // length
    movs r1, #19
    movs r2, #312 / 2
    adds r2, r2, r2
    b 1b
6:  pop {r4-r7, pc}

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
// r0 s; r5 a sum; r6 four times the rounds to come, where the constant lies; r7 the window: h g f e d c b a, then the
// next words of the schedule
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
    subs r7, #W - V
    movs r2, #28
1:  ldr r1, [r0, r2]
    str r1, [r7, r2]
    subs r2, #4
    bpl 1b
    movs r6, #4 * 63
2:  cmp r6, #4 * 16
    bcc 3f
    ldr r5, [r7, #32]
    ldr r1, [r7, #36]
    lsrs r2, r1, #3
    rotations 18, 7
    bl add_mixed // sigma0
    ldr r1, [r7, #88]
    lsrs r2, r1, #10
    rotations 19, 17
    bl add_mixed // sigma1
    ldr r3, [r7, #68]
    adds r5, r5, r3
    str r5, [r7, #96] // the word for 16 rounds later
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
    subs r6, #4
    bpl 2b

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
