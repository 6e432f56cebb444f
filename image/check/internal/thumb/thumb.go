// SPDX-License-Identifier: BSD-3-Clause

// Package thumb decodes as much of the Thumb and Thumb-2 instruction sets of
// ARMv6-M, ARMv7-M and ARMv8-M as a proof about control flow, constants and stack
// needs: the length of every instruction, where it may go next, which registers it
// writes, what it does to the stack pointer, and the operations that make addresses.
//
// It follows the encodings of the ARMv7-M Architecture Reference Manual (ARM DDI
// 0403), chapters A5 and A7. What an instruction computes otherwise is of no
// interest here; such an instruction is [Other].
package thumb

// A Flow says where an instruction may go next.
type Flow uint8

// The flows. Which of them fall through is told by [Inst.FallsThrough].
const (
	Next    Flow = iota // only to the next instruction
	Branch              // B: to Target
	Cond                // B<cond>, CBZ, CBNZ: to Target or to the next
	Call                // BL: to Target, then to the next
	CallReg             // BLX Rm: to what Rm holds, then to the next
	Jump                // BX Rm, MOV pc, LDR pc: to an address that is not encoded
	Return              // BX lr, POP {pc}
	Table               // TBB, TBH
	Trap                // UDF
	ToARM               // BLX label: to ARM state, which no Cortex-M has
)

// An Op is an operation that may make an address. The operands are in the fields of
// [Inst]; Rd is what it writes.
type Op uint8

// The operations.
const (
	Other   Op = iota
	Const      // Rd = Imm
	Literal    // Rd = the word at Imm
	Move       // Rd = Rm
	MoveTop    // upper half of Rd = Imm
	AddImm     // Rd = Rn + Imm
	AddReg     // Rd = Rn + Rm
	SubReg     // Rd = Rn - Rm
	Shift      // Rd = Rm << Imm
	Negate     // Rd = -Rm
	Not        // Rd = ^Rm
	Load       // Rd = what lies at Rn + Imm, or at Rn + Rm if Indexed
	Store      // writes what lies at Rn + Imm, or at Rn + Rm if Indexed
)

// Numbers of registers.
const (
	SP = 13
	LR = 14
	PC = 15
)

// An Inst is a decoded instruction.
type Inst struct {
	Addr uint32
	Size uint32 // 2 or 4
	Flow Flow
	Op   Op

	// Target is where a Branch, a Cond or a Call goes, and what a Literal or an
	// instruction that computes an address from the program counter refers to.
	Target uint32

	// Refers reports whether Target is a place that is referred to, not run.
	Refers bool

	Rd, Rn, Rm uint8
	Imm        uint32
	Indexed    bool

	// Writes has bit n set if the instruction may write register n.
	Writes uint16

	// Push is how many bytes the instruction pushes; pops are negative.
	Push int32

	// SetsSP reports whether it changes the stack pointer in another way. AddReg
	// with Rd = SP is one.
	SetsSP bool

	// If reports whether the instruction is in an IT block, so that it may do
	// nothing.
	If bool

	it uint8 // of an IT instruction, the number of instructions it covers
}

// End returns the address behind the instruction.
func (in *Inst) End() uint32 { return in.Addr + in.Size }

// FallsThrough reports whether the next instruction may run after in, calls being
// assumed to return.
func (in *Inst) FallsThrough() bool {
	switch in.Flow {
	case Branch, Jump, Return, Table, Trap:
		return in.If
	}
	return true
}

// writes notes that the instruction writes register r.
func (in *Inst) writes(r uint32) { in.Writes |= 1 << (r & 15) }

// Decode decodes the instructions in code, which lies at addr. It ends early where
// code ends inside an instruction.
func Decode(code []byte, addr uint32) []Inst {
	var list []Inst
	for covered := uint8(0); len(code) >= 2; {
		in, ok := decode(code, addr)
		if !ok {
			break
		}
		if covered > 0 {
			covered--
			in.If = true
		}
		if in.it > 0 {
			covered = in.it
		}
		list = append(list, in)
		code, addr = code[in.Size:], addr+in.Size
	}
	return list
}

// decode decodes the instruction at the start of code, which has at least 2 bytes.
func decode(code []byte, addr uint32) (Inst, bool) {
	h := uint32(code[0]) | uint32(code[1])<<8
	in := Inst{Addr: addr, Size: 2}
	if h>>11 < 0x1D {
		in.narrow(h)
		return in, true
	}
	if len(code) < 4 {
		return in, false
	}
	in.Size = 4
	in.wide(h, uint32(code[2])|uint32(code[3])<<8)
	return in, true
}

// pc returns what the instruction reads in the program counter.
func (in *Inst) pc() uint32 { return in.Addr + 4 }

// alignedPC returns what the instruction's address computations start from.
func (in *Inst) alignedPC() uint32 { return in.pc() &^ 3 }

// set makes the instruction compute an operation into register rd.
func (in *Inst) set(op Op, rd uint32) {
	in.Op, in.Rd = op, uint8(rd)
	in.writes(rd)
}

// refer makes the instruction refer to the address at.
func (in *Inst) refer(at uint32) { in.Target, in.Refers = at, true }

// signed extends x, a number of the given bits, by its sign.
func signed(x uint32, bits uint) uint32 {
	shift := 32 - bits
	return uint32(int32(x<<shift) >> shift)
}
