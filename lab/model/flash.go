// SPDX-License-Identifier: BSD-3-Clause

package model

import (
	"errors"
	"fmt"
	"strings"
)

// place is the address of a program unit of the internal flash.
type place struct{ sector, unit int }

// op is an operation that a cut can tear.
type op struct {
	verb string
	at   place
}

const (
	whole   = -1 // as the unit of a place: the whole erase unit
	nowhere = -1 // as the sector of a place: not in the internal flash
)

// machine runs one step of one state under one series of choices.
type machine struct {
	*world
	state
	choices *choices
	events  *strings.Builder // nil unless a trace is wanted
}

// errCut ends a step at a power cut.
var errCut = errors.New("power cut")

func (m *machine) note(format string, args ...any) {
	if m.events == nil {
		return
	}
	if m.events.Len() > 0 {
		m.events.WriteString("; ")
	}
	fmt.Fprintf(m.events, format, args...)
}

// describe names an operation in a trace.
func (m *machine) describe(o op) string {
	p := o.at
	switch {
	case p.sector == nowhere:
		return o.verb
	case p.sector == ownUnit, p == place{1, sealUnit} && !m.OwnSealUnit:
		return o.verb + " the seal"
	case p.unit == whole:
		return fmt.Sprintf("%s sector %d", o.verb, p.sector)
	case p == place{1, manifest}:
		return o.verb + " the manifest"
	case p == place{1, headID}:
		return o.verb + " the head id"
	}
	return fmt.Sprintf("%s unit %d of sector %d", o.verb, p.unit, p.sector)
}

// cutAt is called before every operation that a cut can tear. It reports
// whether the operation is torn; the caller then leaves weak cells behind and
// returns errCut, too.
func (m *machine) cutAt(o op) (torn bool, err error) {
	if m.cuts == 0 {
		return false, nil
	}
	switch m.choices.pick(3) {
	case 1:
		m.cuts--
		m.note("CUT before the %s", m.describe(o))
		return false, errCut
	case 2:
		m.cuts--
		m.note("CUT inside the %s", m.describe(o))
		return true, nil
	}
	return false, nil
}

// read returns one value of a cell; every read picks again.
func (m *machine) read(c cell, name string) value {
	v := c.nth(m.choices.pick(c.count()))
	if c.weak() {
		m.note("weak %s reads %v", name, v)
	}
	return v
}

// compare decides a comparison over many cells that can come out equal,
// different, or either way.
func (m *machine) compare(may, must bool, name string) bool {
	if !may || must {
		return may
	}
	equal := m.choices.pick(2) == 0
	if equal {
		m.note("weak %s reads as wanted", name)
	} else {
		m.note("weak %s reads different", name)
	}
	return equal
}

// readsAs compares a sector with wanted content. The seal's unit is left out.
func (m *machine) readsAs(sector int, want [units]value, seal place, name string) bool {
	may, must := true, true
	for u, c := range m.flash[sector] {
		if sector == seal.sector && u == seal.unit {
			continue
		}
		may = may && c.may(want[u])
		must = must && c.must(want[u])
	}
	return m.compare(may, must, name)
}

// storeDies lets the store die for the rest of the session, and reports whether
// it is dead. While it is, begin is rightly refused.
func (m *machine) storeDies() bool {
	if m.dead > 0 && !m.storeDead && m.choices.pick(2) == 1 {
		m.note("the store dies")
		m.dead--
		m.denied = 0
		m.storeDead = true
	}
	return m.storeDead
}

// stagedReads reports whether every staged sector reads as the image's.
func (m *machine) stagedReads(image int) bool {
	may, must := true, true
	for s := 0; s <= m.images[image].last; s++ {
		may = may && m.staged[s].may(content(image))
		must = must && m.staged[s].must(content(image))
	}
	return m.compare(may, must, "staged image")
}

// erase erases a sector of the internal flash.
func (m *machine) erase(sector int) error {
	torn, err := m.cutAt(op{"erase of", place{sector, whole}})
	if err != nil {
		return err
	}
	for u := range m.flash[sector] {
		if torn {
			m.flash[sector][u] |= solid(blank) | solid(junk)
		} else {
			m.flash[sector][u] = solid(blank)
		}
	}
	if torn {
		return errCut
	}
	return nil
}

// program programs a unit. Only zeros may go over a unit that is not blank, and
// only where the seal shares its sector.
func (m *machine) program(sector, unit int, v value) error {
	if v == blank {
		return nil
	}
	c := &m.flash[sector][unit]
	if !c.must(blank) && (v != zero || m.OwnSealUnit) {
		return m.violation(DoubleProgram, "unit %d of sector %d is programmed again", unit, sector)
	}
	return m.programCell(c, v, op{"program of", place{sector, unit}})
}

func (m *machine) programCell(c *cell, v value, o op) error {
	torn, err := m.cutAt(o)
	if err != nil {
		return err
	}
	if torn {
		*c |= solid(v) | solid(junk)
		return errCut
	}
	*c = solid(v)
	return nil
}

// programStore programs a unit of the store, which allows that only once between
// erases.
func (m *machine) programStore(c *cell, v value, name string) error {
	if !c.must(blank) {
		return m.violation(DoubleProgram, "%s without an erase since the last", name)
	}
	return m.programCell(c, v, op{name, place{sector: nowhere}})
}

// eraseStore erases cells of the store that lie in one erase unit.
func (m *machine) eraseStore(name string, cells ...*cell) error {
	torn, err := m.cutAt(op{name, place{sector: nowhere}})
	if err != nil {
		return err
	}
	for _, c := range cells {
		if torn {
			*c |= solid(blank) | solid(junk)
		} else {
			*c = solid(blank)
		}
	}
	if torn {
		return errCut
	}
	return nil
}

func (m *machine) eraseHeader() error {
	return m.eraseStore("erase of the staging header", &m.header, &m.consumed)
}
