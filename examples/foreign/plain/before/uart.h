// SPDX-License-Identifier: BSD-3-Clause
#ifndef UART_H
#define UART_H

void uart_init(void);
int uart_getc(void); // -1 when nothing has come
void uart_putc(char c);

static inline void uart_print(const char *text)
{
    while (*text != '\0')
        uart_putc(*text++);
}

#endif
