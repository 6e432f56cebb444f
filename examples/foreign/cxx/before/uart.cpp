// SPDX-License-Identifier: BSD-3-Clause
#include "uart.h"

enum { Data, State, Control, Interrupt, Divider };

Uart::Uart(uintptr_t base) : registers(reinterpret_cast<volatile uint32_t *>(base))
{
    registers[Divider] = 25000000u / 115200u;
    registers[Control] = 3u; // transmit, receive
}

void Uart::put(char c)
{
    while ((registers[State] & 1u) != 0u)
        ;
    registers[Data] = static_cast<uint8_t>(c);
}

int Uart::get()
{
    return (registers[State] & 2u) == 0u ? -1 : static_cast<int>(registers[Data] & 0xFFu);
}

Uart uart(0x40004000u);
