// SPDX-License-Identifier: BSD-3-Clause
// The STM32G0 has the flash interface of the STM32L4; quine_part.h says where they differ.
#include "../stm32l4/quine_port_stm32l4.c"
