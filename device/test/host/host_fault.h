// SPDX-License-Identifier: BSD-3-Clause
// What a staging store may do to its readers, boot and client alike, when it is broken, busy, pulled out
// or exchanged. Cells keep what they hold; only what a read delivers is changed.
#ifndef HOST_FAULT_H
#define HOST_FAULT_H

#include <stdbool.h>
#include <stdint.h>

enum host_fault {
    HOST_FAULT_NONE,
    HOST_FAULT_ERROR,   // the read fails and leaves junk
    HOST_FAULT_BUSY,    // the read fails and leaves everything as it was
    HOST_FAULT_SHORT,   // only the first half arrives
    HOST_FAULT_GARBLED, // random bytes, others at each read
    HOST_FAULT_FLIPPED, // one random bit is wrong
    HOST_FAULT_ONES,    // nothing answers
    HOST_FAULT_ZEROS,
    HOST_FAULT_OTHER,   // bytes of another store: host_fault_other
};

// Plans faults of n reads from the from-th on, counted from now; n is 0 for all that follow, from is 0
// to take the plan back. What is random follows the seed of the last host_plan.
void host_fault_plan(uint32_t from, uint32_t n, enum host_fault how);

// Gives the contents of the other store, from its first byte on.
void host_fault_other(const uint8_t *data, uint32_t n);

// Counts a read of n bytes at offset and delivers what was found there to data, or what is planned in its
// place. Returns QUINE_OK or QUINE_ERR_IO.
int host_fault(uint32_t offset, const uint8_t *found, uint8_t *data, uint32_t n);

// Says whether the store is dead at the moment: it neither reads nor can be written.
bool host_fault_dead(void);

// Announces the plan as state.
void host_keep_fault(void);

#endif
