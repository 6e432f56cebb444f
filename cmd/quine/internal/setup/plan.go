// SPDX-License-Identifier: BSD-3-Clause

package setup

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/quine-fw/quine/cmd/quine/internal/ldscript"
	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/image"
)

// What Quine itself takes, in bytes, for a first estimate: quine check is exact.
const (
	clientFlash = 10 << 10              // update client and decoder
	clientRAM   = 4400                  // struct quine_update and the stack of its calls
	bootRAM     = 1536 + image.BootSize // of boot, before the application starts
)

// Options are what the files cannot tell.
type Options struct {
	Part    string // a port of the library, or the name of a new one
	Store   string // "internal", "spinor" or "fram"
	Product uint32
	Page    uint32 // erase unit in bytes; 0 for what the port says
	Signed  bool   // devices take only signed images

	// ProgramUnit in bytes is given for a new port only, whose skeleton Files then
	// makes from the template.
	ProgramUnit uint32
}

// A Plan says where everything goes. Offsets count from the flash base.
type Plan struct {
	Options
	Geometry *device.Part
	Firmware *Firmware
	Script   *ldscript.Script
	ELFName  string

	Flash, RAM   *ldscript.Region
	AppStart     uint32 // first erase unit of the application
	VectorsAlign uint32

	ImageMax                          uint32 // bytes of flash for the image
	StoreOffset, StoreSize, StoreUnit uint32
	StoreMax                          uint32 // largest image that the store takes
	FloorOffset, FloorSize            uint32 // of the security counter's floor, if signed

	FlashUsed, RAMUsed uint32 // of the firmware as it is
	FlashNeed, RAMNeed uint32 // about that with Quine

	vectors     *vectors
	secondStage *ldscript.Section // nil on all parts but an RP2040
	header      string            // the port's quine_part.h
}

