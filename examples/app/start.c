// SPDX-License-Identifier: BSD-3-Clause
// The start of the application, as every board's vector table names it.
#include "board.h"

extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[]; // link.ld

void app_reset(void)
{
    uint32_t *from = data_load;
    for (uint32_t *to = data_start; to < data_end;)
        *to++ = *from++;
    for (uint32_t *to = bss_start; to < bss_end;)
        *to++ = 0u;
    board_init();
    app_main();
}

void app_stray(void)
{
    for (;;)
        ;
}
