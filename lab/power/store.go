// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"encoding/binary"
	"fmt"

	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/lab/emu"
)

// An external store is a memory of its own, behind a driver that is not emulated: its
// functions are found by their symbols, and this program stands for them.
type external struct{}

// geometry reads the constant quine_store (quine_port.h) and lays the store out by it.
func (e *external) geometry(l *layout, p *emu.Program) error {
	at, ok := p.Symbol("quine_store")
	info := p.Read(at, 12)
	if !ok || info == nil {
		return fmt.Errorf("the ELF file has no constant quine_store")
	}
	l.imageBase = binary.LittleEndian.Uint32(info)
	size, unit := l.imageBase+binary.LittleEndian.Uint32(info[4:]), binary.LittleEndian.Uint32(info[8:])
	if unit == 0 || l.imageBase < headerSize || size > 64<<20 {
		return fmt.Errorf("quine_store in the ELF file is no geometry: image at %d, %d bytes, units of %d", l.imageBase, size, unit)
	}
	l.storeSize = (size + unit - 1) / unit * unit
	l.storeErase = []device.Run{{Unit: unit}}
	return nil
}

// hook puts this program in place of boot's side of the store's driver.
func (e *external) hook(m *machine, p *emu.Program) {
	for name, f := range map[string]func(){
		"quine_boot_store_open":    func() { m.core.Return(0) },
		"quine_boot_store_read":    m.storeRead,
		"quine_boot_store_consume": m.storeConsume,
	} {
		if at, ok := p.Symbol(name); ok {
			m.hook(at&^1, f)
		}
	}
}

// application puts it in place of the application's side.
func (e *external) application(m *machine, p *emu.Program) {
	for name, f := range map[string]func(){
		"quine_store_read":    m.storeRead,
		"quine_store_erase":   func() { m.storeErase(m.core.Reg(0)) },
		"quine_store_program": m.storeProgram,
	} {
		if at, ok := p.Symbol(name); ok {
			m.core.Hook(at, f)
		}
	}
}

func (m *machine) storeRead() {
	offset, to, n := m.core.Reg(0), m.core.Reg(1), m.core.Reg(2)
	if uint64(offset)+uint64(n) > uint64(len(m.store.cells)) {
		m.forbidden("%d bytes of the store are read at 0x%x", n, offset)
		return
	}
	m.store.read(offset, n, &m.random)
	if !m.core.Write(to, m.store.cells[offset:][:n]) {
		m.forbidden("the store is read to 0x%08x", to)
		return
	}
	m.core.Return(0)
}

func (m *machine) storeErase(offset uint32) {
	_, _, size := m.store.unit(min(offset, uint32(len(m.store.cells))-1))
	if m.operate(m.store, Operation{Erase: true, Offset: offset, Size: size, Store: true}, nil) {
		m.core.Return(0)
	}
}

func (m *machine) storeConsume() { m.storeErase(0) }

func (m *machine) storeProgram() {
	if m.programUnits(m.store, m.core.Reg(0), m.core.Reg(1), m.core.Reg(2)) {
		m.core.Return(0)
	}
}

// staging returns the memory that holds the store, and where in it.
func (m *machine) staging() (f *flash, offset uint32) {
	if m.store != nil {
		return m.store, 0
	}
	return m.flash, m.layout.storeOffset
}

// stage leaves an image in the store as the client of an application old does, encrypted if there is a key.
func (m *machine) stage(old, staged *image.Image, key []byte) error {
	content, err := staged.Stage(key, [12]byte{1})
	if err != nil {
		return err
	}
	f, at := m.staging()
	f.put(at+m.layout.imageBase, content)
	f.put(at, stagingHeader(old, staged))
	return nil
}
