// SPDX-License-Identifier: BSD-3-Clause
// Takes a patch from the UART. The sender begins with U, then sends pieces, each as its length n from
// 1 to 255, n bytes and their sum modulo 256, and waits for + after each; n = 0 ends the patch.
#include "quine.h"
#include "uart.h"

static struct quine_update update;

static uint8_t next(void)
{
    int c;
    while ((c = uart_getc()) < 0)
        ;
    return (uint8_t)c;
}

static int receive(void)
{
    static uint8_t piece[255];
    int result = quine_update_begin(&update);

    while (result == QUINE_OK) {
        uint8_t n = next(), sum = 0;
        if (n == 0)
            return quine_update_finish(&update);
        for (uint8_t i = 0; i < n; i++)
            sum = (uint8_t)(sum + (piece[i] = next()));
        if (next() != sum)
            return QUINE_ERR_IO;
        result = quine_update_write(&update, piece, n);
        if (result == QUINE_OK)
            uart_print("+");
    }
    return result;
}

void update_poll(void)
{
    if (uart_getc() != 'U')
        return;
    if (receive() == QUINE_OK)
        quine_update_install(); // resets; boot installs
    uart_print("refused\r\n");
}
