// SPDX-License-Identifier: BSD-3-Clause
//
// Test firmware for the microbit board (nRF51, Cortex-M0).
//
// At boot it prints "boot <cold|warm> page <blank|full|torn>": warm means that
// the RAM marker of an earlier boot is still there, and the page state tells
// how far the last write got. Then it obeys one-letter commands from the UART:
//   e   echo every byte until a zero byte arrives, then print "echoed"
//   w   erase the page and program its 256 words from RAM, then print "written"
//   r   reset through AIRCR
// The two flash routines run from RAM at fixed addresses, so that a test can
// put breakpoints on them: program_word at 0x20000100, erase_page at 0x20000118.
//
// TestFirmwareIsUpToDate knows how it is assembled.

        .syntax unified
        .cpu    cortex-m0
        .thumb

        .equ    UART,       0x40002000
        .equ    STARTRX,    0x000       // from UART
        .equ    STARTTX,    0x008
        .equ    RXDRDY,     0x108
        .equ    TXDRDY,     0x11c
        .equ    EVENTS,     0x100       // RXDRDY and TXDRDY are 0x08 and 0x1c from here
        .equ    ENABLE,     0x500       // RXD is 0x18 and TXD 0x1c from here
        .equ    NVMC,       0x4001e500  // CONFIG is 0x04 and ERASEPAGE 0x08 from here
        .equ    AIRCR,      0xe000ed0c
        .equ    PAGE,       0x0003fc00
        .equ    MARKER,     0x20003000
        .equ    KERNEL,     0x20000100
        .equ    ERASE,      KERNEL + 0x18

        .section .text
vectors:
        .word   0x20004000, reset + 1
        .rept   14
        .word   fault + 1
        .endr

fault:  b       fault

reset:  ldr     r6, =UART + EVENTS
        ldr     r7, =UART + ENABLE
        movs    r0, #4
        str     r0, [r7]                // ENABLE = 4
        ldr     r1, =UART
        movs    r0, #1
        str     r0, [r1, #STARTTX]
        str     r0, [r1, #STARTRX]

        ldr     r0, =KERNEL             // copy the flash routines to RAM
        adr     r1, kernel
        movs    r2, #(kernel_end - kernel)
copy:   subs    r2, #4
        ldr     r3, [r1, r2]
        str     r3, [r0, r2]
        bne     copy

        ldr     r0, =text_cold          // boot cold or warm
        ldr     r1, =MARKER
        ldr     r2, =0x51554e45
        ldr     r3, [r1]
        cmp     r3, r2
        bne     1f
        ldr     r0, =text_warm
1:      str     r2, [r1]
        bl      print

        ldr     r1, =PAGE               // page blank, full or torn
        movs    r2, #0                  // r2 counts programmed words, r3 walks
        movs    r3, #0
        movs    r5, #1
        lsls    r5, r5, #10
2:      ldr     r4, [r1, r3]
        cmp     r4, r3                  // word k of a full page holds 4 * k
        bne     3f
        adds    r2, #4
3:      adds    r3, #4
        cmp     r3, r5
        bne     2b
        ldr     r0, =text_full
        cmp     r2, r5
        beq     4f
        ldr     r0, =text_torn
        ldr     r3, [r1]                // nothing programmed: last and first word blank
        adds    r3, #1
        bne     4f
        ldr     r0, =text_blank
4:      bl      print

loop:   bl      getc
        cmp     r0, #'e'
        beq     echo
        cmp     r0, #'w'
        beq     write
        cmp     r0, #'r'
        bne     loop
        ldr     r1, =AIRCR
        ldr     r0, =0x05fa0004
        str     r0, [r1]
        b       .

echo:   bl      getc
        cmp     r0, #0
        beq     1f
        bl      putc
        b       echo
1:      ldr     r0, =text_echoed
        bl      print
        b       loop

write:  ldr     r5, =ERASE + 1
        ldr     r0, =PAGE
        blx     r5
        ldr     r5, =KERNEL + 1
        movs    r4, #0
1:      ldr     r0, =PAGE
        adds    r0, r0, r4
        movs    r1, r4
        blx     r5
        adds    r4, #4
        lsrs    r0, r4, #10
        beq     1b
        ldr     r0, =text_written
        bl      print
        b       loop

print:  push    {r4, lr}                // r0: zero-terminated text
        movs    r4, r0
1:      ldrb    r0, [r4]
        cmp     r0, #0
        beq     2f
        bl      putc
        adds    r4, #1
        b       1b
2:      pop     {r4, pc}

putc:   movs    r1, #0                  // r0: byte
        str     r1, [r6, #0x1c]         // TXDRDY = 0
        str     r0, [r7, #0x1c]         // TXD
1:      ldr     r1, [r6, #0x1c]
        cmp     r1, #0
        beq     1b
        bx      lr

getc:   ldr     r0, [r6, #0x08]         // wait for RXDRDY
        cmp     r0, #0
        beq     getc
        movs    r0, #0                  // clear the event before reading the byte:
        str     r0, [r6, #0x08]         // reading sets it again while more are queued
        ldr     r0, [r7, #0x18]         // RXD
        bx      lr

        .balign 4
kernel:
program_word:                           // 0x20000100; r0: address, r1: value
        ldr     r2, nvmc
        movs    r3, #1                  // CONFIG = write
        str     r3, [r2, #4]
        str     r1, [r0]
finish: movs    r3, #0                  // CONFIG = read
        str     r3, [r2, #4]
        bx      lr
        nop
nvmc:   .word   NVMC
        nop
        nop
erase_page:                             // 0x20000118; r0: page address
        ldr     r2, 1f
        movs    r3, #2                  // CONFIG = erase
        str     r3, [r2, #4]
        str     r0, [r2, #8]            // ERASEPAGE
        b       finish
        nop
1:      .word   NVMC
kernel_end:

text_cold:      .asciz  "boot cold"
text_warm:      .asciz  "boot warm"
text_blank:     .asciz  " page blank\n"
text_full:      .asciz  " page full\n"
text_torn:      .asciz  " page torn\n"
text_echoed:    .asciz  "\nechoed\n"
text_written:   .asciz  "written\n"
