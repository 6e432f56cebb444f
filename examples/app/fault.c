// SPDX-License-Identifier: BSD-3-Clause
// A fault of the application reaches the application's own handler, before and after an update.
#include "board.h"
#include "console.h"

#define AIRCR (*(volatile uint32_t *)0xE000ED0Cu)

extern volatile uint8_t quine_flash[];

void app_fault(void)
{
    print("\r\nHardFault handler of the application\r\n");
    AIRCR = 0x05FA0004u; // VECTKEY, SYSRESETREQ
    for (;;)
        ;
}

static void fault(const char *argument)
{
    (void)argument;
    __asm__ volatile("udf #0");
}
COMMAND(fault, "executes an undefined instruction; the HardFault handler resets", fault);

static void poke(const char *argument)
{
    (void)argument;
    quine_flash[0] = 0;
}
COMMAND(poke, "stores to flash without its driver, which faults", poke);
