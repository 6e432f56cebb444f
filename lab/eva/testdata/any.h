// SPDX-License-Identifier: BSD-3-Clause
// Values that are any of a kind, and what Eva does not know of GCC.
#include <__fc_builtin.h>
#include <stdint.h>

#define ANY(x) Frama_C_make_unknown((char *)&(x), sizeof(x))
#define BETWEEN(low, high) Frama_C_unsigned_int_interval(low, high)
#define WORD BETWEEN(0, 0xFFFFFFFFu)

#define __builtin_assume_aligned(p, n) (p)
#define __builtin_bswap32 swap

static inline uint32_t swap(uint32_t x)
{
    return x << 24 | (x & 0xFF00u) << 8 | (x >> 8 & 0xFF00u) | x >> 24;
}
