// SPDX-License-Identifier: BSD-3-Clause
// Takes a patch from the UART. The sender begins with U, then sends pieces, each as its length n from
// 1 to 255, n bytes and their sum modulo 256, and waits for + after each; n = 0 ends the patch.
#include "quine.h"
#include "uart.h"

static quine_update update;

static uint8_t next()
{
    int c;
    while ((c = uart.get()) < 0)
        ;
    return static_cast<uint8_t>(c);
}

static int receive()
{
    static uint8_t piece[255];
    int result = quine_update_begin(&update);

    while (result == QUINE_OK) {
        uint8_t n = next(), sum = 0;
        if (n == 0)
            return quine_update_finish(&update);
        for (uint8_t i = 0; i < n; i++)
            sum = static_cast<uint8_t>(sum + (piece[i] = next()));
        if (next() != sum)
            return QUINE_ERR_IO;
        result = quine_update_write(&update, piece, n);
        if (result == QUINE_OK)
            uart << "+";
    }
    return result;
}

void update_poll()
{
    if (uart.get() != 'U')
        return;
    if (receive() == QUINE_OK && quine_update_install() == QUINE_OK)
        return; // never: it resets, and boot installs
    uart << "refused\r\n";
}
