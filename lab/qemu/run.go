// SPDX-License-Identifier: BSD-3-Clause

package qemu

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
)

// A Stop tells why a machine stopped.
type Stop int

// The reasons, numbered like the signals of the gdb protocol.
const (
	StopInterrupt  Stop = 2 // Interrupt was called
	StopBreakpoint Stop = 5 // a breakpoint was hit, or a step was done
)

// String returns the reason in words.
func (s Stop) String() string {
	switch s {
	case StopInterrupt:
		return "interrupted"
	case StopBreakpoint:
		return "breakpoint"
	}
	return "signal " + strconv.Itoa(int(s))
}

// Continue lets the machine run. A breakpoint at the current address does not
// hold it.
func (m *Machine) Continue() error {
	if len(m.breakpoints) > 0 {
		if err := m.leave(); err != nil {
			return err
		}
	}
	return m.resume()
}

// leave steps off a breakpoint at the current address. When an interrupt becomes
// pending at that moment, QEMU may report a step that it has not done; more than
// one such step was never seen, so an instruction that stays where it is by itself
// is one that jumps to itself.
func (m *Machine) leave() error {
	here, err := m.pc()
	if err != nil || !m.breakpoints[here] {
		return err
	}
	for range 3 {
		if err := m.Step(); err != nil {
			return err
		}
		if now, err := m.pc(); err != nil || now != here {
			return err
		}
	}
	return nil
}

// pc returns the program counter.
func (m *Machine) pc() (uint32, error) {
	reply, err := m.call("pf")
	if err != nil {
		return 0, err
	}
	raw, err := hex.DecodeString(string(reply))
	if err != nil || len(raw) != 4 {
		return 0, fmt.Errorf("qemu: bad program counter %.40q", reply)
	}
	return binary.LittleEndian.Uint32(raw), nil
}

// resume lets the machine run.
func (m *Machine) resume() error {
	if m.running {
		return ErrRunning
	}
	if err := m.stub.send("c"); err != nil {
		return m.explain(err)
	}
	m.running = true
	return nil
}

// Step executes one instruction, with interrupts held off. QEMU ignores
// breakpoints meanwhile.
func (m *Machine) Step() error {
	reply, err := m.call("s")
	if err != nil {
		return err
	}
	_, err = parseStop(reply)
	return err
}

// WaitStop waits until the running machine stops. When ctx is done first, it
// keeps running.
func (m *Machine) WaitStop(ctx context.Context) (Stop, error) {
	if !m.running {
		return 0, errors.New("qemu: machine is not running")
	}
	select {
	case packet, ok := <-m.stub.packets:
		return m.stopped(packet, ok)
	case <-ctx.Done():
		return 0, fmt.Errorf("qemu: machine did not stop: %w", context.Cause(ctx))
	}
}

// stopped takes the packet of a machine that has stopped by itself.
func (m *Machine) stopped(packet []byte, ok bool) (Stop, error) {
	m.running = false
	if !ok {
		return 0, m.explain(m.stub.err)
	}
	stop, err := parseStop(packet)
	if err != nil {
		return 0, err
	}
	return stop, m.uart.sync()
}

// parseStop parses a packet like T05thread:01;.
func parseStop(packet []byte) (Stop, error) {
	if len(packet) >= 3 && (packet[0] == 'T' || packet[0] == 'S') {
		if n, err := strconv.ParseUint(string(packet[1:3]), 16, 8); err == nil {
			return Stop(n), nil
		}
	}
	return 0, fmt.Errorf("qemu: unexpected packet %.40q instead of a stop", packet)
}

// Interrupt stops the machine. It returns why the machine stopped, because a
// breakpoint may have been faster. A stopped machine stays as it is.
func (m *Machine) Interrupt() (Stop, error) {
	if !m.running {
		return StopInterrupt, nil
	}
	if err := m.stub.interrupt(); err != nil {
		return 0, m.explain(err)
	}
	packet, err := m.stub.receive()
	if err != nil {
		return 0, m.explain(err)
	}
	return m.stopped(packet, true)
}

// Reset resets processor and devices, but neither flash nor RAM. It stops a
// running machine first, and leaves it stopped at the reset vector. Unread
// output of the UART is dropped, though not from the transcript.
func (m *Machine) Reset() error {
	return m.reset("reset")
}

// reset resets the machine and notes why.
func (m *Machine) reset(why string) error {
	if _, err := m.Interrupt(); err != nil {
		return err
	}
	if err := m.monitor("system_reset"); err != nil {
		return err
	}
	if err := m.uart.sync(); err != nil { // a step may have sent a byte
		return err
	}
	m.uart.note("%s", why)
	return nil
}

// monitor executes a command of QEMU's monitor that prints nothing.
func (m *Machine) monitor(command string) error {
	return m.command("qRcmd,%s", hex.EncodeToString([]byte(command)))
}

// SetBreakpoint sets a hardware breakpoint. Code may be copied to the address
// later, and resets do not remove it.
func (m *Machine) SetBreakpoint(addr uint32) error {
	if m.breakpoints[addr] {
		return nil
	}
	if err := m.command("Z1,%x,2", addr); err != nil {
		return fmt.Errorf("qemu: breakpoint at %#x: %w", addr, err)
	}
	m.breakpoints[addr] = true
	return nil
}

// ClearBreakpoint removes a breakpoint.
func (m *Machine) ClearBreakpoint(addr uint32) error {
	if !m.breakpoints[addr] {
		return nil
	}
	if err := m.command("z1,%x,2", addr); err != nil {
		return fmt.Errorf("qemu: breakpoint at %#x: %w", addr, err)
	}
	delete(m.breakpoints, addr)
	return nil
}
