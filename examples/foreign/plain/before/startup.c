// SPDX-License-Identifier: BSD-3-Clause
// Startup of the nRF51822 as vendors write it: vector table, initialised data, main.
#include <stdint.h>

extern uint32_t _estack[], _sidata[], _sdata[], _edata[], _sbss[], _ebss[];
int main(void);

void Reset_Handler(void)
{
    uint32_t *from = _sidata;
    for (uint32_t *to = _sdata; to < _edata;)
        *to++ = *from++;
    for (uint32_t *to = _sbss; to < _ebss;)
        *to++ = 0;
    main();
}

void Default_Handler(void)
{
    for (;;)
        ;
}

void TIMER0_IRQHandler(void);

#pragma GCC diagnostic ignored "-Woverride-init"
__attribute__((section(".isr_vector"), used)) void (*const g_pfnVectors[48])(void) = {
    [0] = (void (*)(void))_estack,
    [1] = Reset_Handler,
    [2 ... 41] = Default_Handler, // the others are reserved
    [16 + 8] = TIMER0_IRQHandler,
};
