// SPDX-License-Identifier: BSD-3-Clause

package model

import "fmt"

// Kind classifies what went wrong.
type Kind string

// The kinds of violation.
const (
	Mixed         Kind = "mixed"          // started an application that is no complete image
	Weak          Kind = "weak"           // started an application with weak units
	Unverified    Kind = "unverified"     // started what an attacker served
	Downgrade     Kind = "downgrade"      // installed or started a lower security counter
	Exhausted     Kind = "exhausted"      // the floor has used up more entries than are due
	Stale         Kind = "stale"          // installed a release that was left over
	Stuck         Kind = "stuck"          // neither old nor new starts, with a live store
	Stranded      Kind = "stranded"       // no download can begin ever again
	Ignored       Kind = "ignored"        // a valid pending image is dropped
	DoubleProgram Kind = "double program" // a unit is programmed twice between erases
	BootSector    Kind = "boot sector"    // the unprotected window is opened needlessly
)

const (
	maxIdle   = 3 // sessions without a cut in which something must start
	maxDenied = 3 // refused begins in a row
)

// Violation is a broken promise with the shortest trace that leads to it.
type Violation struct {
	Kind   Kind
	Detail string
	Trace  []string // one entry a step, from the first
}

// Error returns what was broken and the trace, a step a line.
func (v *Violation) Error() string {
	text := fmt.Sprintf("model: %s: %s", v.Kind, v.Detail)
	for i, step := range v.Trace {
		text += fmt.Sprintf("\n\t%2d. %s", i+1, step)
	}
	return text
}

func (m *machine) violation(kind Kind, format string, args ...any) error {
	return &Violation{Kind: kind, Detail: fmt.Sprintf(format, args...)}
}

// checkStart judges the application that is about to start.
func (m *machine) checkStart() error {
	img := m.installed(cell.must)
	if img == nil {
		m.note("the application starts")
		switch {
		case m.installed(cell.may) != nil:
			return m.violation(Weak, "the application starts with weak units")
		case m.Attack:
			return m.violation(Unverified, "what starts is no genuine image")
		}
		return m.violation(Mixed, "what starts is not one complete image")
	}
	m.note("%s starts", img.name)
	if err := m.checkCounter(img, "starts"); err != nil {
		return err
	}
	if img == &m.images[imageStale] {
		return m.violation(Stale, "a staged image left over from another base was installed")
	}
	if m.Attack || m.storeDead || m.attempts >= m.AttemptLimit {
		return nil
	}
	pending := m.pendingSolid()
	if pending != nil && pending != img && pending != &m.images[imageStale] && pending.counter >= m.newest {
		return m.violation(Ignored, "%s starts although %s is pending", img.name, pending.name)
	}
	return nil
}

// installed returns the genuine image all of whose units the flash holds, as
// judged by holds, or nil. The seal is not looked at.
func (m *machine) installed(holds func(cell, value) bool) *image {
	for i := range m.images {
		img := &m.images[i]
		if img.genuine && m.holds(img, 0, holds) {
			return img
		}
	}
	return nil
}

// holds reports whether sectors first to last hold the image's units.
func (m *machine) holds(img *image, first int, holds func(cell, value) bool) bool {
	seal := sealPlace(m.rules, m.OwnSealUnit, img.last)
	for s := first; s <= img.last; s++ {
		for u, c := range m.flash[s] {
			if s == seal.sector && u == seal.unit {
				continue
			}
			if !holds(c, img.units[s][u]) {
				return false
			}
		}
	}
	return true
}

// pendingSolid returns the whole staged image that a solid header announces.
func (m *machine) pendingSolid() *image {
	if m.header.weak() || !m.consumed.must(blank) {
		return nil
	}
	i := imageOf(m.header.nth(0))
	if i < 0 || !m.stagedSolid(i) {
		return nil
	}
	return &m.images[i]
}

func (m *machine) stagedSolid(image int) bool {
	for s := 0; s <= m.images[image].last; s++ {
		if !m.staged[s].must(content(image)) {
			return false
		}
	}
	return true
}

// checkIdle fails when nothing was started for too many sessions.
func (m *machine) checkIdle() error {
	if m.idle < maxIdle {
		return nil
	}
	for i := range m.images {
		if m.images[i].genuine && m.stagedSolid(i) {
			return m.violation(Stuck, "nothing starts although %s is staged whole", m.images[i].name)
		}
	}
	if img := m.installed(cell.must); img != nil {
		return m.violation(Stuck, "nothing starts although %s is installed whole", img.name)
	}
	return m.violation(Stuck, "neither old nor new is whole")
}

// checkDenied fails when begin is refused for ever. A weak header that boot and
// client always read differently does not count.
func (m *machine) checkDenied() error {
	if m.denied < maxDenied || m.header.weak() {
		return nil
	}
	return m.violation(Stranded, "begin is refused for ever")
}

// checkConsume fails when a pending image is dropped that was not installed.
func (m *machine) checkConsume() error {
	i := imageOf(m.header.nth(m.header.count() - 1))
	if i < 0 || m.holds(&m.images[i], 1, cell.may) {
		return nil
	}
	return m.violation(Ignored, "%s is dropped without being installed", m.images[i].name)
}

// checkBootSector fails when the window is opened without need or too early.
func (m *machine) checkBootSector(img *image, differs bool) error {
	if !differs {
		return m.violation(BootSector, "an identical boot sector is erased")
	}
	if !m.holds(img, 1, cell.may) {
		return m.violation(BootSector, "the boot sector is erased before the rest is in place")
	}
	return nil
}
