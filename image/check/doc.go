// SPDX-License-Identifier: BSD-3-Clause

// Package check proves properties of linked firmware that neither the compiler nor
// the linker guarantees and that a device relies on while it installs an update.
//
// [ELF] reads an executable, disassembles it and returns a [Report]: the map of the
// boot sector, what was found out about it, and every [Finding] that contradicts one
// of these rules:
//
//   - boot: every instruction of the boot sector stays in the boot sector. It leaves
//     only to the application's vectors, to the kernel's copy in RAM, and through
//     pointers, of which it can form none into the application. Of flash outside it
//     holds the addresses of the manifest, the seal, the application's vectors and
//     what no section fills, such as a store.
//   - kernel: what boot copies to RAM branches only within itself and calls through no
//     pointer. It holds no address of its own, which would lead back to flash, and none
//     of code or constants in the boot sector, which may be erased by then. What it may
//     hold are addresses that are data to it: flash's first bytes, the manifest, the
//     seal and what no section fills, because it erases, programs and compares them.
//     So it runs wherever it lies and whatever flash holds.
//   - library: neither calls a function of the compiler or the C library.
//   - layout: vectors, boot info record, manifest, seal and application vectors are
//     where they must be and agree with each other.
//   - application: no application code branches into the boot sector. Another release
//     may carry another one; what it lends is called through the boot info record. Nor
//     does it, as far as a straight line of code shows, set VTOR to the boot sector.
//   - stack: boot's stack need is bounded.
//   - budget: the boot sector, its stack and its RAM are within limits.
//
// # What is proven and what is not
//
// Every instruction between the mapping symbols $t and $d is decoded, whether it can
// run or not, so branches and calls with an encoded target are known without
// exception. A value that is an address is told from a number that is none by the
// relocations, if the linker was told to keep them (--emit-relocs); [Report.Exact]
// says so. Without them, every constant that lies in flash counts as an address if
// flash begins at 0x10000 or above. Below that numbers and addresses look alike, and
// a constant counts as an address only if it is that of a function with the Thumb bit
// set, or if a load, a store or a call uses it as one in the function that makes it.
//
// Calls through pointers cannot be followed by any static means. Their number is
// reported; the rule boot says why they cannot reach the application, except through
// pointers that the application itself passes in. For the bound of the stack such a
// call may reach every function whose address boot code takes; what the application
// passes in uses the application's stack and is not counted.
//
// The package trusts the mapping symbols and does not look for code that is made at
// run time.
package check
