// SPDX-License-Identifier: BSD-3-Clause

package emu

import (
	"encoding/binary"
	"strings"
	"testing"
)

const ramBase = 0x20000000

// core returns a core with the code at the start of flash behind a vector table.
func core(arch Arch, code ...uint16) *Core {
	flash := make([]byte, 256)
	binary.LittleEndian.PutUint32(flash, ramBase+1024)
	binary.LittleEndian.PutUint32(flash[4:], 16|1)
	for i, h := range code {
		binary.LittleEndian.PutUint16(flash[16+2*i:], h)
	}
	c := New(Config{Arch: arch, Flash: flash, RAMBase: ramBase, RAMSize: 1024})
	c.Reset()
	return c
}

// TestFaults checks that what must not happen stops with a reason.
func TestFaults(t *testing.T) {
	tests := []struct {
		name string
		arch Arch
		code []uint16
		want string
	}{
		{"undefined", ARMv7M, []uint16{0xDE00}, "0xde00"},
		{"wide on ARMv6-M", ARMv6M, []uint16{0xEA40, 0x0000}, "0xea40"},
		{"IT on ARMv6-M", ARMv6M, []uint16{0xBF08}, "0xbf08"},
		{"floating point", ARMv7M, []uint16{0xED2D, 0x8B02}, "0xed2d"},
		{"load from nowhere", ARMv7M, []uint16{0x2080, 0x0600, 0x6801}, "load of 4 bytes at 0x80000000"},
		{"store to flash", ARMv7M, []uint16{0x2000, 0x6001}, "store to flash at 0x00000000"},
		{"unaligned on ARMv6-M", ARMv6M, []uint16{0x2001, 0x6801}, "unaligned access to 0x00000001"},
		{"unaligned LDM", ARMv7M, []uint16{0x2002, 0xC802}, "unaligned access to 0x00000002"},
		{"ARM state", ARMv7M, []uint16{0x2080, 0x4700}, "not Thumb"},
		{"execution of nothing", ARMv7M, []uint16{0x2081, 0x0600, 0x3001, 0x4700}, "reaches 0x81000000"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := core(test.arch, test.code...)
			stop := c.Run(100)
			if stop != Faulted || !strings.Contains(c.Fault().Error(), test.want) {
				t.Errorf("%v, %v; want %q", stop, c.Fault(), test.want)
			}
		})
	}
}

// TestHook checks that a hook replaces a function, or runs before it.
func TestHook(t *testing.T) {
	// main: push {lr}; bl f; adds r0, #1; pop {pc}; f: movs r0, #5; bx lr
	c := core(ARMv6M, 0xB500, 0xF000, 0xF802, 0x3001, 0xBD00, 0x2005, 0x4770)
	if stop := c.Call(16, 100); stop != Returned || c.Reg(0) != 6 {
		t.Fatalf("%v, %d", stop, c.Reg(0))
	}
	if n := c.Instructions(); n != 6 {
		t.Errorf("%d instructions, not 6", n)
	}
	if c.LowestSP() != ramBase+1020 {
		t.Errorf("stack down to %#x", c.LowestSP())
	}
	calls := 0
	c.Hook(16+10, func() { calls++ })
	if stop := c.Call(16, 100); stop != Returned || c.Reg(0) != 6 || calls != 1 {
		t.Errorf("%v, %d, %d calls", stop, c.Reg(0), calls)
	}
	c.Hook(16+10, func() { c.Return(41) })
	if stop := c.Call(16, 100); stop != Returned || c.Reg(0) != 42 {
		t.Errorf("%v, %d", stop, c.Reg(0))
	}
	c.Hook(16+10, nil)
	if stop := c.Call(16, 100); stop != Returned || c.Reg(0) != 6 {
		t.Errorf("%v, %d", stop, c.Reg(0))
	}
}

// TestSkip checks that an instruction is skipped, and that an IT block goes on.
func TestSkip(t *testing.T) {
	// movs r0, #1; cmp r0, #1; ite ne; movne r0, #2; moveq r0, #3; b .
	code := []uint16{0x2001, 0x2801, 0xBF14, 0x2002, 0x2003, 0xE7FE}
	for skip, want := range []uint32{3, 2, 3, 3, 1} {
		c := core(ARMv7M, code...)
		c.SetReg(0, 1)
		c.SetAPSR(0) // not equal
		c.Run(uint64(skip))
		c.Skip()
		c.Run(10)
		if skip == 2 { // without ITE both are executed
			want = 3
		}
		if c.Reg(0) != want {
			t.Errorf("without instruction %d: r0 is %d, not %d", skip, c.Reg(0), want)
		}
	}
}

