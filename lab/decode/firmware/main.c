// SPDX-License-Identifier: BSD-3-Clause
//
// Decodes the stream that job describes and counts instructions. The emulator's
// clock stands still but for the instructions that are executed, 1 ns each, so
// SysTick counts them.

#include "quine_stream.h"

#define SYST_CSR (*(volatile uint32_t *)0xE000E010)
#define SYST_RVR (*(volatile uint32_t *)0xE000E014)
#define SYST_CVR (*(volatile uint32_t *)0xE000E018)

enum { TICKS = 0xFFFFFF, LOOPS = 1000000, PIECE = 256 };

// The other side of this is type job in firmware.go.
struct job {
    uint32_t old_address, old_size;
    uint32_t stream_address, stream_size;
    uint32_t new_address, new_size;
    uint32_t load_address;
    // Results.
    int32_t status;
    uint32_t made;
    uint32_t loop_ticks;  // of LOOPS turns of two instructions
    uint32_t ticks;       // of the decoder
    uint32_t stack;       // stack pointer when the decoder is called
};

volatile struct job job __attribute__((section(".job")));

static struct quine_stream stream;
static uint32_t last;

// Ticks since the last call. Call it before the counter goes round.
static uint32_t elapsed(void)
{
    uint32_t now = SYST_CVR;
    uint32_t n = (last - now) & TICKS;
    last = now;
    return n;
}

static void calibrate(void)
{
    uint32_t n = LOOPS;
    (void)elapsed();
    __asm volatile(".syntax unified\n1: subs %0, #1\n bne 1b" : "+l"(n) : : "cc");
    job.loop_ticks = elapsed();
}

static int decode(void)
{
    const struct quine_old old = {.data = (const uint8_t *)job.old_address, .size = job.old_size};
    const uint8_t *in = (const uint8_t *)job.stream_address;
    uint8_t *out = (uint8_t *)job.new_address;
    size_t left = job.stream_size;
    int status = QUINE_OK;
    int ended = 0;

    quine_stream_init(&stream, job.old_size, job.new_size, job.load_address);
    do {
        size_t used = 0, made = 0;
        if (left > 0) {
            status = quine_stream_feed(&stream, in, left < PIECE ? left : PIECE, &used);
            in += used;
            left -= used;
        } else if (!ended) {
            quine_stream_end(&stream);
            ended = 1;
        }
        if (status < 0)
            break;
        status = quine_stream_poll(&stream, &old, out, PIECE, &made);
        out += made;
        job.made += made;
        job.ticks += elapsed();
    } while (status == QUINE_MORE);
    return status;
}

void finished(void);
__attribute__((noinline)) void finished(void)
{
    for (;;)
        __asm volatile("nop");
}

void reset(void);
void reset(void)
{
    uint32_t sp;

    SYST_RVR = TICKS;
    SYST_CVR = 0;
    SYST_CSR = 5;  // on, from the processor's clock
    job.made = job.ticks = 0;
    calibrate();
    __asm volatile("mov %0, sp" : "=r"(sp));
    job.stack = sp;
    (void)elapsed();
    job.status = decode();
    finished();
}

extern uint32_t stack_top[];
__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_top, (const void *)reset,
    (const void *)finished, (const void *)finished,
};
