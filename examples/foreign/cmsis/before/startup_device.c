// SPDX-License-Identifier: BSD-3-Clause
// Startup in the manner of CMSIS: vector table with weak handlers, SystemInit, copy and zero tables.
#include "device.h"

typedef void (*VECTOR_TABLE_Type)(void);

extern uint32_t __StackTop[];
extern const VECTOR_TABLE_Type __VECTOR_TABLE[48];
int main(void);

typedef struct {
    const uint32_t *src;
    uint32_t *dest;
    uint32_t wlen;
} __copy_table_t;

typedef struct {
    uint32_t *dest;
    uint32_t wlen;
} __zero_table_t;

extern const __copy_table_t __copy_table_start__[], __copy_table_end__[];
extern const __zero_table_t __zero_table_start__[], __zero_table_end__[];

uint32_t SystemCoreClock = 25000000u;

void SystemInit(void)
{
    SCB->VTOR = (uint32_t)&__VECTOR_TABLE[0];
}

void Reset_Handler(void)
{
    SystemInit();
    for (const __copy_table_t *t = __copy_table_start__; t < __copy_table_end__; t++)
        for (uint32_t i = 0; i < t->wlen; i++)
            t->dest[i] = t->src[i];
    for (const __zero_table_t *t = __zero_table_start__; t < __zero_table_end__; t++)
        for (uint32_t i = 0; i < t->wlen; i++)
            t->dest[i] = 0u;
    main();
}

void Default_Handler(void)
{
    for (;;)
        ;
}

#define WEAK __attribute__((weak, alias("Default_Handler")))
WEAK void NMI_Handler(void);
WEAK void HardFault_Handler(void);
WEAK void SVC_Handler(void);
WEAK void PendSV_Handler(void);
WEAK void SysTick_Handler(void);
WEAK void UARTRX0_Handler(void);

const VECTOR_TABLE_Type __VECTOR_TABLE[48] __attribute__((used, section(".vectors"))) = {
    (VECTOR_TABLE_Type)__StackTop, Reset_Handler, NMI_Handler, HardFault_Handler,
    [11] = SVC_Handler, [14] = PendSV_Handler, [15] = SysTick_Handler, [16] = UARTRX0_Handler,
};
