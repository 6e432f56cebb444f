// SPDX-License-Identifier: BSD-3-Clause
#include "transport.h"

#include "board.h"
#include "console.h"

#include "quine_error.h"

int transport_receive(uint8_t piece[TRANSPORT_PIECE_MAX], size_t *n)
{
    uint8_t sum = 0;
    int c = read_byte();

    if (c < 0 || c > (int)TRANSPORT_PIECE_MAX)
        return QUINE_ERR_IO;
    *n = (size_t)c;
    for (size_t i = 0; i < *n; i++) {
        if ((c = read_byte()) < 0)
            return QUINE_ERR_IO;
        piece[i] = (uint8_t)c;
        sum = (uint8_t)(sum + piece[i]);
    }
    if (*n > 0 && read_byte() != sum)
        return QUINE_ERR_IO;
    return QUINE_OK;
}

void transport_accept(void)
{
    board_putc('+');
}
