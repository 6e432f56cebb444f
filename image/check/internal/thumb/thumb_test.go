// SPDX-License-Identifier: BSD-3-Clause

package thumb_test

import (
	"encoding/binary"
	"testing"

	"github.com/quine-fw/quine/image/check/internal/thumb"
)

// TestDecode checks one instruction of each kind, all at the address 0x1000.
func TestDecode(t *testing.T) {
	const at = 0x1000
	r := func(regs ...int) (mask uint16) {
		for _, r := range regs {
			mask |= 1 << r
		}
		return mask
	}
	tests := []struct {
		text string
		code []uint16
		want thumb.Inst // without address and size
	}{
		{"lsls r2, r3, #5", []uint16{0x015A}, thumb.Inst{Op: thumb.Shift, Rd: 2, Rm: 3, Imm: 5, Writes: r(2)}},
		{"movs r2, #255", []uint16{0x22FF}, thumb.Inst{Op: thumb.Const, Rd: 2, Imm: 255, Writes: r(2)}},
		{"subs r0, r6, r5", []uint16{0x1B70}, thumb.Inst{Op: thumb.SubReg, Rd: 0, Rn: 6, Rm: 5, Imm: 5, Writes: r(0)}},
		{"subs r5, #1", []uint16{0x3D01}, thumb.Inst{Op: thumb.AddImm, Rd: 5, Rn: 5, Imm: 0xFFFFFFFF, Writes: r(5)}},
		{"cmp r5, #0", []uint16{0x2D00}, thumb.Inst{}},
		{"ldr r0, [pc, #56]", []uint16{0x480E}, thumb.Inst{Op: thumb.Literal, Rd: 0, Imm: 0x103C, Target: 0x103C, Refers: true, Writes: r(0)}},
		{"ldr r0, [r1, r0]", []uint16{0x5808}, thumb.Inst{Op: thumb.Load, Rd: 0, Rn: 1, Rm: 0, Indexed: true, Writes: r(0)}},
		{"str r1, [sp, #4]", []uint16{0x9101}, thumb.Inst{Op: thumb.Store, Rd: 1, Rn: thumb.SP, Imm: 4}},
		{"add r1, sp, #8", []uint16{0xA902}, thumb.Inst{Op: thumb.AddImm, Rd: 1, Rn: thumb.SP, Imm: 8, Writes: r(1)}},
		{"push {r4, r5, lr}", []uint16{0xB530}, thumb.Inst{Push: 12}},
		{"pop {r4, r5, pc}", []uint16{0xBD30}, thumb.Inst{Push: -12, Flow: thumb.Return, Writes: r(4, 5)}},
		{"sub sp, #140", []uint16{0xB0A3}, thumb.Inst{Push: 140}},
		{"add sp, r4", []uint16{0x44A5}, thumb.Inst{Op: thumb.AddReg, Rd: thumb.SP, Rn: thumb.SP, Rm: 4, SetsSP: true, Writes: r(thumb.SP)}},
		{"bx lr", []uint16{0x4770}, thumb.Inst{Flow: thumb.Return, Rm: thumb.LR}},
		{"bx r0", []uint16{0x4700}, thumb.Inst{Flow: thumb.Jump}},
		{"blx r3", []uint16{0x4798}, thumb.Inst{Flow: thumb.CallReg, Rm: 3}},
		{"bne.n 0xffa", []uint16{0xD1FB}, thumb.Inst{Flow: thumb.Cond, Target: 0xFFA}},
		{"b.n 0x1000", []uint16{0xE7FE}, thumb.Inst{Flow: thumb.Branch, Target: at}},
		{"cbnz r3, 0x1048", []uint16{0xBB13}, thumb.Inst{Flow: thumb.Cond, Target: 0x1048}},
		{"udf #255", []uint16{0xDEFF}, thumb.Inst{Flow: thumb.Trap}},
		{"bl 0x12de", []uint16{0xF000, 0xF96D}, thumb.Inst{Flow: thumb.Call, Target: 0x12DE}},
		{"bl 0xfc6", []uint16{0xF7FF, 0xFFE1}, thumb.Inst{Flow: thumb.Call, Target: 0xFC6}},
		{"b.w 0xfc6", []uint16{0xF7FF, 0xBFE1}, thumb.Inst{Flow: thumb.Branch, Target: 0xFC6}},
		{"beq.w 0x1108", []uint16{0xF000, 0x8082}, thumb.Inst{Flow: thumb.Cond, Target: 0x1108}},
		{"movw r1, #65533", []uint16{0xF64F, 0x71FD}, thumb.Inst{Op: thumb.Const, Rd: 1, Rn: 15, Imm: 0xFFFD, Writes: r(1)}},
		{"movt r3, #2048", []uint16{0xF6C0, 0x0300}, thumb.Inst{Op: thumb.MoveTop, Rd: 3, Imm: 0x800, Writes: r(3)}},
		{"mvn.w r0, #16", []uint16{0xF06F, 0x0010}, thumb.Inst{Op: thumb.Const, Rd: 0, Rn: 15, Imm: 0xFFFFFFEF, Writes: r(0)}},
		{"mov.w r4, #0x1000", []uint16{0xF44F, 0x5480}, thumb.Inst{Op: thumb.Const, Rd: 4, Rn: 15, Imm: 0x1000, Writes: r(4)}},
		{"stmdb sp!, {r4-r8, lr}", []uint16{0xE92D, 0x41F0}, thumb.Inst{Push: 24}},
		{"ldmia.w sp!, {r4-r8, pc}", []uint16{0xE8BD, 0x81F0}, thumb.Inst{Push: -24, Flow: thumb.Return, Writes: r(4, 5, 6, 7, 8, thumb.PC)}},
		{"sub.w sp, sp, #4096", []uint16{0xF5AD, 0x5D80}, thumb.Inst{Push: 4096, Rd: thumb.SP, Rn: thumb.SP, Imm: 0xFFFFF000}},
		{"vpush {d8}", []uint16{0xED2D, 0x8B02}, thumb.Inst{Push: 8}},
		{"tbb [pc, r3]", []uint16{0xE8DF, 0xF003}, thumb.Inst{Flow: thumb.Table, Rn: thumb.PC, Rm: 3, Imm: 1}},
		{"tbh [pc, r3, lsl #1]", []uint16{0xE8DF, 0xF013}, thumb.Inst{Flow: thumb.Table, Rn: thumb.PC, Rm: 3, Imm: 2}},
		{"ldr.w r3, [pc, #-264]", []uint16{0xF85F, 0x3108}, thumb.Inst{Op: thumb.Literal, Rd: 3, Imm: 0xEFC, Target: 0xEFC, Refers: true, Writes: r(3)}},
		{"ldr.w pc, [sp], #4", []uint16{0xF85D, 0xFB04}, thumb.Inst{Op: thumb.Load, Rd: thumb.PC, Rn: thumb.SP, Flow: thumb.Return, Push: -4, Writes: r(thumb.PC)}},
		{"mrs r0, IPSR", []uint16{0xF3EF, 0x8005}, thumb.Inst{Writes: r(0)}},
	}
	for _, tt := range tests {
		var code []byte
		for _, h := range tt.code {
			code = binary.LittleEndian.AppendUint16(code, h)
		}
		tt.want.Addr, tt.want.Size = at, uint32(len(code))
		if got := thumb.Decode(code, at); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.text, got, tt.want)
		}
	}
}

