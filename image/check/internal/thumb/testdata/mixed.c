// SPDX-License-Identifier: BSD-3-Clause

// A mix of what compilers make: tables of branches, divisions, long multiplications,
// floating point, atomics, bit fields, large frames, far and conditional branches,
// calls through pointers and in place of a return.

#include <stdint.h>

extern int leaf(int);
extern void sink(void *);

int jump(int n, int x)
{
    switch (n) {
    case 0: return leaf(x);
    case 1: return x * 7;
    case 2: return x / 3;
    case 3: return leaf(x + 1) + 5;
    case 4: return x ^ 0x55AA55AA;
    case 5: return x & 0xFF00FF;
    case 6: return leaf(leaf(x));
    case 7: return ~x;
    default: return -1;
    }
}

uint64_t wide(uint64_t a, uint32_t b, uint64_t c) { return a * b + c; }
uint32_t divide(uint32_t a, uint32_t b) { return a / b + a % b; }
float real(float a, float b) { return a * b + a / b; }
double twice(double a) { return a + a; }
int atomic(int *p) { return __atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }

struct bits { unsigned a : 5, b : 11, c : 16; };
struct bits pack(unsigned a, struct bits old)
{
    old.b = a;
    old.a = old.c;
    return old;
}

void large(int n)
{
    uint8_t frame[5000];
    uint64_t pair[4] = {1, 2, 3, (uint64_t)n};
    frame[n] = 1;
    sink(frame);
    sink(pair);
}

void grows(int n)
{
    uint8_t frame[n];
    sink(frame);
}

static int (*volatile table[4])(int);
int through(int n) { return table[n & 3](n) + 1; }
int tail(int n) { return table[n & 3](n); }

int variadic(int n, ...)
{
    __builtin_va_list list;
    __builtin_va_start(list, n);
    int sum = 0;
    while (n-- > 0)
        sum += __builtin_va_arg(list, int);
    __builtin_va_end(list);
    return sum;
}

int16_t small(const int8_t *p, int n)
{
    int16_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += p[i] < 0 ? -p[i] : p[i] > 100 ? 100 : p[i];
    return sum;
}

uint32_t swap(uint32_t x) { return __builtin_bswap32(x) ^ (uint32_t)__builtin_clz(x); }

void trap(int x)
{
    if (x)
        __builtin_trap();
    __asm__ volatile("dsb\n isb\n nop\n cpsid i\n mrs r0, primask\n msr primask, r0" ::: "r0");
}
