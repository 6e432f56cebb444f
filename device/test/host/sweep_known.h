// SPDX-License-Identifier: BSD-3-Clause
// Remembers how runs have ended, so that one that must end the same is not made again.
//
// What a run does follows from the state that it begins in, and of that only from what it reads before it has
// erased it. So the blocks of memory that a run reads are noted, in their order, with what they hold. Another
// run that begins with the same RAM, script and plans reads the same first block. If that holds the same as
// then, it reads the same second one, and so on up to the end: it is known how that run ends. What is in the
// blocks that it does not read is all the same to it.
//
// Nothing is remembered of a run that reads a block in which reads are random, for weak cells or for torn words
// with ECC. One that fails ends the process. All reads must be seen: host_watched.
#ifndef SWEEP_KNOWN_H
#define SWEEP_KNOWN_H

#include "host_flash.h"

// Erases of the unit that begins with a block: of flash, or, numbered behind these, of a store of its own.
struct known_wear {
    uint32_t block, erases;
};

// What a run leaves to be told.
struct known_end {
    uint32_t boots; // most from the last cut, or the image before, to a newer image
    uint32_t ops;
    struct known_wear *wear; // of the units that it has erased
    uint32_t units;
};

// Forgets everything.
void known_forget(void);

// Returns how a run ends that begins now, or NULL when that is not known. The key stands for all that it
// follows from but cells.
const struct known_end *known_run(uint64_t key);

// Notes what a run reads, from its begin on; its operations; and how it has ended.
void known_begin(uint64_t key);
void known_step(const struct host_step *step);
void known_keep(uint32_t boots);

// The same for a run that was known: ends the process unless it was as foreseen.
void known_compare(const struct known_end *foreseen, uint32_t boots);

// Most erases of one block in [from, end) of an area, with those of a run that was not made, or NULL.
uint32_t known_erases(const struct host_area *area, uint32_t from, uint32_t end, const struct known_end *run);

#endif
