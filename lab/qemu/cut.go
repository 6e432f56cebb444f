// SPDX-License-Identifier: BSD-3-Clause

package qemu

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// CountHits lets the machine run until the UART has sent the text, and returns
// how often it has come to the address until then. The machine is stopped
// afterwards, and the text remains unread. It must not be in the unread output
// already: expect it, or reset the machine.
//
// What a command of yours sets off is counted exactly if the machine is
// stopped before you write the command to the UART.
func (m *Machine) CountHits(ctx context.Context, addr uint32, until string) (int, error) {
	return m.RunToHit(ctx, addr, 0, until)
}

// RunToHit lets the machine run until it comes to the address for the n-th
// time or the UART has sent the text, and returns the number of hits. The
// machine is stopped afterwards. An n below 1 means no limit, an empty text
// means none. The start does not count, even if it is at the address.
//
// The gdb stub of QEMU has no ignore counts, so each hit costs a stop, a step
// and a start, together about 0.4 ms.
func (m *Machine) RunToHit(ctx context.Context, addr uint32, n int, until string) (hits int, err error) {
	if !m.breakpoints[addr] {
		if err := m.SetBreakpoint(addr); err != nil {
			return 0, err
		}
		defer func() {
			if clearErr := m.ClearBreakpoint(addr); err == nil {
				err = clearErr
			}
		}()
	}
	for n < 1 || hits < n {
		if err := m.Continue(); err != nil {
			return hits, err
		}
		stop, err := m.waitStopOrText(ctx, until)
		if err != nil {
			return hits, fmt.Errorf("%w (after %d hits of %#x)", err, hits, addr)
		}
		if found, _ := m.uart.contains(until); found {
			return hits, nil
		}
		if stop != StopBreakpoint {
			return hits, fmt.Errorf("qemu: machine stopped by itself: %v", stop)
		}
		if here, err := m.at(addr); err != nil {
			return hits, err
		} else if !here {
			return hits, fmt.Errorf("qemu: machine stopped at another breakpoint than %#x", addr)
		}
		hits++
	}
	return hits, nil
}

// at reports whether the machine has stopped at the address. It asks the
// machine only if there are other breakpoints.
func (m *Machine) at(addr uint32) (bool, error) {
	if len(m.breakpoints) == 1 {
		return true, nil
	}
	regs, err := m.Registers()
	return regs.PC == addr, err
}

// waitStopOrText waits until the machine stops or the text has come, and then
// stops it. It stops the machine also when ctx is done.
func (m *Machine) waitStopOrText(ctx context.Context, text string) (Stop, error) {
	for {
		found, more := m.uart.contains(text)
		if found {
			return m.Interrupt()
		}
		select {
		case packet, ok := <-m.stub.packets:
			return m.stopped(packet, ok)
		case <-more:
		case <-ctx.Done():
			if _, err := m.Interrupt(); err != nil {
				return 0, err
			}
			what := "qemu: breakpoint was not hit"
			if text != "" {
				what = fmt.Sprintf("qemu: breakpoint was not hit and UART did not send %q", text)
			}
			return 0, m.uart.missing(what, context.Cause(ctx))
		}
	}
}

// CutPower lets the machine run until it comes to the address for the n-th
// time, cuts its power there, and lets it start again. It reports whether that
// hit was reached: if the UART sends the text first, there is no cut, and the
// machine is stopped with the text unread.
//
// The instruction at the address is not executed at the n-th hit. After the
// cut, only new output is unread on the UART.
func (m *Machine) CutPower(ctx context.Context, addr uint32, n int, until string) (reached bool, err error) {
	if n < 1 {
		return false, fmt.Errorf("qemu: there is no hit number %d", n)
	}
	hits, err := m.RunToHit(ctx, addr, n, until)
	if err != nil || hits < n {
		return false, err
	}
	why := fmt.Sprintf("power cut at hit %d of %#x", n, addr)
	if err := m.powerCycle(why, uint64(addr)<<32|uint64(uint32(n))); err != nil {
		return false, err
	}
	return true, m.resume()
}

// PowerCycle cuts the power of the machine, running or not, and leaves it
// stopped at the reset vector with random bytes in RAM.
func (m *Machine) PowerCycle() error {
	return m.powerCycle("power cycle", 0)
}

// powerCycle scrambles RAM and resets the machine.
func (m *Machine) powerCycle(why string, salt uint64) error {
	if _, err := m.Interrupt(); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(m.seed, salt))
	ram := make([]byte, 0, m.board.RAMSize+8)
	for len(ram) < int(m.board.RAMSize) {
		ram = binary.LittleEndian.AppendUint64(ram, random.Uint64())
	}
	if err := m.WriteMemory(m.board.RAMBase, ram[:m.board.RAMSize]); err != nil {
		return err
	}
	return m.reset(why)
}
