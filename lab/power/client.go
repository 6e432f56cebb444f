// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"fmt"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/lab/emu"
)

// A client runs the update client of an application, called by its symbols.
type client struct {
	program *emu.Program
	patch   []byte
	piece   int // bytes given to the client at a time
	update  uint32
	at      uint32 // of a piece
	calls   uint64 // limit of instructions for a call
}

// Sizes in RAM. The client's state is some 4 KiB (make size); decoder and client take
// less stack than that.
const (
	updateRoom = 6 << 10
	stackRoom  = 1 << 10
)

// newClient returns the client of a program, which is to be fed with the patch.
func newClient(l *layout, p *emu.Program, patch []byte) (*client, error) {
	k := &client{program: p, patch: patch, piece: 64, calls: 1 << 31}
	for _, name := range []string{"quine_update_begin", "quine_update_write", "quine_update_finish", "quine_update_install"} {
		if _, ok := p.Symbol(name); !ok {
			return nil, fmt.Errorf("the ELF file has no function %s", name)
		}
	}
	k.update = p.End()
	k.at = k.update + updateRoom
	if end := l.ramBase + l.ramSize; k.at+uint32(k.piece)+stackRoom > end {
		// The application's own struct quine_update will do.
		at, ok := p.Symbol("update")
		if !ok || p.End()+uint32(k.piece)+stackRoom > end {
			return nil, fmt.Errorf("RAM has no %d bytes left for the update client", updateRoom+stackRoom)
		}
		k.update, k.at = at, p.End()
	}
	return k, nil
}

// start gives the application's RAM the contents that its startup code does.
func (k *client) start(m *machine) {
	m.ranApplication = true
	const record = 16 // bytes that are kept over a reset
	ram := k.program.RAM()[record : k.program.End()-k.program.RAMBase()]
	m.core.Write(k.program.RAMBase()+record, ram)
	if e := m.layout.external; e != nil {
		e.application(m, k.program)
	}
}

// call calls a function of the client. It returns the function's result, or the event
// that it ended in.
func (k *client) call(m *machine, name string, args ...uint32) (int32, event) {
	at, _ := k.program.Symbol(name)
	m.core.SetReg(emu.SP, m.layout.ramBase+m.layout.ramSize)
	switch m.core.Call(at, k.calls, args...) {
	case emu.Returned:
		return int32(m.core.Reg(0)), started
	case emu.Reset:
		return 0, reset
	case emu.Halted:
		if m.resetting {
			m.resetting = false
			return 0, reset
		}
		if m.err != nil {
			return 0, broken
		}
		return 0, cutOff
	case emu.Limit:
		m.err = fmt.Errorf("%s does not return", name)
	default:
		m.err = fmt.Errorf("%s: %v", name, m.core.Fault())
	}
	return 0, broken
}

// run updates the device up to the reset that starts the install. It returns reset then,
// and any other event that comes instead.
func (k *client) run(m *machine) event {
	k.start(m)
	result, e := k.call(m, "quine_update_begin", k.update)
	if e == started && result == int32(quine.CodePending) {
		return reset // boot is to install first
	}
	for at := 0; at < len(k.patch) && e == started && result == 0; at += k.piece {
		piece := k.patch[at:min(at+k.piece, len(k.patch))]
		m.core.Write(k.at, piece)
		result, e = k.call(m, "quine_update_write", k.update, k.at, uint32(len(piece)))
	}
	if e == started && result == 0 {
		result, e = k.call(m, "quine_update_finish", k.update)
	}
	if e == started && result == 0 {
		result, e = k.call(m, "quine_update_install")
	}
	if e == started {
		m.err = fmt.Errorf("the client refuses the update: %v", quine.Code(result))
		return broken
	}
	return e
}
