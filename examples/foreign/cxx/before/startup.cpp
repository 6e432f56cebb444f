// SPDX-License-Identifier: BSD-3-Clause
// Startup for C++: vectors, variables, constructors of global objects.
#include <stdint.h>

extern "C" {
extern uint32_t stack_top[], data_load[], data_begin[], data_end[], bss_begin[], bss_end[];
extern void (*const constructors_begin[])();
extern void (*const constructors_end[])();
extern const uintptr_t vectors_begin[];

int main();
void tick_handler();

void reset()
{
    const uint32_t *from = data_load;
    for (uint32_t *to = data_begin; to < data_end;)
        *to++ = *from++;
    for (uint32_t *to = bss_begin; to < bss_end;)
        *to++ = 0;
    *reinterpret_cast<volatile uint32_t *>(0xE000ED08u) = reinterpret_cast<uintptr_t>(vectors_begin); // VTOR
    for (auto constructor = constructors_begin; constructor < constructors_end; constructor++)
        (*constructor)();
    main();
}

static void stop()
{
    for (;;)
        ;
}

// What the compiler calls where a pure virtual function would be.
void __cxa_pure_virtual()
{
    stop();
}

using handler = void (*)();
extern const handler vectors[16];
__attribute__((section(".vectors"), used)) const handler vectors[16] = {
    reinterpret_cast<handler>(reinterpret_cast<uintptr_t>(stack_top)), reset, stop, stop, stop, stop, stop, stop,
    stop, stop, stop, stop, stop, stop, stop, tick_handler,
};
}
