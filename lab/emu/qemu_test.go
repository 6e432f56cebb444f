// SPDX-License-Identifier: BSD-3-Clause

package emu

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/quine-fw/quine/internal/need"
	"github.com/quine-fw/quine/lab/qemu"
)

const (
	vectors = 8  // halfwords in front of the code
	dumped  = 60 // bytes that dump pushes
	above   = 64 // bytes of RAM above the stack
)

// dump emits the code that pushes all registers and the flags.
func (g *generator) dump() {
	g.emit(0xB4FF)                                                 // push {r0-r7}
	g.emit(0x4640, 0x4649, 0x4652, 0x465B, 0x4664, 0xF3EF, 0x8500) // mov r0, r8 … r4, r12; mrs r5, apsr
	g.emit(0x4676, 0xB47F)                                         // mov r6, lr; push {r0-r6}
}

// program returns random code in a flash image, the address of its end, and where each
// sequence begins.
func program(r *rand.Rand, arch Arch, dsp bool, sequences int, stack uint32) (flash []byte, end uint32, starts []int) {
	g := &generator{rand: r, arch: arch, dsp: dsp}
	g.emit(uint16(stack), uint16(stack>>16), 2*vectors|1, 0, 0, 0, 0, 0)
	for i := range uint16(8) { // lsls and muls spread the bits
		g.emit(0x2001|i<<8|g.n(0x100), 0x0200|i<<3|i, 0x3000|i<<8|g.n(0x100), 0x4340|i<<3|i, 0x4680|i<<3|i%5)
	}
	for range sequences {
		starts = append(starts, len(g.code))
		for range 10 {
			g.any()
		}
		g.dump()
	}
	end = uint32(2 * len(g.code))
	g.emit(0xE7FE)
	g.code[6], g.code[7] = uint16(end|1), uint16(end>>16) // HardFault
	for _, h := range g.code {
		flash = binary.LittleEndian.AppendUint16(flash, h)
	}
	return append(flash, bytes.Repeat([]byte{0}, 1200)...), end, starts
}

// TestQEMU runs random code here and in QEMU, and compares registers, flags and memory.
func TestQEMU(t *testing.T) {
	need.Program(t, "qemu", "qemu-system-arm")
	tests := []struct {
		board     qemu.Board
		arch      Arch
		dsp       bool
		ram       uint32
		sequences int
	}{
		{qemu.Microbit, ARMv6M, false, 16 << 10, 240},
		{qemu.MPS2AN385, ARMv7M, false, 128 << 10, 1800},
		{qemu.MPS2AN386, ARMv7M, true, 128 << 10, 1800},
	}
	for _, test := range tests {
		t.Run(test.board.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			m, err := qemu.Start(ctx, test.board, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			for seed := range uint64(2) {
				r := rand.New(rand.NewPCG(seed, 6))
				flash, end, starts := program(r, test.arch, test.dsp, test.sequences, 0x20000000+test.ram-above)
				want := inQEMU(ctx, t, m, flash, end, int(test.ram))
				got, count := here(t, test.arch, flash, end, test.ram)
				if err := compare(got, want, flash, starts); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				t.Logf("%d instructions", count)
			}
		})
	}
}

// inQEMU runs the image up to its end and returns what is in RAM then.
func inQEMU(ctx context.Context, t *testing.T, m *qemu.Machine, flash []byte, end uint32, ram int) []byte {
	t.Helper()
	err := m.WriteMemory(0x20000000, make([]byte, ram))
	if err == nil {
		err = m.LoadFlash(flash)
	}
	if err == nil {
		_, err = m.RunToHit(ctx, end, 1, "")
	}
	if err != nil {
		regs, _ := m.Registers()
		t.Fatalf("%v; pc %#x", err, regs.PC)
	}
	if regs, err := m.Registers(); err != nil || regs.XPSR&0xFF != 0 {
		frame, _ := m.ReadMemory(regs.SP, 32)
		t.Fatalf("fault in QEMU at 0x%08x, %v: % 04x", words(frame, 4)[6], err, words(flash[words(frame, 4)[6]-20:][:40], 2))
	}
	memory, err := m.ReadMemory(0x20000000, ram)
	if err != nil {
		t.Fatal(err)
	}
	return memory
}

// here does the same in the emulator.
func here(t *testing.T, arch Arch, flash []byte, end, ram uint32) ([]byte, uint64) {
	t.Helper()
	c := New(Config{Arch: arch, Flash: bytes.Clone(flash), RAMBase: 0x20000000, RAMSize: int(ram)})
	c.Hook(end, c.Halt)
	c.Reset()
	if stop := c.Run(1e7); stop != Halted {
		t.Fatalf("stopped by %v at 0x%08x: %v", stop, c.Reg(PC), c.Fault())
	}
	return c.RAM(), c.Instructions()
}

// compare finds the first sequence whose registers differ.
func compare(got, want, flash []byte, starts []int) error {
	names := [...]string{"r8", "r9", "r10", "r11", "r12", "apsr", "lr", "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"}
	for i, start := range starts {
		at := len(want) - above - (i+1)*dumped
		g, w := got[at:][:dumped], want[at:][:dumped]
		if bytes.Equal(g, w) {
			continue
		}
		s := fmt.Sprintf("sequence %d:", i)
		for _, h := range words(flash[2*start:min(2*start+120, len(flash))], 2) {
			s += fmt.Sprintf(" %04x", h)
		}
		for j, name := range names {
			if x, y := words(g, 4)[j], words(w, 4)[j]; x != y {
				s += fmt.Sprintf("\n%s is %08x, in QEMU %08x", name, x, y)
			}
		}
		return fmt.Errorf("%s", s)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("memory differs")
	}
	return nil
}

// words splits b into numbers of n bytes.
func words(b []byte, n int) (list []uint32) {
	for ; len(b) >= n; b = b[n:] {
		v := uint32(0)
		for i := n - 1; i >= 0; i-- {
			v = v<<8 | uint32(b[i])
		}
		list = append(list, v)
	}
	return list
}
