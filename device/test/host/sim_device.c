// SPDX-License-Identifier: BSD-3-Clause
// The device under test: sim.h.
#include "sim.h"

#include "host_port.h"
#include "quine_boot.h"
#include "quine_port.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct sim_bytes sim_images[SIM_IMAGES];
struct sim_bytes sim_patches[SIM_PATCHES];
struct quine_update sim_update;
static jmp_buf *back; // where the call in progress ends

void sim_open(void)
{
    host_keep(&sim_update, sizeof sim_update);
}

void sim_close(void)
{
    for (uint32_t i = 0; i < SIM_PATCHES; i++)
        free(sim_patches[i].data);
    for (uint32_t i = 0; i < SIM_IMAGES; i++)
        free(sim_images[i].data);
}

void host_leave(enum host_event event)
{
    longjmp(*back, (int)event);
}

enum host_event sim_enter(void (*code)(void))
{
    jmp_buf here;
    jmp_buf *outer = back; // of a call that is interrupted by host_probe

    back = &here;
    int event = setjmp(here);
    if (event == 0) {
        code();
        event = HOST_RETURNED;
    }
    back = outer;
    if (event == HOST_CUT)
        host_power_lost();
    if (event == HOST_CUT || event == HOST_RESET || event == HOST_WAITING)
        host_actor = HOST_OFF;
    if (event == HOST_STARTED) {
        host_actor = HOST_APPLICATION;
        memset(&sim_update, 0, sizeof sim_update);
    }
    return (enum host_event)event;
}

// Says whether flash holds an image, seal included. What else lies in an erase unit of the seal's is not
// part of it; and a seal that reads differently each time was right when boot has read it, or was not.
static bool holds(const struct sim_bytes *b)
{
    uint32_t seal = QUINE_SEAL_OFFSET + (host_weak(&host_flash, QUINE_SEAL_OFFSET, QUINE_ID_SIZE) ? 0u : QUINE_ID_SIZE);
    uint32_t behind = QUINE_SEAL_OFFSET + QUINE_SEAL_SIZE;

    if (b->data == NULL)
        return false;
    host_look_at(&host_flash, 0, b->n);
    return b->n > behind && memcmp(b->data, host_flash.cells, seal) == 0 &&
           memcmp(b->data + behind, host_flash.cells + behind, b->n - behind) == 0;
}

int sim_which(uint32_t *torn)
{
    for (uint32_t i = 0; i < SIM_IMAGES; i++)
        if (holds(&sim_images[i])) {
            *torn = host_torn(&host_flash, 0, sim_images[i].n);
            return (int)i;
        }
    *torn = 0;
    return -1;
}
