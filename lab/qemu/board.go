// SPDX-License-Identifier: BSD-3-Clause

package qemu

import "fmt"

// A Board describes a machine of QEMU. It is plain data: copy one and change
// it to give a test less memory.
type Board struct {
	Name    string // name for messages and for subtests
	Machine string // argument of QEMU's -machine, with properties if need be
	CPU     string // processor, for information: the machine implies it

	FlashBase uint32
	FlashSize uint32 // bytes filled by LoadFlash
	PageSize  uint32 // erase unit of the flash controller, 0 if there is none

	RAMBase uint32
	RAMSize uint32 // bytes scrambled by a power cut

	UARTBase uint32 // first UART, the one that [Machine.UART] talks to
}

// The boards. Flash and RAM of the MPS2 boards are parts of memories of 4 MiB
// each; the sizes are those of typical microcontrollers, and of device/port/mps2.
var (
	// Microbit is an nRF51822 whose flash controller is modelled.
	Microbit = Board{
		Name: "microbit", Machine: "microbit", CPU: "cortex-m0",
		FlashBase: 0, FlashSize: 256 << 10, PageSize: 1 << 10,
		RAMBase: 0x20000000, RAMSize: 16 << 10,
		UARTBase: 0x40002000,
	}
	// MPS2AN385 is a Cortex-M3 without a flash controller.
	MPS2AN385 = mps2("mps2-an385", "cortex-m3", 256<<10)
	// MPS2AN386 is a Cortex-M4 without a flash controller.
	MPS2AN386 = mps2("mps2-an386", "cortex-m4", 512<<10)
	// MPS2AN500 is a Cortex-M7 without a flash controller.
	MPS2AN500 = mps2("mps2-an500", "cortex-m7", 256<<10)
	// MPS2AN505 is a Cortex-M33 that starts in secure state, so the addresses
	// are those of the secure aliases. The UART also answers at 0x40200000.
	MPS2AN505 = Board{
		Name: "mps2-an505", Machine: "mps2-an505", CPU: "cortex-m33",
		FlashBase: 0x10000000, FlashSize: 256 << 10,
		RAMBase: 0x38000000, RAMSize: 128 << 10,
		UARTBase: 0x50200000,
	}
)

// mps2 returns an MPS2 board with an M-profile core older than Armv8-M.
func mps2(name, cpu string, flashSize uint32) Board {
	return Board{
		Name: name, Machine: name, CPU: cpu,
		FlashBase: 0, FlashSize: flashSize,
		RAMBase: 0x20000000, RAMSize: 128 << 10,
		UARTBase: 0x40004000,
	}
}

// Find returns the board of that name.
func Find(name string) (Board, error) {
	for _, b := range Boards() {
		if b.Name == name {
			return b, nil
		}
	}
	return Board{}, fmt.Errorf("qemu: there is no board %q", name)
}

// Boards returns all boards.
func Boards() []Board {
	return []Board{Microbit, MPS2AN385, MPS2AN386, MPS2AN500, MPS2AN505}
}
