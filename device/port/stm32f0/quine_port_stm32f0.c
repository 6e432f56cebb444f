// SPDX-License-Identifier: BSD-3-Clause
// The STM32F0 has the flash interface of the STM32F1.
#include "../stm32f1/quine_port_stm32f1.c"
