// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"math/bits"
	"strconv"

	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/lab/emu"
)

// A layout says where everything is. All of it comes from the boot info record and the
// vectors of the boot sector, from the part, and from what boot is seen to read.
type layout struct {
	arch    emu.Arch
	base    uint32 // of flash
	vectors uint32 // offset of the boot sector's table
	erase   []device.Run
	program uint32
	erased  byte

	sealOffset, sealSize uint32
	zeros                bool // zeros may be programmed over the seal
	imageMax             uint32
	storeMax             uint32 // bytes of the staged image, and of what an encrypted store has in front of it
	appVectors           uint32

	ramBase, ramSize uint32
	flashSize        uint32
	registers        map[uint32]uint32 // what is read in them
	ecc              *device.ECC

	// The store. Offsets in a store that can be read as memory count from its start,
	// which is at storeOffset in flash.
	storeOffset uint32
	imageBase   uint32
	storeSize   uint32
	storeErase  []device.Run
	external    *external

	signed   bool // the floor of the security counter lies in flash, too
	verified *verifications
	boots    map[uint32]*emu.Program // ELF files, by the CRC-32 of their boot sectors
}

// know makes the symbols of an executable known for its boot sector.
func (l *layout) know(p *emu.Program) {
	if p != nil {
		l.boots[crc32.ChecksumIEEE(p.Flash()[:min(len(p.Flash()), image.BootSize)])] = p
	}
}

// symbols returns the executable that has this boot sector, nil if none is known.
func (l *layout) symbols(sector []byte) *emu.Program { return l.boots[crc32.ChecksumIEEE(sector)] }

// headerSize is the size of a staging header in bytes (spec/staging.md section 2).
const headerSize = 32

// nonceBlock is the size of what lies in front of an encrypted image (spec/staging.md section 4).
const nonceBlock = 32

// bus returns the peripherals of the part.
func (l *layout) bus() *emu.Registers { return &emu.Registers{Values: maps.Clone(l.registers)} }

// newLayout finds out how the device is laid out that runs the image. The ELF file of the
// image, which may be nil, is needed if its store cannot be read as memory.
func newLayout(im *image.Image, part *device.Part, program *emu.Program) (*layout, error) {
	b := &im.Boot
	if err := suits(b, part); err != nil {
		return nil, err
	}
	l := &layout{
		arch: emu.ARMv7M, base: b.LoadAddress, erase: eraseRuns(part),
		program: uint32(b.ProgramUnit), erased: 0xFF,
		sealOffset: b.SealOffset, sealSize: uint32(b.SealSize), zeros: b.SealSize == sealOver,
		imageMax: b.ImageMax, storeMax: b.StoreMax, appVectors: b.AppVectors,
		signed: b.Flags&image.BootSigned != 0, boots: make(map[uint32]*emu.Program),
		verified: &verifications{known: make(map[string]verification), at: make(map[uint32]uint32)},
	}
	if b.Flags&image.BootEncrypted != 0 {
		l.storeMax += nonceBlock
	}
	l.know(program)
	l.ecc = part.ECC
	l.registers = make(map[uint32]uint32, len(part.Registers))
	for at, value := range part.Registers {
		l.registers[uint32(at)] = uint32(value)
	}
	if b.Flags&image.BootErasedIsZero != 0 {
		l.erased = 0
	}
	switch part.Core {
	case "cortex-m0", "cortex-m0plus", "cortex-m1", "cortex-m23":
		l.arch = emu.ARMv6M
	}
	if at := l.imageMax; l.roundUp(at) != at {
		return nil, fmt.Errorf("the application region ends at 0x%x, inside an erase unit that ends at 0x%x: an install erases what lies behind it",
			at, l.roundUp(at))
	}
	if err := l.findRAM(im); err != nil {
		return nil, err
	}
	if err := l.findStore(im); err != nil {
		return nil, err
	}
	if l.storeOffset == 0 {
		if program == nil {
			return nil, fmt.Errorf("boot reads no staging store in flash; give the ELF files to emulate its driver")
		}
		l.external = new(external)
		if err := l.external.geometry(l, program); err != nil {
			return nil, err
		}
		l.flashSize = l.roundUp(l.imageMax)
		return l, l.inPart(part)
	}
	for _, at := range []uint32{l.storeOffset, l.storeOffset + l.imageBase, l.storeOffset + l.imageBase + l.storeMax} {
		if l.roundUp(at) != at {
			return nil, fmt.Errorf("the staging store, header, image or end, has a border at 0x%x, inside an erase unit that ends at 0x%x: "+
				"an update erases what lies around it", at, l.roundUp(at))
		}
	}
	l.flashSize = l.roundUp(l.storeOffset + l.imageBase + l.storeMax)
	if err := l.inPart(part); err != nil {
		return nil, err
	}
	if l.signed { // the floor may lie behind
		l.flashSize = l.roundUp(1 << bits.Len32(l.flashSize))
	}
	return l, nil
}

// suits says why a boot sector was not made for a part, if it was not: the lab would try a
// device that does not exist.
func suits(b *image.BootInfo, part *device.Part) error {
	base, err := strconv.ParseUint(part.Base, 0, 32)
	if err != nil {
		return err
	}
	switch zero := b.Flags&image.BootErasedIsZero != 0; {
	case uint64(b.LoadAddress) != base:
		return fmt.Errorf("flash of %s begins at %s, the image is for 0x%08x", part.Name, part.Base, b.LoadAddress)
	case uint32(b.ProgramUnit)%part.Program.Unit != 0:
		return fmt.Errorf("flash of %s is programmed in units of %d bytes, the image does so in units of %d", part.Name, part.Program.Unit, b.ProgramUnit)
	case zero != (part.Erased == "0x00"):
		return fmt.Errorf("flash of %s reads %s when it is erased, the image expects the opposite", part.Name, part.Erased)
	case b.SealSize == sealOver && part.Seal == "own erase unit":
		return fmt.Errorf("flash of %s must not be programmed twice, the image programs zeros over its seal", part.Name)
	}
	return nil
}

