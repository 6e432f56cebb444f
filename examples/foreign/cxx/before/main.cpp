// SPDX-License-Identifier: BSD-3-Clause
// C++ without exceptions: says which release it is, then a dot each tenth of a second.
#include "uart.h"

// Counts SysTick from its construction on.
class Ticks {
public:
    explicit Ticks(uint32_t clock)
    {
        volatile uint32_t *const systick = reinterpret_cast<volatile uint32_t *>(0xE000E010u);
        systick[1] = clock / 10u - 1u;
        systick[2] = 0u;
        systick[0] = 7u;
    }
    void count() { n = n + 1u; }
    uint32_t now() const { return n; }

private:
    volatile uint32_t n = 0;
};

static Ticks ticks(25000000u);

extern "C" void tick_handler()
{
    ticks.count();
}

int main()
{
    uint32_t shown = 0;

    uart << "cxx release " RELEASE "\r\n";
    for (;;) {
        if (shown != ticks.now()) {
            shown = ticks.now();
            uart << ".";
        }
    }
}
