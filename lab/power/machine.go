// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/lab/emu"
)

// An event says what a boot has come to.
type event int

const (
	started event = iota // the application runs
	cutOff               // power was lost
	dead                 // there is no boot sector that runs
	hung                 // neither the application starts nor a reset comes
	broken               // the code has done what it must never do: machine.err
	reset                // the code has asked for a reset
)

// A machine is a device whose flash driver is this program. Everything else is the code
// in its flash.
type machine struct {
	core   *emu.Core
	bus    *emu.Registers
	flash  *flash
	store  *flash // a store that is a memory of its own, or nil
	layout *layout
	random random

	operations int  // begun
	cutAt      int  // power is lost at that one, 0 for never
	how        How  // it meets the cut
	fired      bool // it has
	err        error

	// watch, if set, is called before each operation.
	watch func(op Operation, data []byte)

	// pause, if set, is called before each instruction that nextPause has asked for.
	pause     func()
	nextPause func() uint64 // instructions from now

	booting        bool
	resetting      bool   // the code has called its reset
	ranApplication bool   // since the last boot
	limit          uint64 // instructions until a boot counts as hung
	boots          int
	bootTime       uint64 // instructions of all boots
	sector         []byte // the boot sector that the hooks are for
	hooked         []uint32
	kernel         uint32 // what to add to an address for that in the RAM copy, 0 while unknown
	eccFaults      int    // that were raised
	native         bool   // crc32 is computed here
	emulateAll     bool   // so that instructions are counted: signatures are verified by emulation each time
}

// newMachine returns a device with blank memories.
func newMachine(l *layout) *machine {
	m := &machine{layout: l, bus: l.bus(), random: newRandom(1), limit: 1 << 28}
	cells := bytes.Repeat([]byte{l.erased}, int(l.flashSize))
	m.core = emu.New(emu.Config{
		Arch: l.arch, FlashBase: l.base, Flash: cells, RAMBase: l.ramBase, RAMSize: int(l.ramSize), Vectors: l.vectors,
		Bus: m.bus,
	})
	m.flash = newFlash(m.core.Flash(), l.erase, l.program, l.erased)
	m.flash.changed = m.core.FlashChanged
	if l.zeros {
		m.flash.zeros = [2]uint32{l.sealOffset, l.sealOffset + l.sealSize}
	}
	if l.external != nil {
		m.store = newFlash(bytes.Repeat([]byte{l.erased}, int(l.storeSize)), l.storeErase, l.program, l.erased)
		m.store.store = true
	}
	m.core.Fence(m.mayRun)
	return m
}

// copyFrom makes the memories of m what those of other are, RAM not among them.
func (m *machine) copyFrom(other *machine) {
	m.flash.copyFrom(other.flash)
	if m.store != nil {
		m.store.copyFrom(other.store)
	}
	m.err, m.fired, m.cutAt = nil, false, 0
	m.weakReads()
}

// weakReads sees to it that weak cells read as such, and that torn ones raise what the
// part's ECC does.
func (m *machine) weakReads() {
	if len(m.flash.tears) == 0 && (m.layout.ecc == nil || m.flash.torn == 0) {
		m.core.OnFlashRead(nil)
		return
	}
	m.core.OnFlashRead(func(offset uint32, n int) {
		m.flash.read(offset, uint32(n), &m.random)
		if e := m.layout.ecc; e != nil && m.booting && m.flash.tornIn(offset, uint32(n)) > 0 && m.random.below(2) == 0 {
			m.eccFaults++
			m.bus.Values[uint32(e.Register)] |= uint32(e.Flag)
			m.core.Raise(emu.NMI)
		}
	})
}

// plan plans a power cut at the n-th operation from now.
func (m *machine) plan(n int, how How, seed uint64) {
	m.random = newRandom(seed)
	m.cutAt, m.how, m.fired = m.operations+n, how, false
}

// mayRun says whether the instruction at an address may be executed. While boot runs
// that is the boot sector and its kernel in RAM.
func (m *machine) mayRun(addr uint32) bool {
	if !m.booting || addr-m.layout.base < image.BootSize {
		return true
	}
	if addr-m.layout.ramBase >= m.layout.ramSize {
		return false
	}
	if m.kernel == 0 {
		m.findKernel(addr)
	}
	return true
}

// powerLost scrambles what a device forgets without power.
func (m *machine) powerLost() {
	for ram := m.core.RAM(); len(ram) >= 4; ram = ram[4:] {
		binary.LittleEndian.PutUint32(ram, m.random.next())
	}
	m.core.RAMChanged()
	for r := range 13 {
		m.core.SetReg(r, m.random.next())
	}
}

