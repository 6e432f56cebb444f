// SPDX-License-Identifier: BSD-3-Clause
// ECDSA verification with P-256 (FIPS 186-5 section 6.4.2) for every Cortex-M, written for size. Only instructions
// of ARMv6-M, but for quine_p256_row, which quine_p256_m0.S, _m3.S and _m4.S have each in its own way.
// quine_p256.c says the same in C, and how it works.
    .syntax unified
    .thumb

    .section .quine.boot.text, "ax", %progbits

// Registers: numbers of eight words, least significant word first. The first two lie wherever the caller of run
// says, the others from the start of struct quine_p256 on.
    .equ X2, 0
    .equ Y2, 1
    .equ U2, 2
    .equ U1, 3
    .equ R, 4
    .equ ONE, 5
    .equ X1, 6
    .equ Y1, 7
    .equ Z1, 8
    .equ T0, 9
    .equ Z2, 10
    .equ T1, 11
    .equ T2, 12
    .equ T3, 13
    .equ B, 14
    .equ ZERO, 15
    .equ CURVE_B, X2 // of the constants
    .equ N, Y2
    .equ E, U2 // the hash, and
    .equ S, U1 // s, until the scalars are known
    .equ LEFT, U2 // what is compared in the end
    .equ RIGHT, U1
    .equ POWER, T0 // of s
    .equ INVERSE, T1

    .equ KEPT, 2 // the first that lies in struct quine_p256

// Steps: an operation, the register for its result, and two for its operands.
    .equ STEP, 0x1000 // in each
    .equ CHECK, 0x4000 // the last step, if there is nothing to borrow
    .equ LAST, 0x8000
    .macro times d, a, b, how=0 // ab / 2^256
    .short STEP | \how | \d << 8 | \a << 4 | \b
    .endm
    .macro minus d, a, b, how=0
    .short STEP | 0x2000 | \how | \d << 8 | \a << 4 | \b
    .endm

// int quine_p256_verify(struct quine_p256 *p, const uint32_t *signature, const struct quine_key *key)
// r4 p, r5 the number of a bit, r6 the prime, r7 32 * KEPT behind where X2 lies; the key is on the stack
    .global quine_p256_verify
    .thumb_func
    .type quine_p256_verify, %function
quine_p256_verify:
    push {r2, r4-r7, lr}
    movs r4, r0
    adds r0, #32 * (S - KEPT)
    movs r6, #60
1:  ldr r5, [r1, r6]
    rev r5, r5
    stmia r0!, {r5} // and r behind s
    subs r6, #4
    bpl 1b
    movs r5, #1
    movs r6, #8 * (ZERO + 1 - ONE)
2:  stmia r0!, {r5} // and 0 in all behind ONE
    movs r5, #0
    subs r6, #1
    bne 2b
    adr r6, order
    adr r7, curve_b + 32 * KEPT
    adr r3, start
    bl run

    movs r5, #254
3:  adr r3, square - 2
    adds r3, #2
    bl run
    movs r0, #32 * (POWER - KEPT)
    bl when
    subs r5, #1
    bpl 3b
    bl run // scalars, behind the multiplication that bit 0 has asked for

    adr r6, field
    movs r5, #255
4:  movs r7, r4
    adds r7, #32 * X1
    adr r3, affine
    adds r3, #2
    bl run
    adr r7, generator + 32 * KEPT
    movs r0, #32 * (U1 - KEPT)
    bl when_affine
    ldr r7, [sp]
    adds r7, #4 + 32 * KEPT
    movs r0, #32 * (U2 - KEPT)
    bl when_affine
    subs r5, #1
    bpl 4b
    adds r5, #1
    bne 4b // a skipped branch must not end it with a point that anyone knows

    adr r3, sides
    bl run
    beq 5f
    adr r7, curve_b + 32 * KEPT
    adr r3, r_next
    bl run
5:  movs r1, #18 // QUINE_ERR_SIGNATURE
    muls r0, r1
    pop {r1, r4-r7, pc}

