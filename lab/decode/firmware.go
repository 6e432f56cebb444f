// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/quine-fw/quine/lab/cross"
	"github.com/quine-fw/quine/lab/qemu"
)

// What the firmware and its linker script say.
const (
	jobAddress  = 0x20000000
	stackTop    = 0x20010000
	stackSize   = 4 << 10 // of it examined
	dataAddress = 0x21000000
	dataSize    = 16 << 20
	loopTurns   = 1000000

	// A tick of the processor's clock of 25 MHz is 40 ns, and an instruction 1 ns.
	tickInstructions = 40
)

// stackFill is what the stack holds before.
const stackFill = 0xA5

// A job is struct job of the firmware.
type job struct {
	OldAddress, OldSize       uint32
	StreamAddress, StreamSize uint32
	NewAddress, NewSize       uint32
	LoadAddress               uint32

	Status                               int32
	Made, LoopTicks, Ticks, StackPointer uint32
}

// A firmware is the decoder for a processor.
type firmware struct {
	cpu      string
	board    qemu.Board
	image    []byte
	finished uint32 // address of the function that it ends with
}

// build compiles the firmware from the folders library and source into dir.
func build(ctx context.Context, library, source, dir, cpu string) (*firmware, error) {
	objects, err := cross.Decoder(ctx, library, dir, cpu)
	if err != nil {
		return nil, err
	}
	main := filepath.Join(dir, "main.o")
	if err := cross.Compile(ctx, library, cpu, filepath.Join(source, "main.c"), main); err != nil {
		return nil, err
	}
	program := filepath.Join(dir, "decode.elf")
	objects = append(objects, main)
	if err := cross.Link(ctx, cpu, program, objects, "-T", filepath.Join(source, "link.ld")); err != nil {
		return nil, err
	}
	f := &firmware{cpu: cpu, board: qemu.MPS2AN386}
	if cpu == cross.M0 {
		f.board = qemu.MPS2AN385
	}
	f.board.FlashSize = 64 << 10
	return f, f.read(program)
}

// read takes the code and the symbol from the linked program.
func (f *firmware) read(program string) error {
	e, err := elf.Open(program)
	if err != nil {
		return err
	}
	defer e.Close()
	if f.image, err = e.Section(".text").Data(); err != nil {
		return err
	}
	symbols, err := e.Symbols()
	if err != nil {
		return err
	}
	for _, s := range symbols {
		if s.Name == "finished" {
			f.finished = uint32(s.Value) &^ 1
			return nil
		}
	}
	return errors.New("firmware has no symbol finished")
}

// A count is what a run took.
type count struct {
	Instructions uint64
	Stack        int
}

// run decodes a stream on the board and checks that it makes new of old.
func (f *firmware) run(ctx context.Context, old, new, stream []byte) (count, error) {
	need := (len(old)+3)&^3 + (len(new)+3)&^3 + len(stream)
	if need > dataSize {
		return count{}, fmt.Errorf("images and stream have %d bytes, the board has room for %d", need, dataSize)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	m, err := qemu.Start(ctx, f.board, &qemu.Options{ICount: "shift=0,sleep=off"})
	if err != nil {
		return count{}, err
	}
	defer m.Close()
	j := job{OldAddress: dataAddress, OldSize: uint32(len(old)), NewSize: uint32(len(new)), StreamSize: uint32(len(stream))}
	j.NewAddress = j.OldAddress + (j.OldSize+3)&^3
	j.StreamAddress = j.NewAddress + (j.NewSize+3)&^3
	if err := f.start(m, &j, old, stream); err != nil {
		return count{}, err
	}
	if _, err := m.WaitStop(ctx); err != nil {
		return count{}, err
	}
	return f.result(m, &j, new)
}

// start fills the memories of the board and lets it run.
func (f *firmware) start(m *qemu.Machine, j *job, old, stream []byte) error {
	if err := m.LoadFlash(f.image); err != nil {
		return err
	}
	description, err := binary.Append(nil, binary.LittleEndian, j)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		at   uint32
		data []byte
	}{
		{jobAddress, description},
		{stackTop - stackSize, bytes.Repeat([]byte{stackFill}, stackSize)},
		{j.OldAddress, old},
		{j.StreamAddress, stream},
	} {
		if err := m.WriteMemory(part.at, part.data); err != nil {
			return err
		}
	}
	if err := m.SetBreakpoint(f.finished); err != nil {
		return err
	}
	return m.Continue()
}

// result reads and checks what the board has done.
func (f *firmware) result(m *qemu.Machine, j *job, new []byte) (count, error) {
	raw, err := m.ReadMemory(jobAddress, binary.Size(j))
	if err != nil {
		return count{}, err
	}
	if _, err := binary.Decode(raw, binary.LittleEndian, j); err != nil {
		return count{}, err
	}
	if j.Status != 0 || int(j.Made) != len(new) {
		return count{}, fmt.Errorf("decoder made %d of %d bytes and returned %d", j.Made, len(new), j.Status)
	}
	made, err := m.ReadMemory(j.NewAddress, len(new))
	if err != nil {
		return count{}, err
	}
	if !bytes.Equal(made, new) {
		return count{}, errors.New("decoder made another image")
	}
	// Two instructions a turn, a few around them, and a tick on either side.
	counted, want := int64(j.LoopTicks)*tickInstructions, int64(2*loopTurns)
	if counted < want-tickInstructions || counted > want+3*tickInstructions {
		return count{}, fmt.Errorf("counting is wrong: a loop of %d instructions counts as %d", want, counted)
	}
	stack, err := m.ReadMemory(stackTop-stackSize, stackSize)
	if err != nil {
		return count{}, err
	}
	untouched := 0
	for untouched < len(stack) && stack[untouched] == stackFill {
		untouched++
	}
	return count{
		Instructions: uint64(j.Ticks) * tickInstructions,
		Stack:        int(j.StackPointer) - (stackTop - stackSize + untouched),
	}, nil
}
