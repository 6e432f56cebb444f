// SPDX-License-Identifier: BSD-3-Clause

// Package ports tests the flash drivers of device/port. There is nothing to
// import.
//
// Each driver is compiled for this machine with its register accesses going to a
// model of the part's flash controller (device/test/ports/model), which checks
// that every access is one that the reference manual allows, and is run through
// erases, programs, error and protection cases. Drivers with a seeded mistake
// must fail. Each port is also compiled for its core and linked with the whole
// device library into a small application, which shows that its boot sector fits.
package ports
