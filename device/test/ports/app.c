// SPDX-License-Identifier: BSD-3-Clause
// The least application with Quine in it, to see that a port links and fits. It never runs.
#include "quine.h"

#include <stdint.h>

extern uint8_t quine_stack[];

static void start(void)
{
    static struct quine_update update;
    static const uint8_t none[1];
    for (;;)
        if (quine_update_begin(&update) == 0 && quine_update_write(&update, none, sizeof none) >= 0 &&
            quine_update_finish(&update) == 0)
            quine_update_install();
}

static void stop(void)
{
    for (;;)
        ;
}

__attribute__((section(".isr_vector"), used)) static const uintptr_t vectors[16] = {
    (uintptr_t)quine_stack, (uintptr_t)start, (uintptr_t)stop, (uintptr_t)stop,
};