// Adds the point (X2, Y2) if bit r5 of the number at p + r0 is set.
when_affine:
    adr r3, affine
// Does the steps at r3 if bit r5 of the number at p + r0 is set. Keeps r3 if it is not.
when:
    lsrs r2, r5, #5
    lsls r2, r2, #2
    adds r0, r0, r2
    ldr r0, [r4, r0]
    rors r0, r5
    lsrs r0, r0, #1
    bcs run
    bx lr

// Does the steps at r3, up to the last. Operands are less than the prime, but for a of a multiplication and those of
// a last subtraction or one with CHECK, which may be any numbers; results are less than the prime. Returns 0, and
// tells that by the flags, when the last step is a subtraction with a less than b, else -1; and in r3 what is behind
// that step.
// r4 p, r6 the prime, r7 32 * KEPT behind where X2 lies; in what follows the decoding of a step, r0 b, r1 a, r2 d
run:
    .equ OPERANDS, 68 // on the stack, behind t: b, a, d,
    .equ END, OPERANDS + 12 // 2 in the last step, 1 if this may be the last, else 0,
    .equ STEPS, END + 4 // and what is pushed
    .equ PRIME, STEPS + 12
    push {r3-r7, lr}
    bl quine_watchdog
    sub sp, #STEPS
1:  add r0, sp, #STEPS
    ldmia r0!, {r3-r7}
    subs r7, r7, r4
    ldrh r5, [r3]
    adds r3, #2
    str r3, [sp, #STEPS]
    add r0, sp, #OPERANDS
2:  lsls r3, r5, #28
    lsrs r3, r3, #23
    subs r3, #32 * KEPT
    bcs 3f
    adds r3, r3, r7
3:  adds r3, r3, r4
    stmia r0!, {r3}
    lsrs r5, r5, #4
    cmp r5, #STEP >> 8
    bcs 2b
    movs r7, #0
    lsrs r5, r5, #2 // minus
    stmia r0!, {r5}
    bcs subtract

// The Montgomery multiplication of the Handbook of Applied Cryptography, 14.36, up to its subtraction. What it
// divides by 2^32 in each round is not moved: the 17 words of t are seen through a window of 10 that moves up.
    mov r0, sp
    movs r1, #64
4:  str r7, [r0, r1]
    subs r1, #4
    bpl 4b
5:  ldr r1, [sp, #OPERANDS + 4] // a
    ldmia r1!, {r2}
    str r1, [sp, #OPERANDS + 4]
    ldr r1, [sp, #OPERANDS] // b
    bl quine_p256_row
    ldr r1, [sp, #PRIME]
    ldr r2, [r1, #32]
    ldr r3, [r0]
    muls r2, r3
    bl quine_p256_row
    adds r0, #4
    add r1, sp, #32
    cmp r0, r1
    bne 5b
    ldr r7, [r0, #32]
    str r0, [sp, #OPERANDS + 4]
    ldr r0, [sp, #PRIME]
    str r0, [sp, #OPERANDS]

// d = a - b, and the prime is added when that borrows more than a's ninth word r7.
// r5 -1 while numbers are subtracted, 0 while they are added, in the end 0 or 1; r6 the carry
subtract:
    add r0, sp, #OPERANDS
    ldmia r0, {r0-r2}
    movs r4, #32
    adds r4, r4, r2
    sbcs r5, r5 // no address carries
    mov ip, r4
6:  mvns r6, r5
7:  ldmia r1!, {r3}
    ldmia r0!, {r4}
    eors r4, r5
    negs r6, r6 // sets the carry flag when it is 0
    adcs r3, r4
    sbcs r6, r6
    stmia r2!, {r3}
    cmp r2, ip
    bne 7b
    subs r2, #32
    movs r1, r2
    ldr r0, [sp, #PRIME]
    adds r5, #1
    adds r6, r6, r7
    bne 6b

    ldr r7, [sp, #END]
    cmp r5, r7
    bcs 1b
    subs r0, r5, #1
    add sp, #STEPS
    pop {r3-r7, pc}

// SP 800-186, 3.2.1.3: the primes, each in front of -1/m modulo 2^32, 2^256 b, and x and y of the generator. The
// first words are no instruction: what skips the return stops there.
    .balign 4
field:
    .word 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0x00000000, 0x00000000, 0x00000000, 0x00000001, 0xFFFFFFFF
    .word 0x00000001
curve_b:
    .word 0x29C4BDDF, 0xD89CDF62, 0x78843090, 0xACF005CD, 0xF7212ED6, 0xE5A220AB, 0x04874834, 0xDC30061D
order:
    .word 0xFC632551, 0xF3B9CAC2, 0xA7179E84, 0xBCE6FAAD, 0xFFFFFFFF, 0xFFFFFFFF, 0x00000000, 0xFFFFFFFF
    .word 0xEE00BC4F
generator:
    .word 0xD898C296, 0xF4A13945, 0x2DEB33A0, 0x77037D81, 0x63A440F2, 0xF8BCE6E5, 0xE12C4247, 0x6B17D1F2
    .word 0x37BF51F5, 0xCBB64068, 0x6B315ECE, 0x2BCE3357, 0x7C0F9E16, 0x8EE7EB4A, 0xFE1A7F9B, 0x4FE342E2

start:
    minus T2, S, N, CHECK // or else all that follows stays 0, and ends at (0 : 0 : 0), as s = 0 does
    minus T2, R, N, CHECK
    minus Y1, N, ONE // infinity is (0 : n - 1 : 0)
    minus POWER, Y1, ONE
    minus INVERSE, S, ZERO
    minus B, CURVE_B, ZERO, LAST
affine:
    minus Z2, ONE, ZERO
addition:
    times T0, X1, X2
    times T1, Y1, Y2
    minus T2, X1, Y1
    minus T3, X2, Y2
    times T3, T2, T3
    minus T2, Y1, Z1
    minus Y1, Y2, Z2
    times Y1, T2, Y1
    minus T2, X2, Z2
    minus X1, X1, Z1
    times X1, X1, T2
    times T2, Z1, Z2
    minus T3, T3, T0
    minus T3, T1, T3 // X1 Y2 + X2 Y1
    minus Y1, Y1, T1
    minus Y1, T2, Y1 // Y1 Z2 + Y2 Z1
    minus X1, X1, T0
    minus X1, T2, X1 // X1 Z2 + X2 Z1
    times Z1, B, T2
    minus Z1, X1, Z1
    minus Z2, T1, Z1
    minus Z2, Z2, Z1
    minus Z2, Z2, Z1
    minus Z1, Z2, T1
    minus T1, T1, Z1
    times X1, B, X1
    minus X1, X1, T0
    minus X1, X1, T2
    minus X1, X1, T2
    minus X1, X1, T2
    minus Z1, ZERO, X1
    minus X1, X1, Z1
    minus X1, X1, Z1
    minus Z1, T2, T0
    minus T0, T0, T2
    minus Z1, Z1, T0
    minus Z1, Z1, T0
    times T0, Y1, X1
    times X1, X1, Z1
    times T2, T1, Z2
    times T1, T3, T1
    times T3, T3, Z1
    times Z1, Y1, Z2
    minus Y1, T2, X1
    minus X1, T1, T0
    minus Z2, Z1, T3
    minus Z1, Z1, T3, LAST
r_next:
    minus T2, ZERO, N
    minus R, R, T2, CHECK
sides:
    times LEFT, R, Z1
    times RIGHT, X1, ONE
    minus T2, ZERO, LEFT, CHECK
    minus T2, LEFT, RIGHT
    minus T2, T2, ONE, LAST
square:
    times INVERSE, INVERSE, INVERSE, LAST
    times INVERSE, INVERSE, S, LAST
scalars:
    times INVERSE, INVERSE, ONE
    times U1, E, INVERSE
    times U2, R, INVERSE, LAST