// boot starts the device and lets it run until an application starts, or something else
// ends that. Resets that boot asks for start it again.
func (m *machine) boot(most int) event {
	m.booting = true
	if m.ranApplication { // its code must not run in boot
		m.core.FlashChanged(image.BootSize, m.layout.imageMax)
		m.ranApplication = false
	}
	begun := m.core.Instructions()
	defer func() {
		m.booting = false
		m.bootTime += m.core.Instructions() - begun
	}()
	for range most {
		m.boots++
		if !m.prepare() {
			return dead
		}
		m.flash.reset(&m.random)
		m.weakReads()
		m.core.Reset()
		if e := m.stopped(m.run(m.limit)); e != reset {
			return e
		}
	}
	return hung
}

// stopped says what it means that boot has stopped.
func (m *machine) stopped(why emu.Stop) event {
	switch why {
	case emu.Reset:
		return reset
	case emu.Limit:
		return hung
	case emu.Left:
		m.checkStart()
		if m.err == nil {
			return started
		}
	case emu.Halted:
		if m.resetting {
			m.resetting = false
			return reset
		}
		if m.err == nil {
			return cutOff
		}
	case emu.Returned:
		m.err = fmt.Errorf("boot goes to 0x%08x, where nothing is", m.core.Reg(emu.PC))
	default:
		m.err = fmt.Errorf("boot faults: %w", m.core.Fault())
	}
	return broken
}

// run runs for at most n instructions.
func (m *machine) run(n uint64) emu.Stop {
	if m.pause == nil {
		return m.core.Run(n)
	}
	for n > 0 {
		step := min(m.nextPause(), n)
		if stop := m.core.Run(step); stop != emu.Limit {
			return stop
		}
		n -= step
		m.pause()
	}
	return emu.Limit
}

// checkStart checks that boot hands over as the start files do.
func (m *machine) checkStart() {
	vectors := binary.LittleEndian.AppendUint32(nil, m.word(m.layout.appVectors))
	vectors = binary.LittleEndian.AppendUint32(vectors, m.word(m.layout.appVectors+4))
	sp, entry := binary.LittleEndian.Uint32(vectors), binary.LittleEndian.Uint32(vectors[4:])
	if pc := m.core.Reg(emu.PC); pc|1 != entry || m.core.Reg(emu.SP) != sp&^3 {
		m.err = fmt.Errorf("boot goes to 0x%08x with the stack at 0x%08x, the application's vectors say 0x%08x and 0x%08x",
			pc, m.core.Reg(emu.SP), entry, sp)
	}
}

