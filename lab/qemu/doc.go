// SPDX-License-Identifier: BSD-3-Clause

// Package qemu runs firmware on the Cortex-M boards of QEMU and cuts their power.
//
// [Start] creates a stopped machine with empty memories. [Machine.LoadFlash]
// fills its flash, [Machine.Continue] lets it run, and [UART.Expect] waits for
// what it prints. Everything goes through QEMU's gdb stub and one serial line,
// so the firmware under test needs no instrumentation at all.
//
// Most tests want two functions more. [Machine.CountHits] counts how often a
// clean run passes an address, for instance the first instruction of the
// routine that erases or programs flash, and [Machine.CutPower] repeats the
// run and removes power at one of these hits:
//
//	m, err := qemu.Start(ctx, qemu.Microbit, nil)
//	if err != nil {
//		return err
//	}
//	defer m.Close()
//	if err := m.LoadFlash(image); err != nil {
//		return err
//	}
//	reached, err := m.CutPower(ctx, programWord, 17, "updated")
//	if err != nil {
//		return err
//	}
//	if !reached {
//		return errors.New("updated before hit 17")
//	}
//	return m.UART().Expect(ctx, "hello from version 2")
//
// # Power cuts
//
// A cut falls between two instructions: the one at the address has not been
// executed yet. Flash keeps what it holds, the RAM of the board is filled with
// random bytes that depend on the seed, the address and the number of the hit
// only, and all devices are reset. Torn words are the business of the flash
// model in package lab, not of QEMU.
//
// # Memory
//
// Images are written through the gdb stub. What QEMU loads by itself, with
// -kernel or -device loader, it writes again at every reset, which would bring
// the old firmware back after each update.
//
// The microbit has a real flash: the processor reads it, and only the flash
// controller changes it. Its UICR is blank again after each reset. Code may run
// from flash while flash is busy, which stalls or fails on silicon. The flash
// of the MPS2 boards is plain RAM that any store changes; the firmware has to
// bring its own rules, as device/port/mps2 does.
//
// # Serial line
//
// The serial line loses nothing in either direction and needs no pacing: QEMU
// takes a byte from the host only when the UART model can hold it, and the rest
// waits in a socket. The nRF51 model holds six bytes, the CMSDK model one, and
// neither takes any before the firmware has enabled its receiver. The firmware
// can still lose bytes on its own account, see [UART.Write].
package qemu