// TestIf checks that the instructions of an IT block are marked.
func TestIf(t *testing.T) {
	// itte eq; moveq r0, r1; bxeq lr; movne r0, r2; bx lr
	code := []byte{0x06, 0xBF, 0x08, 0x46, 0x70, 0x47, 0x10, 0x46, 0x70, 0x47}
	want := []bool{false, true, true, true, false}
	list := thumb.Decode(code, 0)
	if len(list) != len(want) {
		t.Fatalf("%d instructions", len(list))
	}
	for i, in := range list {
		if in.If != want[i] {
			t.Errorf("instruction %d: If is %v", i, in.If)
		}
	}
	if !list[2].FallsThrough() || list[4].FallsThrough() {
		t.Error("a return in an IT block falls through, another does not")
	}
}

// FuzzDecode checks that whatever bytes there are, instructions follow each other
// without gaps.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{0x06, 0xBF, 0x08, 0x46, 0x00, 0xF0, 0x6D, 0xF9, 0xFF})
	f.Fuzz(func(t *testing.T, code []byte) {
		at := uint32(0x08000000)
		list := thumb.Decode(code, at)
		for _, in := range list {
			if in.Addr != at || in.Size != 2 && in.Size != 4 {
				t.Fatalf("%+v, not at %#x", in, at)
			}
			at = in.End()
		}
		if left := len(code) - int(at-0x08000000); left < 0 || left > 3 {
			t.Errorf("%d bytes left of %d", left, len(code))
		}
	})
}
