// SPDX-License-Identifier: BSD-3-Clause

// Cuts is the host tier of the power-cut lab: it compiles the device library for the
// flash of every ported family and of parts that nobody makes, and cuts power at the
// operations of its updates, in pairs and threes as well, until it has tried millions of
// cuts or found one from which the device does not recover.
//
//	go run ./lab/cuts                 the size of make lab
//	go run ./lab/cuts -size full      the size of make lab-full; goes on where it was stopped
//	go run ./lab/cuts -mutants        seed bugs in the device library; each must be caught
//	go run ./lab/cuts -replay 'nrf51/update @ 412-6-0,17-3-1'
//
// A cut is written as its operation's number, counted from the cut before, the way in
// which it is met and a seed: [sim.Cut].
//
// docs/testing.md says what is modelled and what is not.
package main