// New makes a plan, or returns a *Problem or an *ldscript.Error.
func New(f *Firmware, s *ldscript.Script, opts Options) (*Plan, error) {
	p := &Plan{Options: opts, Firmware: f, Script: s}
	if f.Quine {
		return nil, problem("quine check says what is left to do", "firmware has Quine already")
	}
	for _, step := range []func() error{p.loadPort, p.findRegions, p.findVectors, p.split, p.fit} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// fragment is the file name of the port's linker fragment.
func (p *Plan) fragment() string { return "quine_" + path.Base(p.Part) + ".ld" }

// loadPort reads what the library knows of the part.
func (p *Plan) loadPort() error {
	name := p.Part
	if p.ProgramUnit > 0 {
		if err := p.newPort(); err != nil {
			return err
		}
		name = "template"
	} else {
		part, err := device.Lookup(p.Part)
		if err != nil {
			return problem("for another part: --part NAME --page BYTES --program-unit BYTES starts a port", "%v", err)
		}
		p.Geometry = part
	}
	header, err := device.ReadFile(path.Join("port", name, "quine_part.h"))
	if err != nil {
		return err
	}
	p.header = string(header)
	if p.ProgramUnit > 0 {
		return nil
	}
	if err := p.setPage(); err != nil {
		return err
	}
	return p.loadFragment()
}

// setPage applies the option Page.
func (p *Plan) setPage() error {
	if p.Page == 0 || len(p.Geometry.Erase) == 1 && p.Geometry.Erase[0].Unit == p.Page {
		return nil
	}
	if !strings.Contains(p.header, "#ifndef QUINE_PAGE_SIZE") {
		return problem("leave out --page", "the erase units of %s are those of its port", p.Part)
	}
	p.Geometry.Erase[0].Unit = p.Page
	return nil
}

// loadFragment reads the addresses that the port's linker fragment sets.
func (p *Plan) loadFragment() error {
	name := path.Join("port", p.Part, p.fragment())
	text, err := device.ReadFile(name)
	if err != nil {
		return err
	}
	const regions = "MEMORY { FLASH : ORIGIN = 0, LENGTH = 1M  RAM : ORIGIN = 0, LENGTH = 1M }\n"
	s, err := ldscript.Parse(name, append([]byte(regions), text...), nil)
	if err != nil {
		return err
	}
	p.AppStart, p.VectorsAlign = uint32(s.Symbols["quine_app_start"]), uint32(s.Symbols["quine_vectors_align"])
	return nil
}

// findRegions finds the memory regions of flash and RAM.
func (p *Plan) findRegions() error {
	s := p.Script
	if len(s.Regions) == 0 {
		return elsewhere(s, "MEMORY")
	}
	if p.ProgramUnit > 0 {
		p.Geometry.Base = fmt.Sprintf("0x%08x", p.Firmware.lowest())
	}
	base, err := strconv.ParseUint(p.Geometry.Base, 0, 32)
	if err != nil {
		return err
	}
	for i := range s.Regions {
		r := &s.Regions[i]
		if r.Origin == base {
			p.Flash = r
		} else if p.RAM == nil || p.Firmware.variables(r.Origin, r.End()) > p.Firmware.variables(p.RAM.Origin, p.RAM.End()) {
			p.RAM = r
		}
	}
	if p.Flash == nil {
		first := &s.Regions[0]
		return s.Errorf(first.Place.Start, "give the region of flash the whole flash: boot code is its first 4096 bytes, where another bootloader may be now",
			"no memory region begins at 0x%08x, the first byte of flash of %s", base, p.Part)
	}
	if p.Flash.Length < 16<<10 {
		return s.Errorf(p.Flash.Place.Start, "make all of flash one memory region",
			"memory region %s at the first byte of flash has only %d bytes", p.Flash.Name, p.Flash.Length)
	}
	if p.RAM == nil || p.Firmware.variables(p.RAM.Origin, p.RAM.End()) == 0 {
		return s.Errorf(s.Memory.Start, "name the linker script that the ELF file was linked with", "no memory region holds the variables of the ELF file")
	}
	return p.aliases()
}

// elsewhere says that a command is missing, and where it may be.
func elsewhere(s *ldscript.Script, command string) error {
	if len(s.Includes) > 0 {
		i := s.Includes[0]
		return s.Errorf(i.Place.Start, "say with -L where "+i.File+" is, as the linker is told", "the script has no %s of its own, and %s was not found", command, i.File)
	}
	return s.Errorf(0, "name the linker script of the whole image", "the script has no command %s", command)
}

// aliases checks that the names FLASH and RAM mean, or may come to mean, the regions.
func (p *Plan) aliases() error {
	for name, want := range map[string]*ldscript.Region{"FLASH": p.Flash, "RAM": p.RAM} {
		if has := p.Script.Region(name); has != nil && has != want {
			return p.Script.Errorf(has.Place.Start, fmt.Sprintf("rename it: quine.ld wants %s to be %s", name, want.Name),
				"memory region %s is another than %s, where the ELF file has its content", name, want.Name)
		}
	}
	return nil
}

// lowest returns the first address that is programmed.
func (f *Firmware) lowest() uint32 {
	return slices.MinFunc(append(f.loaded, span{at: 1<<32 - 1}), func(a, b span) int { return cmp.Compare(a.at, b.at) }).at
}

// split shares the flash between the image and the staging store.
func (p *Plan) split() error {
	length := uint32(min(p.Flash.Length, 1<<32-1))
	if p.Signed {
		const least, most = 1024, 4096 // bytes of the floor; the first are room to raise it 42 times, or 10 if units are large
		borders := p.borders(length)
		if len(borders) < 3 {
			return problem("make the region of flash larger", "the flash has no erase unit for the security counter's floor")
		}
		end := borders[len(borders)-1]
		length = below(borders, end-least)
		p.FloorOffset, p.FloorSize = length, min(most, end-length)
	}
	if p.Store != "internal" {
		return p.external(length)
	}
	borders := p.borders(length)
	end := borders[len(borders)-1] // of the run of equal units
	for i := len(borders) - 2; i >= 0; i-- {
		at, unit := borders[i], borders[i+1]-borders[i]
		if i+2 < len(borders) && borders[i+2]-borders[i+1] != unit {
			end = borders[i+1]
		}
		if at <= p.AppStart || end-at < 2*unit {
			continue
		}
		if most := below(borders, min(at, end-at-unit)); most >= p.ImageMax {
			p.ImageMax, p.StoreOffset, p.StoreSize, p.StoreUnit, p.StoreMax = most, at, end-at, unit, end-at-unit
		}
	}
	if p.ImageMax <= p.AppStart {
		return problem("use --store spinor or --store fram", "the %d KiB of flash with their erase units (%s) cannot hold an image twice",
			length>>10, p.Units(length))
	}
	return nil
}

// borders returns the offsets of all borders of erase units up to an offset.
func (p *Plan) borders(length uint32) []uint32 {
	list := []uint32{0}
	for at := uint32(0); length-at >= p.Geometry.Unit(at); {
		at += p.Geometry.Unit(at)
		list = append(list, at)
	}
	return list
}

// below returns the last of borders at or below an offset.
func below(borders []uint32, offset uint32) uint32 {
	i, found := slices.BinarySearch(borders, offset)
	if !found {
		i--
	}
	return borders[i]
}

// external lays out a store in a chip of its own.
func (p *Plan) external(length uint32) error {
	units := map[string]uint32{"spinor": 65536, "fram": 64}
	unit, ok := units[p.Store]
	if !ok {
		return problem("use --store internal, spinor or fram; store/littlefs/quine_store_part.h says how littlefs is added by hand",
			"quine init cannot lay out the store %s", p.Store)
	}
	p.ImageMax, p.StoreUnit = below(p.borders(length), length), unit
	p.StoreMax = (p.ImageMax + unit - 1) / unit * unit
	p.StoreSize = p.StoreMax + unit
	return nil
}

// fit compares what is needed with what there is.
func (p *Plan) fit() error {
	f := p.Firmware
	p.FlashUsed = used(f.loaded, p.Flash.Origin, p.Flash.End())
	p.RAMUsed = f.variables(p.RAM.Origin, p.RAM.End())
	p.FlashNeed = p.FlashUsed + p.AppStart + p.VectorsAlign + clientFlash
	p.RAMNeed = max(p.RAMUsed+clientRAM, bootRAM)
	if p.FlashNeed > p.ImageMax {
		return problem("use --store spinor or --store fram, or make the firmware smaller",
			"the firmware needs about %d KiB with Quine, and an image may have %d KiB of the %d KiB of flash",
			p.FlashNeed>>10, p.ImageMax>>10, p.Flash.Length>>10)
	}
	if uint64(p.RAMNeed) > p.RAM.Length {
		return problem("free RAM: heap and stack that the linker script reserves count as used",
			"the firmware needs about %d bytes of RAM with Quine, and %s has %d", p.RAMNeed, p.RAM.Name, p.RAM.Length)
	}
	return nil
}

// A setting is something that a port lets quine_config.h define.
type setting struct {
	name, value string
	comment     []string
}

var settingText = regexp.MustCompile(`((?:// .*\n)*)#ifndef (QUINE_\w+)\n#define QUINE_\w+ (.*)\n#endif`)

// settings returns those of the port.
func (p *Plan) settings() []setting {
	var list []setting
	for _, m := range settingText.FindAllStringSubmatch(p.header, -1) {
		s := setting{name: m[2], value: m[3], comment: strings.Split(strings.TrimSpace(m[1]), "\n")}
		list = append(list, s)
	}
	return list
}
