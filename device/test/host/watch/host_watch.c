// SPDX-License-Identifier: BSD-3-Clause
// Watched builds: the device's code is compiled to call these functions at each access to memory, as for a
// thread sanitizer (-fsanitize=thread), and with -Dmemcpy=host_memcpy -Dmemcmp=host_memcmp.
// So weak cells change at every single read, a torn word of a part with error correction raises its
// fault when it is read and only then, and nothing is read or written where it must not be.
#include "host_flash.h"
#include "host_port.h"

#include "quine_port.h"

#include <stdint.h>
#include <string.h>

static void see(const void *address, size_t n)
{
    uintptr_t at = (uintptr_t)address - (uintptr_t)host_flash.cells;

    if (at >= host_flash.size)
        return;
    if (at + n > host_flash.size)
        host_fatal("flash is read at 0x%x, beyond its end", (uint32_t)at);
#if !defined(HOST_STORE_EXTERNAL)
    if (at < QUINE_STORE_OFFSET && at + n > QUINE_IMAGE_MAX)
        host_fatal("flash is read at 0x%x, between application and store", (uint32_t)at);
#endif
    host_see(&host_flash, (uint32_t)at, (uint32_t)n);
}

static void change(const void *address, size_t n)
{
    uintptr_t at = (uintptr_t)address - (uintptr_t)host_flash.cells;

    if (at < host_flash.size || at + n - 1u < host_flash.size)
        host_fatal("flash is written at 0x%x like RAM", (uint32_t)at);
}

// The names are the compiler's.
#define ACCESS(n)                                                                                  \
    void __tsan_read##n(void *at) { see(at, n); }                                                  \
    void __tsan_write##n(void *at) { change(at, n); }                                              \
    void __tsan_unaligned_read##n(void *at) { see(at, n); }                                        \
    void __tsan_unaligned_write##n(void *at) { change(at, n); }                                    \
    void __tsan_volatile_read##n(void *at) { see(at, n); }                                         \
    void __tsan_volatile_write##n(void *at) { change(at, n); }
#define DECLARE(n)                                                                                 \
    void __tsan_read##n(void *at);                                                                 \
    void __tsan_write##n(void *at);                                                                \
    void __tsan_unaligned_read##n(void *at);                                                       \
    void __tsan_unaligned_write##n(void *at);                                                      \
    void __tsan_volatile_read##n(void *at);                                                        \
    void __tsan_volatile_write##n(void *at);
DECLARE(1) DECLARE(2) DECLARE(4) DECLARE(8) DECLARE(16)
ACCESS(1) ACCESS(2) ACCESS(4) ACCESS(8) ACCESS(16)

void __tsan_read_range(void *at, size_t n);
void __tsan_write_range(void *at, size_t n);
void __tsan_init(void);

void __tsan_read_range(void *at, size_t n)
{
    see(at, n);
}

void __tsan_write_range(void *at, size_t n)
{
    change(at, n);
}

// Called once for each file.
void __tsan_init(void)
{
    host_watched = true;
}

void *host_memcpy(void *to, const void *from, size_t n);
int host_memcmp(const void *a, const void *b, size_t n);

void *host_memcpy(void *to, const void *from, size_t n)
{
    see(from, n);
    change(to, n);
    return memcpy(to, from, n);
}

int host_memcmp(const void *a, const void *b, size_t n)
{
    see(a, n);
    see(b, n);
    return memcmp(a, b, n);
}
