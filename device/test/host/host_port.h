// SPDX-License-Identifier: BSD-3-Clause
// The part around the device's code on the host: which memories there are, and what RAM holds.
#ifndef HOST_PORT_H
#define HOST_PORT_H

#include "host_flash.h"

// Who is at work. The application may not touch its own region, boot not the staged image.
enum host_actor { HOST_OFF, HOST_BOOT, HOST_APPLICATION };
extern enum host_actor host_actor;

// Feeds of the watchdog without a change of flash after which boot comes back as HOST_WAITING. The
// default lets it wait once and try again.
extern uint32_t host_patience;

// Sets the memories up and announces them to the model. Called once.
void host_port_open(void);

// Announces what a build has beyond that.
void host_build_open(void);

// Announces RAM that boot shares with the application: boot finds anything there.
void host_borrow(void *data, size_t n);

// The staging store: the area and the offset of its first byte in it.
struct host_area *host_store(uint32_t *offset);

// Lets the watchdog bite at the n-th feed from now as if it came too late; 0 takes that back.
void host_bite(uint32_t n);

// Starts boot after a reset. Does not return.
void host_boot(void);

// Leaves RAM as lost power does: random, or, as after a short gap, as it was.
void host_power_lost(void);

#endif
