// SPDX-License-Identifier: BSD-3-Clause
// Cuts power everywhere: runs an update once without a cut, and then cuts it at each of its operations,
// in each way, and sees that the device recovers; and cuts that recovery in turn.
//
// A script says what the application does when a certain image runs. Its steps are words:
//
//   b          begin
//   wP:A:B     write the bytes of patch P from A to B thousandths of its size
//   f          finish
//   rP         begin, write the whole of patch P, finish
//   xP:CODE    the same, and one of the three must fail with CODE
//   a          abort
//   i          install
//
// An application without one has nothing to do. When a step says that a staged image is pending, the
// application resets. The options of a sweep are words too, each with a default:
//
//   goal=I     number of the image that is to run in the end; those below may run before, in order
//   depth=N    power cuts in a run, 1 to 3; 0 only runs without one
//   seeds=N    random tears of an operation in each way
//   stride=N:N:N   cut at every N-th operation: the first, second and third cut of a run
//   part=I:N   take the I-th of N parts of the first cuts
//   from=A:B   first cuts only from the A-th operation to the B-th
//   boots=N    boots that may lie between the last cut, or the start of an image, and that of a newer one
//   window=1   the boot sector changes: it may be lost while it is written
//   fault=HOW:FROM:N   in the boot after a first cut, N reads of the store, 0 for all, go wrong from the
//              FROM-th on, 0 for any: enum host_fault
//   swap=HOW:FROM      the same in the first boot of all, for all reads that follow
//   bites=N:AT the watchdog bites at the AT-th feed in N boots from the first one after install on
//   ram=1      power is away so shortly that RAM keeps what it holds; else that is left to chance
//   cut=AT-HOW-SEED    cut here and nowhere else; given again for the second cut, and the third
//   known=N    0: every run is made; 1: none whose end is known (sweep_known.h); 2: every one, and one whose
//              end was known must come to that end
//   trace=1    tell on stderr what happens
//
// The answer is, in one line: cuts planned, cuts that took place, those of them
// that are the last ones of depth=N, runs of the device, those of them whose end was known, cuts that lost
// the boot sector inside its window, operations in that window, operations of the run without a cut, most
// boots of that kind, most erases of one unit of flash, and of the store, in a run
// without and with cuts.
#ifndef SWEEP_H
#define SWEEP_H

#include <stdint.h>

void sweep_open(void);
void sweep_script(uint32_t image, const char *steps);
void sweep(const char *options);

#endif
