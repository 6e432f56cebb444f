// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"fmt"
	"strings"

	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/lab/emu"
)

// A Glitch is an attack on a device: one instruction is skipped, on the way of boot from
// reset to the application or to the install of an image that it must not install.
//
// A skip of a wide instruction and its replacement by two NOPs are the same, and so are
// those of a narrow one.
type Glitch struct {
	Old    *image.Image // what the device runs
	Part   *device.Part
	OldELF []byte // the ELF file of Old, or nil

	// Update is installed over Old before the attack, if it is not nil. That raises the floor
	// of the security counter.
	Update *image.Image

	// Warm leaves RAM as the update has left it: there was a reset, but power was not lost.
	Warm bool

	// Staged is what the store holds in place of an image, and pending; ID is what its
	// header names.
	Staged []byte
	ID     image.ID

	// Installed is what lies in flash instead of Old, nil if nothing does: for instance an
	// image that boot has not verified. It must not start then.
	Installed []byte

	// Times is how often the same instruction is skipped at most, half of that when it is
	// first executed and half when it is last; 0 means always.
	Times int

	// Within is the function whose instructions are skipped, as the ELF file calls it; "" means
	// all.
	Within string

	// Emulate has CRC-32 and the verification of signatures emulated instruction by
	// instruction, too; otherwise each counts as one.
	Emulate bool
}

// A GlitchResult tells what became of skipped instructions.
type GlitchResult struct {
	Path  int `json:"instructions"` // that boot executes undisturbed
	Tried int `json:"skips"`

	// Begun are the skips that made boot erase the old application for the image, which it
	// then neither sealed nor started; Booted are those that made the image run.
	Begun  int `json:"installs_begun"`
	Booted int `json:"images_started"`

	// Through are the first of both.
	Through []Through `json:"through"`
}

// A Through is a skip that an attacker would like.
type Through struct {
	At     int    `json:"at"`    // instructions from reset
	Where  string `json:"where"` // symbol and offset, or address
	Booted bool   `json:"booted"`
}

// Try skips one instruction after the other.
func (g *Glitch) Try() (*GlitchResult, error) {
	l := &lab{Config: Config{Old: g.Old, Part: g.Part}}
	program, err := l.programOf(g.Old, g.OldELF, "old")
	if err != nil {
		return nil, err
	}
	if l.layout, err = newLayout(g.Old, g.Part, program); err != nil {
		return nil, err
	}
	if g.Emulate {
		l.layout.verified = nil
	}
	var m [3]*machine
	for i := range m {
		if m[i], err = g.machine(l); err != nil {
			return nil, err
		}
	}
	clean, trial := m[0], m[1]
	path, err := g.path(m[2])
	if err != nil {
		return nil, err
	}
	trial.limit = 2*uint64(len(path)) + 1<<19
	chosen := choose(path, g.Times)
	r := &GlitchResult{Path: len(path)}
	clean.booting = true
	clean.prepare()
	trial.prepare()
	clean.core.Reset()
	for at, pc := range path {
		if chosen[at] && (g.Within == "" || strings.HasPrefix(program.Name(pc), g.Within+"+")) {
			trial.copyFrom(clean)
			trial.core.CopyFrom(clean.core)
			r.Tried++
			begun, booted := g.skip(trial)
			if begun {
				r.Begun++
			}
			if booted {
				r.Booted++
			}
			if (begun || booted) && len(r.Through) < mostThrough {
				r.Through = append(r.Through, Through{at, program.Name(pc), booted})
			}
		}
		clean.core.Run(1)
	}
	return r, nil
}

// machine returns the device under attack.
func (g *Glitch) machine(l *lab) (*machine, error) {
	m := newMachine(l.layout)
	m.flash.put(0, g.Old.Factory())
	if !g.Emulate {
		m.compareCRC()
	}
	if g.Update != nil {
		if err := m.stage(g.Old, g.Update, nil); err != nil {
			return nil, err
		}
		if e := m.boot(4); e != started || !l.sameImage(m.flash.cells[:len(g.Update.Data)], g.Update.Factory()) {
			return nil, fmt.Errorf("the update before the attack fails: %v", m.err)
		}
	}
	if g.Installed != nil {
		m.flash.put(0, g.Installed)
	}
	f, at := m.staging()
	f.put(at+l.layout.imageBase, g.Staged)
	f.put(at, stagingHeader(g.runs(), &image.Image{Manifest: image.Manifest{ID: g.ID}}))
	m.random = newRandom(11)
	if !g.Warm {
		m.powerLost()
	}
	m.operations = 0
	return m, nil
}

// runs returns the image that the device runs when it is attacked.
func (g *Glitch) runs() *image.Image {
	if g.Update != nil {
		return g.Update
	}
	return g.Old
}

// longest is how many instructions a path has at most.
const longest = 1 << 26

// tail is how much of the wait for a usable image belongs to a path that ends there.
const tail = 2000

// path returns the addresses of the instructions that boot executes undisturbed, up to the
// application or a wait for another image.
func (g *Glitch) path(m *machine) (path []uint32, err error) {
	m.booting = true
	if !m.prepare() {
		return nil, fmt.Errorf("there is no boot sector")
	}
	_, store := m.staging()
	read := 0 // instructions up to the last read of the store
	m.core.OnFlashRead(func(offset uint32, _ int) {
		if offset >= store {
			read = len(path)
		}
	})
	m.core.Reset()
	for len(path) < longest && (read == 0 || g.Installed == nil || len(path) < read+1<<16) {
		pc := m.core.Reg(emu.PC)
		switch stop := m.core.Run(1); {
		case stop == emu.Left && g.Installed == nil:
			return path, nil
		case stop != emu.Limit || m.operations > 0:
			return nil, fmt.Errorf("without a skip boot ends in %v, with %d flash operations", stop, m.operations)
		}
		path = append(path, pc)
	}
	return path[:min(read+tail, len(path))], nil
}

// choose picks which instructions of a path are skipped.
func choose(path []uint32, times int) []bool {
	chosen := make([]bool, len(path))
	first, last := make(map[uint32]int), make(map[uint32]int)
	for i, pc := range path {
		first[pc]++
		chosen[i] = times == 0 || first[pc] <= times/2
	}
	for i := len(path) - 1; i >= 0; i-- {
		if last[path[i]]++; last[path[i]] <= times/2 {
			chosen[i] = true
		}
	}
	return chosen
}

// mostThrough is how many of the skips that have an effect are told apart.
const mostThrough = 40

// skip skips the next instruction of a device and lets it run on, over a few resets: a
// fault resets. It reports whether boot has begun to install, and whether it has started
// what it must not.
func (g *Glitch) skip(m *machine) (begun, booted bool) {
	const resets = 4
	m.booting = true
	m.core.Skip()
	e := m.stopped(m.core.Run(m.limit))
	for n := 0; n < resets && (e == reset || e == broken && m.core.Fault() != nil); n++ {
		m.err = nil
		e = m.boot(1)
	}
	old := g.runs().Factory()
	if g.Installed != nil {
		old = g.Installed
	}
	kept := g.same(m, old)
	pc := m.core.Reg(emu.PC) - m.layout.base
	runs := e == started || pc >= image.BootSize && pc < m.layout.imageMax
	if runs && (!kept || g.Installed != nil) {
		return false, true
	}
	return !kept, false
}

// same says whether an image lies in flash.
func (g *Glitch) same(m *machine, image []byte) bool {
	l := lab{layout: m.layout}
	return l.sameImage(m.flash.cells[:len(image)], image)
}
