// SPDX-License-Identifier: BSD-3-Clause

// Package power cuts the power of an emulated device during an update: what `quine lab`
// does. The device runs the boot sector of the images themselves, and with the ELF file
// the update client too, on the geometry of the part. Only the flash driver is not
// emulated: [Run] stands for it, so that each erase and each program of a unit can meet a
// cut before, inside or after it.
//
// What the code does wrong in other ways ends a trial as a brick as well: a unit that is
// programmed twice, a write outside its region, flash that changes while code runs from it,
// an access to nothing, an application started otherwise than by its vectors.
//
// Torn units raise NMI at every other read on parts whose ECC does that. What is left out
// are the drivers of flash and of external stores, which lab/ports and lab/store test, and
// the NMI handler of the application.
package power
