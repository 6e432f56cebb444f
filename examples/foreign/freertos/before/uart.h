// SPDX-License-Identifier: BSD-3-Clause
#ifndef UART_H
#define UART_H

#include "FreeRTOS.h"
#include "stream_buffer.h"

void uart_init(void);
void uart_print(const char *text);

// What was received.
extern StreamBufferHandle_t uart_rx;

#endif
