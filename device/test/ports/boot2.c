// SPDX-License-Identifier: BSD-3-Clause
// Stands for the second stage of an RP2040 board, which is the SDK's.
#include <stdint.h>

extern const uint8_t boot2[256];
__attribute__((section(".boot2"), used)) const uint8_t boot2[256] = {0};
