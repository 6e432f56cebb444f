// SPDX-License-Identifier: BSD-3-Clause
// What the application needs of a CMSIS device header: the core's registers and the UART of the MPS2.
#ifndef DEVICE_H
#define DEVICE_H

#include <stdint.h>

typedef enum { UARTRX0_IRQn = 0 } IRQn_Type;

typedef struct {
    volatile uint32_t CPUID, ICSR, VTOR, AIRCR, SCR, CCR;
} SCB_Type;
#define SCB ((SCB_Type *)0xE000ED00u)

typedef struct {
    volatile uint32_t CTRL, LOAD, VAL, CALIB;
} SysTick_Type;
#define SysTick ((SysTick_Type *)0xE000E010u)

typedef struct {
    volatile uint32_t DATA, STATE, CTRL, INTCLEAR, BAUDDIV;
} CMSDK_UART_TypeDef;
#define CMSDK_UART0 ((CMSDK_UART_TypeDef *)0x40004000u)

static inline void NVIC_EnableIRQ(IRQn_Type irq)
{
    *(volatile uint32_t *)0xE000E100u = 1u << irq;
}

extern uint32_t SystemCoreClock; // Hz
void SystemInit(void);

#endif
