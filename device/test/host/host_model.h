// SPDX-License-Identifier: BSD-3-Clause
// What the files of the flash model share.
#ifndef HOST_MODEL_H
#define HOST_MODEL_H

#include "host_flash.h"

uint64_t host_random64(void);

// Notes what n bytes are from now on, and takes weakness from them.
void host_settle(struct host_area *area, uint32_t offset, uint32_t n, enum host_state state);

#endif