// sealOver is the size in bytes of a seal over which zeros are programmed; others are a whole erase unit.
const sealOver = 8

// inPart checks that the device is not larger than its part.
func (l *layout) inPart(part *device.Part) error {
	if size := part.Size(); size > 0 && l.flashSize > size {
		return fmt.Errorf("flash of %s ends at 0x%x, the image's device needs it up to 0x%x", part.Name, size, l.flashSize)
	}
	return nil
}

// eraseRuns returns the runs of erase units of all banks.
func eraseRuns(part *device.Part) []device.Run {
	const most = 16 << 20 // bytes of flash
	if part.Bank == 0 {
		return part.Erase
	}
	var runs []device.Run
	for start := uint32(0); start < most; start += part.Bank {
		for _, r := range part.Erase {
			if r.Count == 0 {
				r.Count = (part.Bank - r.First) / r.Unit
			}
			r.First += start
			runs = append(runs, r)
		}
	}
	return runs
}

// inStore says whether an operation of flash is one of the store.
func (l *layout) inStore(op Operation) bool {
	return l.external == nil && op.Offset >= l.storeOffset && op.Offset < l.storeOffset+l.imageBase+l.storeMax
}

// roundUp returns the end of the erase unit that the first n bytes of flash end in.
func (l *layout) roundUp(n uint32) uint32 {
	f := flash{erase: l.erase}
	_, first, size := f.unit(n - 1)
	return first + size
}

// findRAM finds the boot sector's vectors, at the start or behind the second stage of an
// RP2040, and by them RAM: from the record to the first stack.
func (l *layout) findRAM(im *image.Image) error {
	for _, at := range []uint32{0, 0x100} {
		sp, entry := binary.LittleEndian.Uint32(im.Data[at:]), binary.LittleEndian.Uint32(im.Data[at+4:])
		if entry&1 == 1 && entry-l.base < image.BootSize && sp > im.Boot.Record && sp-im.Boot.Record <= 16<<20 {
			// What a port keeps in RAM lies before the record.
			start := im.Boot.Record &^ 255
			l.vectors, l.ramBase, l.ramSize = at, start, (sp-start)&^3
			return nil
		}
	}
	return fmt.Errorf("the boot sector has no vector table whose stack lies above its record at 0x%08x", im.Boot.Record)
}

// A listener notes what boot reads behind the application's region.
type listener struct {
	*emu.Registers
	from, end uint32 // addresses
	header    []byte // what is read from low on, if that is known
	low       uint32
	behind    uint32 // lowest address read behind the header
}

func (b *listener) Load(addr uint32, n int, next uint32) (uint32, bool) {
	if addr < b.from || addr >= b.end {
		return b.Registers.Load(addr, n, next)
	}
	if b.header == nil {
		b.low = min(b.low, addr)
		return 0xFFFFFFFF, true
	}
	if o := addr - b.low; o < headerSize && n == 4 {
		return binary.LittleEndian.Uint32(b.header[o:]), true
	}
	b.behind = min(b.behind, addr)
	return 0xFFFFFFFF, true
}

// findStore lets boot run with a complete application and watches where it looks for a
// staging header, and then, shown one, for an image. The offset of the store remains 0 if
// it reads nothing that is mapped.
func (l *layout) findStore(im *image.Image) error {
	l.flashSize = l.roundUp(l.imageMax)
	bus := &listener{Registers: l.bus(), from: l.base + l.imageMax, end: l.base + 64<<20, low: 1<<32 - 1, behind: 1<<32 - 1}
	probe := func() {
		c := emu.New(emu.Config{
			Arch: l.arch, FlashBase: l.base, Flash: factory(im, l.imageMax, l.erased),
			RAMBase: l.ramBase, RAMSize: int(l.ramSize), Bus: bus, Vectors: l.vectors,
		})
		c.Fence(func(addr uint32) bool {
			return addr-l.base < image.BootSize || addr-l.ramBase < l.ramSize
		})
		c.Reset()
		c.Run(1 << 20)
	}
	probe()
	if bus.low == 1<<32-1 {
		return nil
	}
	bus.header = stagingHeader(im, im)
	probe()
	if bus.behind == 1<<32-1 {
		return fmt.Errorf("boot reads a staging header at 0x%08x and then no image", bus.low)
	}
	l.storeOffset = bus.low - l.base
	l.imageBase = bus.behind - bus.low
	return nil
}

// factory returns n bytes of flash as a factory programs them.
func factory(im *image.Image, n uint32, erased byte) []byte {
	flash := make([]byte, n)
	for i := copy(flash, im.Factory()); i < len(flash); i++ {
		flash[i] = erased
	}
	return flash
}

// stagingHeader returns the header that an application old writes when it has staged an
// image (spec/staging.md section 2).
func stagingHeader(old, staged *image.Image) []byte {
	h := []byte("QSTG\x01\x00\x00\x00")
	h = append(h, staged.Manifest.ID[:]...)
	h = append(h, old.Manifest.ID[:]...)
	h = append(h, 0, 0, 0, 0)
	return binary.LittleEndian.AppendUint32(h, crc32.ChecksumIEEE(h))
}
