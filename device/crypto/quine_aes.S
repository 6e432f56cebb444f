// SPDX-License-Identifier: BSD-3-Clause
// AES in counter mode for every Cortex-M, written for size from FIPS 197, whose sections and names are cited. Only
// instructions of ARMv6-M. quine_aes.c says the same in C. Its time depends on the data where memory has a
// cache: no Cortex-M has one for its RAM but the M7.
#include "quine_aes.h"

    .syntax unified
    .thumb

    .equ KEYS, QUINE_AES_KEY / 16         // round keys in a key
    .equ ROUNDS, QUINE_AES_KEY / 4 + 6
    .equ COUNTER, 256 + QUINE_AES_KEY     // of struct quine_aes

    .section .quine.boot.text, "ax", %progbits

// void quine_aes_init(struct quine_aes *a)
// Section 5.1.1. r1 goes through all elements but 0, a multiplication by 3 each time, r2 through their inverses.
    .global quine_aes_init
    .thumb_func
    .type quine_aes_init, %function
quine_aes_init:
    push {r4, lr}
    movs r1, #1
    movs r2, #1
    movs r4, #0x63
    strb r4, [r0]
1:  lsls r3, r1, #1
    eors r1, r3
    lsrs r3, r1, #8
    beq 2f
    movs r3, #0x1B
    eors r1, r3
    uxtb r1, r1
2:  lsls r3, r2, #1
    eors r2, r3
    lsls r3, r2, #2
    eors r2, r3
    lsls r3, r2, #4
    eors r2, r3
    uxtb r2, r2
    lsrs r3, r2, #7
    beq 3f
    movs r3, #0x09
    eors r2, r3
3:  lsls r3, r2, #8 // the byte twice, so that shifts rotate it, by 4 to 7
    orrs r3, r2
    movs r4, r3
    lsrs r3, r3, #4
    eors r4, r3
    lsrs r3, r3, #1
    eors r4, r3
    lsrs r3, r3, #1
    eors r4, r3
    lsrs r3, r3, #1
    eors r4, r3
    movs r3, #0x63
    eors r4, r3
    strb r4, [r0, r1]
    cmp r1, #1
    bne 1b
    pop {r4, pc}

    .section .quine.kernel, "ax", %progbits

// The frame: the state, where it is substituted, the round keys, and the arguments.
    .equ KEY, 32
    .equ ARGS, KEY + 16 * KEYS

// void quine_aes_ctr(const struct quine_aes *a, uint32_t index, void *data, uint32_t n)
// r4 a, r5 the number of the round; ip the round constant
    .global quine_aes_ctr
    .thumb_func
    .type quine_aes_ctr, %function
quine_aes_ctr:
    push {r0-r7, lr}
    sub sp, #ARGS
    movs r4, r0
next_block:
    movs r7, r4
    adds r7, #255
    adds r7, #COUNTER - 255
    ldmia r7!, {r0-r2}
    ldr r3, [sp, #ARGS + 4]
    adds r5, r3, #1
    str r5, [sp, #ARGS + 4]
    rev r3, r3
    mov r6, sp
    stmia r6!, {r0-r3}
    adds r6, #16 // the round keys
    subs r7, #QUINE_AES_KEY + 12
    .rept KEYS
    ldmia r7!, {r0-r3}
    stmia r6!, {r0-r3}
    .endr
    movs r5, #1
    mov ip, r5
    movs r5, #0

// Section 5.1.4, with the round keys of section 5.2 made on the way: a round key takes the place of the one that
// is KEYS before it. r0 what its first word changes by, and r3 whether the others change by the one before
next_round:
    movs r0, #0
    movs r3, #0
    mov r6, sp
    adds r6, #KEY
    .if KEYS == 2
    lsls r1, r5, #31
    lsrs r1, r1, #27 // 16 in odd rounds
    adds r6, r6, r1
    .endif
    cmp r5, #KEYS
    blo 3f
    mvns r3, r3
    mov r7, sp
    adds r7, #KEY + 16 * KEYS - 4
    .if KEYS == 2
    subs r7, r7, r1
    .endif
    ldr r0, [r7] // the word before the round key
    movs r2, #8
    .if KEYS == 2
    cmp r1, #0
    bne 1f
    .endif
    rors r0, r2 // RotWord
1:  movs r7, #4
2:  uxtb r1, r0 // SubWord
    eors r0, r1
    ldrb r1, [r4, r1]
    orrs r0, r1
    rors r0, r2
    subs r7, #1
    bne 2b
    .if KEYS == 2
    lsls r1, r5, #31
    bne 3f
    .endif
    mov r1, ip // Rcon
    eors r0, r1
    lsls r1, r1, #1
    .if KEYS == 1
    lsrs r7, r1, #8
    beq 4f
    movs r7, #0x1B
    eors r1, r7
    uxtb r1, r1
4:
    .endif
    mov ip, r1
3:  mov r7, sp
    movs r2, #4
5:  ldr r1, [r6]
    eors r0, r1
    stmia r6!, {r0}
    ldr r1, [r7]
    eors r1, r0
    stmia r7!, {r1}
    ands r0, r3
    subs r2, #1
    bne 5b
    cmp r5, #ROUNDS
    beq done

    movs r0, #0 // SubBytes and ShiftRows: to byte r0 from byte r1, which is 5 times as far
    movs r1, #0
    movs r3, #15
    mov r6, sp
6:  ldrb r2, [r6, r1]
    ldrb r2, [r4, r2]
    strb r2, [r7, r0]
    adds r1, #5
    ands r1, r3
    adds r0, #1
    cmp r0, #16
    bne 6b

    adds r5, #1
    cmp r5, #ROUNDS
    beq 8f
    ldr r2, high
7:  ldmia r7!, {r0} // MixColumns, of four bytes at a time
    movs r1, r0
    movs r3, #8
    rors r1, r3
    eors r0, r1
    movs r4, r0
    ands r4, r2
    eors r0, r4
    lsls r0, r0, #1
    lsrs r4, r4, #7
    movs r3, #0x1B
    muls r4, r3
    eors r0, r4
    movs r3, #8
    eors r0, r1
    rors r1, r3
    eors r0, r1
    rors r1, r3
    eors r0, r1
    stmia r6!, {r0}
    mov r3, sp
    adds r3, #32
    cmp r7, r3
    bne 7b
    ldr r4, [sp, #ARGS]
    b next_round
8:  ldmia r7!, {r0-r3}
    stmia r6!, {r0-r3}
    b next_round

done:
    ldr r6, [sp, #ARGS + 8]
    mov r7, sp
    movs r2, #4
9:  ldr r0, [r6]
    ldmia r7!, {r1}
    eors r0, r1
    stmia r6!, {r0}
    subs r2, #1
    bne 9b
    str r6, [sp, #ARGS + 8]
    ldr r0, [sp, #ARGS + 12]
    subs r0, #16
    str r0, [sp, #ARGS + 12]
    bne next_block
    add sp, #ARGS + 16
    pop {r4-r7, pc}

    .balign 4
high:
    .word 0x80808080
