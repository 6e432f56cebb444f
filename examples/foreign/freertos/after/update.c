// SPDX-License-Identifier: BSD-3-Clause
// A task that takes a patch from the UART. The sender begins with U, then sends pieces, each as its
// length n from 1 to 255, n bytes and their sum modulo 256, and waits for + after each; n = 0 ends it.
#include "uart.h"

#include "quine.h"
#include "task.h"

static struct quine_update update;

// Waits at most a second for each byte.
static int next(void)
{
    uint8_t byte;
    return xStreamBufferReceive(uart_rx, &byte, 1, pdMS_TO_TICKS(1000)) == 1 ? byte : -1;
}

static int receive(void)
{
    static uint8_t piece[255];
    int result = quine_update_begin(&update);

    while (result == QUINE_OK) {
        int n = next();
        uint8_t sum = 0;
        if (n == 0)
            return quine_update_finish(&update);
        for (int i = 0; i < n; i++)
            sum = (uint8_t)(sum + (piece[i] = (uint8_t)next()));
        if (n < 0 || next() != sum)
            return QUINE_ERR_IO;
        result = quine_update_write(&update, piece, (size_t)n);
        if (result == QUINE_OK)
            uart_print("+");
    }
    return result;
}

void update_task(void *argument)
{
    (void)argument;
    for (;;) {
        if (next() != 'U')
            continue;
        if (receive() == QUINE_OK)
            quine_update_install(); // resets; boot installs
        uart_print("refused\r\n");
    }
}
