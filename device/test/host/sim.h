// SPDX-License-Identifier: BSD-3-Clause
// The device under test as its drivers see it: sim.c, one call at a time, and sweep.c.
#ifndef SIM_H
#define SIM_H

#include "host_flash.h"
#include "quine.h"

#define SIM_IMAGES 4u
#define SIM_PATCHES 4u

// Bytes on the heap, of exactly the size they need, so that a sanitizer sees each step beyond.
struct sim_bytes {
    uint8_t *data;
    uint32_t n;
};

extern struct sim_bytes sim_images[SIM_IMAGES]; // sealed, as flash may hold them
extern struct sim_bytes sim_patches[SIM_PATCHES];
extern struct quine_update sim_update;

// Announces what belongs to the state of the device; frees what the above hold.
void sim_open(void);
void sim_close(void);

// Calls code of the device and says how it ended. May be called from host_probe.
enum host_event sim_enter(void (*code)(void));

// Returns the number of the image that flash holds, seal included, and how many of its bytes are torn; -1
// when it holds none.
int sim_which(uint32_t *torn);

#endif
