// SPDX-License-Identifier: BSD-3-Clause

package qemu

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrRunning reports an operation that needs a stopped machine.
var ErrRunning = errors.New("qemu: machine is running")

// Options are the choices for [Start].
type Options struct {
	// ICount makes time depend on the number of executed instructions instead
	// of the host's clock. It is the argument of QEMU's -icount, for example
	// "shift=6,sleep=off". Empty means real time.
	ICount string

	// Seed varies the bytes that RAM holds after a power cut.
	Seed uint64

	// Args are further arguments for QEMU. It runs in a directory of its own,
	// so file names must be absolute.
	Args []string
}

// A Machine is one emulated board. Its methods must not be called
// concurrently; its UART may be used at any time.
//
// A machine is stopped or running. It starts stopped, and memory, registers
// and breakpoints can be used only while it is stopped.
type Machine struct {
	board   Board
	seed    uint64
	process *process
	stub    *client
	uart    *UART

	running     bool
	breakpoints map[uint32]bool
}

// Start starts QEMU with a stopped board whose memories are empty. A nil opts
// means the defaults. QEMU is killed when ctx is done; Close must be called
// nevertheless. On Linux it is also killed when the calling process dies. Do
// not use ctx as a timeout of single steps: they have contexts of their own,
// whose errors show the transcript.
func Start(ctx context.Context, board Board, opts *Options) (*Machine, error) {
	if opts == nil {
		opts = &Options{}
	}
	p, err := startProcess(ctx, board, opts)
	if err != nil {
		return nil, err
	}
	m := &Machine{
		board:       board,
		seed:        opts.Seed,
		process:     p,
		stub:        newClient(p.gdb),
		uart:        newUART(p.uart),
		breakpoints: make(map[uint32]bool),
	}
	go p.kick()
	// The stub sends xPSR only to those who know what the registers are.
	if _, err := m.call("qXfer:features:read:target.xml:0,ffb"); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// Close kills QEMU and waits for its end. It may be called more than once.
func (m *Machine) Close() error {
	m.running = false
	return m.process.close()
}

// Board returns the description of the machine.
func (m *Machine) Board() Board { return m.board }

// UART returns the first serial line.
func (m *Machine) UART() *UART { return m.uart }

// PID returns the process id of QEMU.
func (m *Machine) PID() int { return m.process.pid }

// call exchanges packets with the stub of a stopped machine.
func (m *Machine) call(format string, args ...any) ([]byte, error) {
	if m.running {
		return nil, ErrRunning
	}
	reply, err := m.stub.call(format, args...)
	return reply, m.explain(err)
}

// command sends a stopped machine a packet to which the answer should be OK.
func (m *Machine) command(format string, args ...any) error {
	if m.running {
		return ErrRunning
	}
	return m.explain(m.stub.command(format, args...))
}

// explain adds the last words of QEMU to an error, if it has ended.
func (m *Machine) explain(err error) error {
	if err == nil {
		return nil
	}
	return m.process.explain(err)
}

// ReadMemory returns n bytes at addr.
func (m *Machine) ReadMemory(addr uint32, n int) ([]byte, error) {
	data := make([]byte, n)
	for off := 0; off < n; off += maxData {
		part := data[off:min(off+maxData, n)]
		reply, err := m.call("m%x,%x", addr+uint32(off), len(part))
		if err != nil {
			return nil, err
		}
		if len(reply) != 2*len(part) {
			return nil, fmt.Errorf("qemu: cannot read %d bytes at %#x: %.20q", len(part), addr+uint32(off), reply)
		}
		if _, err := hex.Decode(part, reply); err != nil {
			return nil, fmt.Errorf("qemu: memory at %#x: %w", addr+uint32(off), err)
		}
	}
	return data, nil
}

// WriteMemory writes data at addr. It can write to flash, too, whatever the
// flash controller says.
func (m *Machine) WriteMemory(addr uint32, data []byte) error {
	for off := 0; off < len(data); off += maxData {
		part := data[off:min(off+maxData, len(data))]
		if err := m.command("M%x,%x:%x", addr+uint32(off), len(part), part); err != nil {
			return fmt.Errorf("qemu: cannot write %d bytes at %#x: %w", len(part), addr+uint32(off), err)
		}
	}
	return nil
}

// LoadFlash writes the image to the start of the flash, fills the rest with
// 0xFF and resets the machine, which stays stopped.
func (m *Machine) LoadFlash(image []byte) error {
	if uint64(len(image)) > uint64(m.board.FlashSize) {
		return fmt.Errorf("qemu: image has %d bytes, flash of %s %d", len(image), m.board.Name, m.board.FlashSize)
	}
	flash := make([]byte, m.board.FlashSize)
	for i := copy(flash, image); i < len(flash); i++ {
		flash[i] = 0xFF
	}
	if err := m.WriteMemory(m.board.FlashBase, flash); err != nil {
		return err
	}
	return m.reset("flash loaded")
}

// Registers are the core registers.
type Registers struct {
	R          [13]uint32
	SP, LR, PC uint32
	XPSR       uint32
}

// Registers returns the core registers.
func (m *Machine) Registers() (Registers, error) {
	reply, err := m.call("g")
	if err != nil {
		return Registers{}, err
	}
	raw := make([]byte, len(reply)/2)
	if _, err := hex.Decode(raw, reply); err != nil || len(raw) < 17*4 {
		return Registers{}, fmt.Errorf("qemu: bad registers %.200q", reply)
	}
	var words [17]uint32
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(raw[4*i:])
	}
	return Registers{
		R:  [13]uint32(words[:13]),
		SP: words[13], LR: words[14], PC: words[15], XPSR: words[16],
	}, nil
}
