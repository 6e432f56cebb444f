// SPDX-License-Identifier: BSD-3-Clause
// Startup of an MPS2 with AN385 (Cortex-M3): vector table, initialised data, main.
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

// FreeRTOS has these three.
void vPortSVCHandler(void);
void xPortPendSVHandler(void);
void xPortSysTickHandler(void);
void UARTRX0_Handler(void);

#pragma GCC diagnostic ignored "-Woverride-init"
__attribute__((section(".isr_vector"), used)) void (*const vectors[48])(void) = {
    [0] = (void (*)(void))_estack,
    [1] = Reset_Handler,
    [2 ... 47] = Default_Handler,
    [11] = vPortSVCHandler,
    [14] = xPortPendSVHandler,
    [15] = xPortSysTickHandler,
    [16] = UARTRX0_Handler,
};
