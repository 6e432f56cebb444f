// SPDX-License-Identifier: BSD-3-Clause
// ECDSA verification with P-256 (FIPS 186-5 section 6.4.2) for every Cortex-M, written for size. Only instructions
// of ARMv6-M, but for quine_p256_row, which quine_p256_m0.S, _m3.S and _m4.S have each in its own way.
// quine_p256.c says the same in C, and how it works.
    .syntax unified
    .thumb

    .section .quine.boot.text, "ax", %progbits

// Registers: 16 numbers of eight words, least significant word first.
    .equ T1, 0
    .equ T0, 1
    .equ U2, 2
    .equ U1, 3
    .equ R, 4
    .equ X2, 5
    .equ Y2, 6
    .equ Z2, 7
    .equ X1, 8
    .equ Y1, 9
    .equ Z1, 10
    .equ T2, 11
    .equ T3, 12
    .equ T4, 13
    .equ B, 14
    .equ ONE, 15
    .equ S, U1 // until it is inverted
    .equ E, T1 // the hash, and
    .equ N, T4 // the order, while no points are added
    .equ X3, X1 // of a sum, in the place of a summand
    .equ Y3, Y1
    .equ Z3, Z1

// Steps: an operation, the register for its result, and two for its operands, modulo the field's prime or the order.
    .equ ORDER, 0x4000
    .equ LAST, 0x8000
    .macro times d, a, b, how=0 // ab / 2^256
    .short \how | \d << 8 | \a << 4 | \b
    .endm
    .macro plus d, a, b, how=0
    .short 0x1000 | \how | \d << 8 | \a << 4 | \b
    .endm
    .macro minus d, a, b, how=0
    .short 0x2000 | \how | \d << 8 | \a << 4 | \b
    .endm

// int quine_p256_verify(struct quine_p256 *p, const uint32_t *signature, const struct quine_key *key)
// r4 p, r5 the number of a bit; the key is on the stack
    .global quine_p256_verify
    .thumb_func
    .type quine_p256_verify, %function
quine_p256_verify:
    push {r2-r7, lr}
    movs r4, r0
    movs r5, #0
    movs r6, #15 * 8
    adds r0, #32
1:  stmia r0!, {r5} // all but the hash
    subs r6, #1
    bne 1b
    movs r0, r4
    adds r0, #32 * S
    movs r6, #60
2:  ldr r5, [r1, r6]
    rev r5, r5
    stmia r0!, {r5} // and r behind s
    subs r6, #4
    bpl 2b
    movs r5, #1
    movs r6, #16 * ONE
    adds r6, r6
    str r5, [r4, r6]
    bl order_copy
    adr r1, s_range
    bl run
    cmp r0, #0
    bne refuse
    adr r1, r_range
    bl run
    cmp r0, #0
    bne refuse

    movs r5, #254
3:  bl quine_watchdog
    movs r0, #32 * T0
    bl bit
    adr r1, power
    bcs 4f
    subs r1, #2
4:  bl run
    subs r5, #1
    bpl 3b
    adr r1, scalars
    bl run

    movs r5, #255
5:  bl quine_watchdog
    movs r0, r4
    adds r0, #32 * X2
    movs r1, r0
    adds r1, #32 * (X1 - X2)
    movs r2, #24
    bl copy
    adr r1, addition
    bl run
    movs r0, #32 * U1
    bl bit
    bcc 6f
    adr r1, generator
    bl affine
6:  movs r0, #32 * U2
    bl bit
    bcc 7f
    ldr r1, [sp]
    adds r1, #4
    bl affine
7:  subs r5, #1
    bpl 5b

    bl order_copy
8:  adr r1, sides
    bl run
    movs r0, r4
    movs r2, #8
    movs r3, #0
