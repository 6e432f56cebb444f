// SPDX-License-Identifier: BSD-3-Clause
// One run of a sweep: the device is brought to its goal, and what it does on the way is checked.
#ifndef SWEEP_RUN_H
#define SWEEP_RUN_H

#include "host_flash.h"

#include <stdbool.h>
#include <stdint.h>

// What has been seen in all runs since run_reset.
struct run_seen {
    uint64_t runs;
    uint64_t known; // of these: not made, since their end was known
    uint32_t boots; // most from the last cut, or the image before, to a newer image
    uint32_t flash_erases, store_erases; // most of one erase unit in a run
};
extern struct run_seen run;

void run_open(void); // once
void run_reset(void);

// Takes an option of sweep.h. Returns whether there is one.
bool run_option(const char *name, const uint32_t n[3]);

// Tells what happens, on stderr, if that is wanted.
void run_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Checks an operation that is about to take place.
void run_step(const struct host_step *step);

// Notes that power was lost, for the first time in this run or once more. What is left to chance follows the seed.
void run_power_lost(bool first, uint64_t seed);

// Says whether the boot sector is whole. Ends the process when it is not and may not be lost.
bool run_boot_sector(void);

// Boots the device, and does what its application does, until the goal runs. Ends the process when
// something happens that must not.
void run_to_goal(void);

// The same when no cut is to come. Such a run is not made if it is known how it ends: sweep_known.h.
void run_last(void);

#endif
