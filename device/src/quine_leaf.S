// SPDX-License-Identifier: BSD-3-Clause
// The smallest functions of boot in Thumb code of every core. What they do is said where they are
// declared: quine_internal.h, quine_image.h. In C they are test/host/quine_id.c and quine_crc32.c, which
// other machines run; lab/emu compares.

    .syntax unified
    .thumb

    .section .quine.kernel, "ax", %progbits

// r0: an id. Goes on into quine_same_id with that of the application.
    .global quine_is_running
    .thumb_func
    .type quine_is_running, %function
quine_is_running:
    ldr r1, =quine_manifest + 8

// r0, r1: two ids. r2 is 6, 4, 2, 0 in the loop, and -2 when all halves were the same and none was 0
// or -1.
    .global quine_same_id
    .thumb_func
    .type quine_same_id, %function
quine_same_id:
    push {r4, lr}
    movs r2, #6
1:  ldrsh r3, [r0, r2]
    ldrsh r4, [r1, r2]
    cmp r3, r4
    bne 2f
    adds r3, #1
    cmp r3, #1
    bls 2f
    subs r2, #2
    bpl 1b
2:  lsrs r0, r2, #31
    pop {r4, pc}

// r0: where to, r1: where from. Goes on into quine_copy with a chunk.
    .global quine_copy_chunk
    .thumb_func
    .type quine_copy_chunk, %function
quine_copy_chunk:
    movs r2, #32

// r0: where to, r1: where from, r2: bytes. Keeps r0 and r1.
    .global quine_copy
    .thumb_func
    .type quine_copy, %function
quine_copy:
    subs r2, #4
    ldr r3, [r1, r2]
    str r3, [r0, r2]
    bne quine_copy
    bx lr

    .pool

    .section .quine.boot.text, "ax", %progbits

// r0: the CRC of what came before, r1: data, r2: bytes. A bit at a time: small is what counts.
    .global quine_crc32
    .thumb_func
    .type quine_crc32, %function
quine_crc32:
    push {r4, lr}
    mvns r0, r0
    ldr r4, =0xEDB88320
1:  subs r2, #1
    bcc 4f
    ldrb r3, [r1]
    adds r1, #1
    eors r0, r3
    movs r3, #8
2:  lsrs r0, #1
    bcc 3f
    eors r0, r4
3:  subs r3, #1
    bne 2b
    b 1b
4:  mvns r0, r0
    pop {r4, pc}

    .pool