9:  ldr r1, [r0, #32] // T0
    ldmia r0!, {r5}
    orrs r3, r5
    cmp r1, r5
    bne 10f
    subs r2, #1
    bne 9b
    movs r0, r2
    cmp r3, #0
    bne 11f
10: adr r1, r_next
    bl run
    cmp r0, #0
    bne 8b
refuse:
    movs r0, #18 // QUINE_ERR_SIGNATURE
    negs r0, r0
11: pop {r2-r7, pc}

// The carry flag becomes bit r5 of the register at offset r0.
bit:
    lsrs r1, r5, #5
    lsls r1, r1, #2
    adds r0, r0, r1
    ldr r0, [r4, r0]
    rors r0, r5
    lsrs r0, r0, #1
    bx lr

// Copies the order into N, and b into B.
order_copy:
    movs r0, #16 * N
    adds r0, r0
    adds r0, r0, r4
    adr r1, order
    movs r2, #16
// Copies r2 words from r1 to r0.
copy:
    ldmia r1!, {r3}
    stmia r0!, {r3}
    subs r2, #1
    bne copy
    bx lr

// Adds the point with the coordinates at r1.
affine:
    movs r0, r4
    adds r0, #32 * X2
    movs r2, #16
1:  ldmia r1!, {r3}
    stmia r0!, {r3}
    subs r2, #1
    bne 1b
    adr r1, addition_affine
    // fall through

// Does the steps at r1, up to the last. Operands are less than the prime, but for a of a multiplication and those of
// a last subtraction, which may be any numbers; results are less than the prime. Returns 0 when the last step is a
// subtraction with a less than b. r4 p; in what follows the decoding of a step, r0 d, r1 a, r2 b, r3 m.
run:
    push {r4-r7, lr}
1:  ldrh r7, [r1]
    push {r1, r7}
    adr r3, field
    movs r6, #15
    lsls r6, r6, #5
    lsls r2, r7, #5
    ands r2, r6
    adds r2, r2, r4
    lsls r1, r7, #1
    ands r1, r6
    adds r1, r1, r4
    lsrs r5, r7, #3
    ands r5, r6
    adds r0, r4, r5
    movs r5, #0
    lsls r7, r7, #18 // ORDER
    bcc 2f
    adds r3, #36 // order
2:  lsls r7, r7, #1 // minus, plus
    bcs subtract
    bmi add

// The Montgomery multiplication of the Handbook of Applied Cryptography, 14.36. What it divides by 2^32 in
// each round is not moved: the 17 words of t are seen through a window of 10 that moves up.
    push {r0-r3}
    sub sp, #68
    mov r0, sp
    movs r4, #17
2:  stmia r0!, {r5}
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
    pop {r1, r7}
    ldr r4, [sp] // p
    adds r1, #2
    lsrs r7, r7, #16 // LAST
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

// SP 800-186, 3.2.1.3: the primes, each behind -1/m modulo 2^32, then 2^256 b, then x and y of the generator.
    .balign 4
    .word 0x00000001
field:
    .word 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0x00000000, 0x00000000, 0x00000000, 0x00000001, 0xFFFFFFFF
    .word 0xEE00BC4F
order:
    .word 0xFC632551, 0xF3B9CAC2, 0xA7179E84, 0xBCE6FAAD, 0xFFFFFFFF, 0xFFFFFFFF, 0x00000000, 0xFFFFFFFF
    .word 0x29C4BDDF, 0xD89CDF62, 0x78843090, 0xACF005CD, 0xF7212ED6, 0xE5A220AB, 0x04874834, 0xDC30061D
generator:
    .word 0xD898C296, 0xF4A13945, 0x2DEB33A0, 0x77037D81, 0x63A440F2, 0xF8BCE6E5, 0xE12C4247, 0x6B17D1F2
    .word 0x37BF51F5, 0xCBB64068, 0x6B315ECE, 0x2BCE3357, 0x7C0F9E16, 0x8EE7EB4A, 0xFE1A7F9B, 0x4FE342E2

s_range:
    minus T0, N, ONE, ORDER
    minus T2, S, N, ORDER | LAST
scalars:
    times U2, U2, ONE, ORDER
    times U1, E, U2, ORDER
    times U2, R, U2, ORDER | LAST
    times U2, U2, U2, ORDER | LAST // the square alone, right before power
power:
    times U2, U2, U2, ORDER
    times U2, U2, S, ORDER | LAST
sides:
    times T0, R, Z1
    times T1, X1, ONE, LAST
r_next:
    plus R, R, N
    minus T2, R, N, LAST
addition_affine:
    plus Z2, ONE, ONE
    minus Z2, Z2, ONE
addition:
    times T0, X1, X2
    times T1, Y1, Y2
    times T2, Z1, Z2
    plus T3, X1, Y1
    plus T4, X2, Y2
    times T3, T3, T4
    plus T4, T0, T1
    minus T3, T3, T4
    plus T4, Y1, Z1
    plus Y3, Y2, Z2
    times T4, T4, Y3
    plus Y3, T1, T2
    minus T4, T4, Y3
    plus X3, X1, Z1
    plus Y3, X2, Z2
    times X3, X3, Y3
    plus Y3, T0, T2
    minus Y3, X3, Y3
    times Z3, B, T2
    minus X3, Y3, Z3
    plus Z3, X3, X3
    plus X3, X3, Z3
    minus Z3, T1, X3
    plus X3, T1, X3
    times Y3, B, Y3
    plus T1, T2, T2
    plus T2, T1, T2
    minus Y3, Y3, T2
    minus Y3, Y3, T0
    plus T1, Y3, Y3
    plus Y3, T1, Y3
    plus T1, T0, T0
    plus T0, T1, T0
    minus T0, T0, T2
    times T1, T4, Y3
    times T2, T0, Y3
    times Y3, X3, Z3
    plus Y3, Y3, T2
    times X3, T3, X3
    minus X3, X3, T1
    times Z3, T4, Z3
    times T1, T3, T0
    plus Z3, Z3, T1, LAST
    .balign 4
r_range:
    plus Y1, ONE, X1, ORDER // infinity is (0 : 1 : 0)
    minus T0, T0, ONE, ORDER // n - 2
    plus U2, S, X1, ORDER   // X1 is still 0
    minus T2, R, N, ORDER | LAST
