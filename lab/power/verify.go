// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"bytes"
	"hash/crc32"
	"sync"

	"github.com/quine-fw/quine/lab/emu"
)

// Sizes in bytes of what quine_p256_verify (device/crypto) reads and writes.
const (
	workSize      = 14 * 8 * 4
	signatureSize = 64
	keySize       = 4 + 64
)

// verifications remembers the results of quine_p256_verify by all that it reads. Each was
// emulated once, some tens of millions of instructions.
type verifications struct {
	lock  sync.Mutex
	known map[string]verification
	at    map[uint32]uint32 // address of the function by the CRC-32 of its boot sector
}

// A verification is what the function has left in its work memory, and returned.
type verification struct {
	work   string
	result uint32
}

// infoAuthentic is the offset in a signed boot info record of quine_authentic (spec/image.md
// section 3).
const infoAuthentic = 0x58

// hookVerify puts this program in place of quine_p256_verify. Without a symbol its address is
// found when quine_authentic is called, whose address the boot info record has.
func (m *machine) hookVerify(p *emu.Program, authentic uint32) {
	v := m.layout.verified
	if v == nil || m.emulateAll || !m.layout.signed {
		return
	}
	at, ok := p.Symbol("quine_p256_verify")
	if !ok {
		v.lock.Lock()
		at, ok = v.at[crc32.ChecksumIEEE(m.sector)]
		v.lock.Unlock()
	}
	if ok {
		m.hook(at&^1, m.verifyCalled)
		return
	}
	m.hook(authentic, func() {
		if at := m.findVerify(); at != 0 {
			v.lock.Lock()
			v.at[crc32.ChecksumIEEE(m.sector)] = at
			v.lock.Unlock()
			m.core.Hook(authentic, nil)
			m.hook(at, m.verifyCalled)
		}
	})
}

// findVerify follows quine_authentic, which is about to run, on a device of its own, up to
// where it goes on elsewhere with the same work memory and the manifest's signature. It
// returns 0 if it never does.
func (m *machine) findVerify() uint32 {
	const signature, steps = 0x40, 1 << 20
	c := m.twin()
	work, manifest := c.Reg(0), c.Reg(1)
	for range steps {
		before := c.Reg(emu.PC)
		if c.Run(1) != emu.Limit {
			break
		}
		at := c.Reg(emu.PC)
		if at-before-2 > 2 && c.Reg(0) == work && c.Reg(1) == manifest+signature {
			return at
		}
	}
	return 0
}

// twin returns a core like that of the device, without hooks.
func (m *machine) twin() *emu.Core {
	l := m.layout
	c := emu.New(emu.Config{
		Arch: l.arch, FlashBase: l.base, Flash: bytes.Clone(m.flash.cells), RAMBase: l.ramBase, RAMSize: int(l.ramSize),
	})
	c.CopyFrom(m.core)
	return c
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
	c := m.twin()
	at := c.Reg(emu.PC)
	work := c.Reg(0)
	if c.Call(at, m.limit, c.Reg(0), c.Reg(1), c.Reg(2)) != emu.Returned {
		return r, false
	}
	return verification{string(c.Read(work, workSize)), c.Reg(0)}, true
}
