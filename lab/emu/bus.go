// SPDX-License-Identifier: BSD-3-Clause

package emu

// A Bus is what a core meets at addresses outside flash and RAM.
type Bus interface {
	// Load returns the n bytes at addr, and whether anything is there. Next is the
	// address behind the instruction that loads.
	Load(addr uint32, n int, next uint32) (uint32, bool)

	// Store stores n bytes at addr.
	Store(addr, value uint32, n int) BusResult
}

// A BusResult is what a store leads to.
type BusResult uint8

// The results.
const (
	BusDone  BusResult = iota
	BusFault           // nothing is there
	BusReset           // the code has asked for a system reset
)

const (
	aircr    = 0xE000ED0C // B3.2.6
	vectkey  = 0x05FA
	resetReq = 1 << 2

	// patience is how often in a row one instruction may read a register without
	// seeing anything else.
	patience = 64
)

// Registers stands for the peripherals of any part and for the system registers of the
// core: they keep what is written to them and do nothing. An instruction that waits for
// a bit to change sees it change after a while. A request of AIRCR resets.
type Registers struct {
	// Values are what the words at these addresses hold. Some may be where no peripheral
	// is expected.
	Values map[uint32]uint32

	at    uint32 // the last load: address and instruction
	next  uint32
	times int
}

// Load returns what was stored at the address last, 0 at first.
func (r *Registers) Load(addr uint32, n int, next uint32) (uint32, bool) {
	v, known := r.Values[addr&^3]
	if !known && !peripheral(addr) {
		return 0, false
	}
	if addr != r.at || next != r.next {
		r.at, r.next, r.times = addr, next, 0
	}
	r.times++
	v >>= addr & 3 * 8
	if r.times > patience && r.times&1 == 0 {
		v = ^v
	}
	return v & (1<<(8*n) - 1), true
}

// Store keeps the value.
func (r *Registers) Store(addr, value uint32, n int) BusResult {
	if !peripheral(addr) {
		return BusFault
	}
	if addr == aircr {
		if value>>16 == vectkey && value&resetReq != 0 {
			return BusReset
		}
		return BusDone
	}
	if r.Values == nil {
		r.Values = make(map[uint32]uint32)
	}
	if n == 4 && addr&3 == 0 {
		r.Values[addr] = value
		return BusDone
	}
	shift := addr & 3 * 8
	mask := uint32(1<<(8*n)-1) << shift
	old := r.Values[addr&^3]
	r.Values[addr&^3] = old&^mask | value<<shift&mask
	return BusDone
}

// peripheral says whether an address is one of peripherals or of the system (B3.1).
func peripheral(addr uint32) bool {
	return addr>>29 == 2 || addr>>29 == 7
}