// TestSelfModifying checks that code in RAM which is written anew is decoded anew.
func TestSelfModifying(t *testing.T) {
	c := core(ARMv6M)
	c.Write(ramBase, []byte{0x01, 0x20, 0x70, 0x47}) // movs r0, #1; bx lr
	if c.Call(ramBase, 10); c.Reg(0) != 1 {
		t.Fatalf("r0 is %d", c.Reg(0))
	}
	// strb r1, [r0]; bx lr
	c.Write(ramBase+16, []byte{0x01, 0x70, 0x70, 0x47})
	c.Call(ramBase+16, 10, ramBase, 7)
	if c.Call(ramBase, 10); c.Reg(0) != 7 {
		t.Errorf("r0 is %d after the code was changed", c.Reg(0))
	}
}

// TestReset checks that a system reset stops the core, and nothing else does.
func TestReset(t *testing.T) {
	c := core(ARMv6M, 0x6001, 0xE7FE) // str r1, [r0]; b .
	for value, want := range map[uint32]Stop{0x05FA0004: Reset, 0x0004: Limit} {
		c.Reset()
		c.SetReg(0, 0xE000ED0C)
		c.SetReg(1, value)
		if stop := c.Run(10); stop != want {
			t.Errorf("%#x ends in %v, not %v", value, stop, want)
		}
	}
}

// TestWait checks that a loop which waits for a register of a peripheral ends.
func TestWait(t *testing.T) {
	// ldr r1, [r0]; cmp r1, #0; beq .-4; ldr r1, [r0]; cmp r1, #0; bne .-4
	c := core(ARMv6M, 0x6801, 0x2900, 0xD0FC, 0x6801, 0x2900, 0xD1FC, 0x4770)
	if stop := c.Call(16, 10000, 0x40001000); stop != Returned {
		t.Errorf("%v", stop)
	}
}

// TestFence checks that execution stops where it may not go, and goes on when it may.
func TestFence(t *testing.T) {
	c := core(ARMv6M, 0x2001, 0x2002, 0xE7FE)
	allowed := false
	c.Fence(func(addr uint32) bool { return allowed || addr < 18 })
	if stop := c.Run(10); stop != Left || c.Reg(PC) != 18 {
		t.Fatalf("%v at %#x", stop, c.Reg(PC))
	}
	allowed = true
	if stop := c.Run(10); stop != Limit || c.Reg(0) != 2 {
		t.Errorf("%v, r0 %d", stop, c.Reg(0))
	}
}

// TestNMI checks that a handler runs between two instructions and that nothing else changes,
// inside an IT block, with a stack that is aligned to four bytes only.
func TestNMI(t *testing.T) {
	// cmp r0, r0; ite eq; moveq r1, #1; movne r1, #2; mrs r2, apsr; b .
	c := core(ARMv7M, 0x4280, 0xBF0C, 0x2101, 0x2102, 0xF3EF, 0x8200, 0xE7FE)
	// Handler: mrs r0, ipsr; movs r1, #9; movs r3, #0; cmp r3, #1; bx lr
	c.Write(ramBase, []byte{0xEF, 0xF3, 0x05, 0x80, 0x09, 0x21, 0x00, 0x23, 0x01, 0x2B, 0x70, 0x47})
	c.Write(8, []byte{0x01, 0x00, 0x00, 0x20}) // its vector
	c.Reset()
	c.SetReg(SP, ramBase+1020)
	c.SetReg(3, 77)
	c.Run(2) // up to the block
	c.Raise(NMI)
	c.Run(1)
	if c.Reg(0) != NMI || c.Reg(LR) != excReturn {
		t.Fatalf("the handler sees exception %d, lr %#x", c.Reg(0), c.Reg(LR))
	}
	c.Run(20)
	if c.Reg(1) != 1 || c.Reg(3) != 77 || c.Reg(SP) != ramBase+1020 || c.Reg(2)>>29 != 3 {
		t.Errorf("r1 %d, r3 %d, sp %#x, apsr %#x", c.Reg(1), c.Reg(3), c.Reg(SP), c.Reg(2))
	}
}
