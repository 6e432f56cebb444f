// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"sync"

	"github.com/quine-fw/quine/lab/emu"
)

// Sizes in bytes of what quine_p256_verify (device/crypto) reads and writes.
const (
	workSize      = 16 * 8 * 4
	signatureSize = 64
	keySize       = 4 + 64
)

// verifications remembers the results of quine_p256_verify by all that it reads. Each was
// emulated once, some tens of millions of instructions.
type verifications struct {
	lock  sync.Mutex
	known map[string]verification
}

// A verification is what the function has left in its work memory, and returned.
type verification struct {
	work   string
	result uint32
}

// verifyCalled stands for quine_p256_verify where its input was met before.
func (m *machine) verifyCalled() {
	work := m.core.Read(m.core.Reg(0), workSize)
	signature := m.core.Read(m.core.Reg(1), signatureSize)
	key := m.core.Read(m.core.Reg(2), keySize)
	if work == nil || signature == nil || key == nil {
		return
	}
	v := m.layout.verified
	v.lock.Lock()
	defer v.lock.Unlock()
	input := string(m.sector) + string(work[:32]) + string(signature) + string(key)
	r, ok := v.known[input]
	if !ok {
		if r, ok = m.verify(); !ok {
			return // it shows where it is emulated
		}
		v.known[input] = r
	}
	m.core.Write(m.core.Reg(0), []byte(r.work))
	m.core.Return(r.result)
}

// verify emulates the function that is about to run on a device of its own.
func (m *machine) verify() (r verification, ok bool) {
	l := m.layout
	c := emu.New(emu.Config{
		Arch: l.arch, FlashBase: l.base, Flash: append([]byte(nil), m.flash.cells...), RAMBase: l.ramBase, RAMSize: int(l.ramSize),
	})
	c.CopyFrom(m.core)
	at := c.Reg(emu.PC)
	work := c.Reg(0)
	if c.Call(at, m.limit, c.Reg(0), c.Reg(1), c.Reg(2)) != emu.Returned {
		return r, false
	}
	return verification{string(c.Read(work, workSize)), c.Reg(0)}, true
}