// word returns the word at an address in flash, as it reads now.
func (m *machine) word(addr uint32) uint32 {
	b := m.core.Read(addr, 4)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

// Offsets of the functions in the boot info record (spec/image.md section 3).
const (
	infoCRC32   = 0x3C
	infoErase   = 0x40
	infoProgram = 0x44
	infoReset   = 0x48
)

// prepare puts this program in place of the flash driver of the boot sector that is in
// flash. It reports whether there is one.
func (m *machine) prepare() bool {
	sector := m.flash.cells[:image.BootSize]
	if bytes.Equal(sector, m.sector) {
		return true
	}
	for _, addr := range m.hooked {
		m.core.Hook(addr, nil)
	}
	m.hooked, m.sector, m.kernel = nil, nil, 0
	info, err := image.ParseBootInfo(sector)
	if err != nil {
		return false
	}
	m.sector = bytes.Clone(sector)
	function := func(field uint32) uint32 { return m.word(m.layout.base+info.Offset+field) &^ 1 }
	m.hook(function(infoErase), m.eraseCalled)
	m.hook(function(infoProgram), m.programCalled)
	m.hook(function(infoReset), func() {
		m.resetting = true
		m.core.Halt()
	})
	if m.native {
		m.hook(function(infoCRC32), m.crcCalled)
	}
	p := m.layout.symbols(sector)
	if e := m.layout.external; e != nil && p != nil {
		e.hook(m, p)
	}
	m.hookVerify(p, function(infoAuthentic))
	return true
}

// hook puts f in place of the function at addr, and of its copies in the kernel.
func (m *machine) hook(addr uint32, f func()) {
	m.hooked = append(m.hooked, addr)
	m.core.Hook(addr, f)
}

// findKernel finds where boot has copied its kernel to, when something there is about to
// run: the longest piece of the boot sector around addr. Its copies of what is hooked
// are hooked, too.
func (m *machine) findKernel(addr uint32) {
	const least = 16
	ram, at := m.core.RAM(), int(addr-m.layout.ramBase)
	best, delta := least-1, uint32(0)
	for from := range image.BootSize / 2 {
		i := 2 * from
		n := common(m.sector[i:], ram[at:])
		for k := 1; k <= i && k <= at && m.sector[i-k] == ram[at-k]; k++ {
			n++
		}
		if n > best {
			best, delta = n, addr-(m.layout.base+uint32(i))
		}
	}
	if delta == 0 {
		return
	}
	m.kernel = delta
	flashHooks := m.hooked
	for _, h := range flashHooks {
		copied := h + delta - m.layout.ramBase
		original := m.sector[h-m.layout.base:]
		if int(copied) < len(ram) && common(original, ram[copied:]) >= min(8, len(original)) {
			m.hook(h+delta, m.core.HookAt(h))
		}
	}
}

// common returns how many bytes a and b begin with alike.
func common(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// eraseCalled stands for quine_flash_erase.
func (m *machine) eraseCalled() {
	_, _, size := m.flash.unit(min(m.core.Reg(0), uint32(len(m.flash.cells))-1))
	if m.mayChange() && m.operate(m.flash, Operation{Erase: true, Offset: m.core.Reg(0), Size: size}, nil) {
		m.core.Return(0)
	}
}

// programCalled stands for quine_flash_program.
func (m *machine) programCalled() {
	if m.mayChange() && m.programUnits(m.flash, m.core.Reg(0), m.core.Reg(1), m.core.Reg(2)) {
		m.core.Return(0)
	}
}

// programUnits programs n bytes from memory, unit by unit.
func (m *machine) programUnits(f *flash, offset, from, n uint32) bool {
	data := m.core.Read(from, int(n))
	if data == nil || (offset|n)%f.program != 0 || (offset|n|from)%4 != 0 {
		return m.forbidden("%d bytes at 0x%x are programmed from 0x%08x", n, offset, from)
	}
	for at := uint32(0); at < n; at += f.program {
		op := Operation{Offset: offset + at, Size: f.program, Store: f.store}
		if !m.operate(f, op, data[at:][:f.program]) {
			return false
		}
	}
	return true
}

// forbidden notes that the code has done what it must not. It returns false.
func (m *machine) forbidden(format string, args ...any) bool {
	m.err = fmt.Errorf(format, args...)
	m.core.Halt()
	return false
}

// mayChange checks that nothing runs from flash that is busy, when boot calls the driver.
func (m *machine) mayChange() bool {
	pc, lr := m.core.Reg(emu.PC)-m.layout.ramBase, m.core.Reg(emu.LR)-m.layout.ramBase
	if m.booting && (pc >= m.layout.ramSize || lr >= m.layout.ramSize) {
		return m.forbidden("boot changes flash while it runs from it, called from 0x%08x", m.core.Reg(emu.LR)&^1)
	}
	return true
}

// mayWrite checks that the one at work may change that part of flash.
func (m *machine) mayWrite(op Operation) error {
	l := m.layout
	end := op.Offset + op.Size
	switch {
	case op.Store:
	case m.booting && (end <= l.imageMax || op.Offset == l.storeOffset && op.Erase && l.external == nil):
	case !m.booting && l.external == nil && op.Offset >= l.storeOffset:
	case m.booting && l.signed && !op.Erase && op.Offset >= l.imageMax && !l.inStore(op):
	case m.booting:
		return fmt.Errorf("boot does %v", op)
	default:
		return fmt.Errorf("the application does %v", op)
	}
	return nil
}

// operate does an operation, unless power is lost. It reports whether the code goes on.
func (m *machine) operate(f *flash, op Operation, data []byte) bool {
	err := f.check(op, data)
	if err == nil {
		err = m.mayWrite(op)
	}
	if err != nil {
		return m.forbidden("%w", err)
	}
	if m.watch != nil {
		m.watch(op, data)
	}
	m.operations++
	if m.operations == m.cutAt {
		f.cut(op, data, m.how, &m.random)
		m.fired = true
		m.core.Halt()
		return false
	}
	f.do(op, data)
	m.weakReads()
	return true
}

// crcCalled stands for crc32 of the boot info record, whose result was compared with that
// of hash/crc32 before.
func (m *machine) crcCalled() {
	crc, from, n := m.core.Reg(0), m.core.Reg(1), m.core.Reg(2)
	if from-m.layout.ramBase >= m.layout.ramSize {
		return // what lies in flash may read differently each time
	}
	if data := m.core.Read(from, int(n)); data != nil {
		m.core.Return(crc32.Update(crc, crc32.IEEETable, data))
	}
}

// compareCRC makes crc32 run here instead of in the emulator if both agree.
func (m *machine) compareCRC() {
	m.native = false
	m.sector = nil
	if !m.prepare() {
		return
	}
	info, _ := image.ParseBootInfo(m.sector)
	at := m.word(m.layout.base + info.Offset + infoCRC32)
	r := newRandom(7)
	for n := range 40 {
		data := make([]byte, 5*n)
		for i := range data {
			data[i] = byte(r.next())
		}
		crc, from := r.next(), m.layout.ramBase+uint32(n%4)
		m.core.Write(from, data)
		m.core.SetReg(emu.SP, m.layout.ramBase+m.layout.ramSize)
		stop := m.core.Call(at, 1<<20, crc, from, uint32(len(data)))
		if stop != emu.Returned || m.core.Reg(0) != crc32.Update(crc, crc32.IEEETable, data) {
			return
		}
	}
	m.native = true
	m.sector = nil // hooks are put anew
}
