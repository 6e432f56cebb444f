// SPDX-License-Identifier: BSD-3-Clause

package model

// boot takes the decision of one power-on or reset.
func (m *machine) boot() error {
	m.storeDies()
	complete, head := m.complete()
	m.sealed = complete
	image := m.pendingImage()
	switch {
	case !complete:
		return m.repair(image)
	case image < 0:
		m.attempts = 0
		return m.start()
	case m.stale(image, head):
		return m.refuse("stale header")
	case m.attempts >= m.AttemptLimit && !m.Attack:
		return m.refuse("attempts limit")
	}
	verified, err := m.verify(image)
	switch {
	case err != nil:
		return err
	case m.storeDead && m.rules.has(RefuseOnlyLive):
		return m.start()
	case !verified:
		return m.refuse("not verified")
	case m.images[image].id == head && !m.rules.has(ReinstallSame):
		m.note("installed already: consume")
		if err := m.consume(); err != nil {
			return err
		}
		return m.reset("nothing to install")
	}
	return m.beginInstall(image)
}

// complete reports whether the seal equals the head id, and that id.
func (m *machine) complete() (bool, value) {
	head := m.read(m.flash[1][headID], "head id")
	seal, ok := m.findSeal()
	if !ok || head == junk {
		return false, head
	}
	if m.rules.has(NoBlankID) && (head == blank || head == zero) {
		return false, head
	}
	return m.read(m.flash[seal.sector][seal.unit], "seal") == head, head
}

// findSeal returns the place of the installed application's seal.
func (m *machine) findSeal() (place, bool) {
	last := 1
	if !m.rules.has(FixedSeal) {
		image := imageOf(m.read(m.flash[1][manifest], "installed manifest"))
		if image < 0 {
			return place{}, false
		}
		last = m.images[image].last
	}
	return sealPlace(m.rules, m.OwnSealUnit, last), true
}

// pendingImage returns the image that a valid, unconsumed header announces, or
// -1. An attacker announces what it likes.
func (m *machine) pendingImage() int {
	if m.Attack {
		offers := []int{-1, imageNew, imageOld, imageEarlier, imageAttacker}
		return offers[m.choices.pick(len(offers))]
	}
	if m.storeDead {
		return -1
	}
	return imageOf(m.readHeader())
}

// readHeader returns what the header reads as, junk if it is consumed.
func (m *machine) readHeader() value {
	header := m.read(m.header, "header")
	if header == blank || m.rules.has(ConsumeByErase) || m.read(m.consumed, "consumed mark") == blank {
		return header
	}
	return junk
}

// stale reports whether the header was made for another application.
func (m *machine) stale(image int, head value) bool {
	if m.Attack || !m.rules.has(BaseID) || m.base == head {
		return false
	}
	return !m.rules.has(OrOwnID) || m.images[image].id != head
}

// repair handles an incomplete application: it ignores header, limit and base
// and takes the staged image by its own manifest.
func (m *machine) repair(image int) error {
	if m.rules.has(SelfDescribing) && !m.Attack {
		image = -1
		if !m.storeDead {
			image = imageOf(m.read(m.staged[1], "staged manifest"))
		}
	}
	m.note("incomplete")
	if image < 0 {
		return m.reset("nothing staged: wait")
	}
	verified, err := m.verify(image)
	if err != nil {
		return err
	}
	if !verified {
		return m.reset("staged image not verified: wait")
	}
	return m.beginInstall(image)
}

// verify checks the staged image as a whole, signature and counter. It counts
// the attempt first.
func (m *machine) verify(image int) (bool, error) {
	if !m.rules.has(VerifyFirst) {
		return true, nil
	}
	img := &m.images[image]
	if m.Attack {
		return img.genuine && m.counterAllows(img.counter), nil
	}
	m.attempts = min(m.attempts+1, m.AttemptLimit)
	if m.cuts > 0 && m.choices.pick(2) == 1 {
		m.cuts--
		m.note("CUT during verification")
		return false, errCut
	}
	if m.storeDies() || !m.counterAllows(img.counter) || !m.stagedReads(image) {
		return false, nil
	}
	if m.rules.has(LimitVerifyOnly) {
		m.attempts = 0
	}
	return true, nil
}

// refuse starts the installed application and records why the header was not
// followed.
func (m *machine) refuse(reason string) error {
	m.note("refused: %s", reason)
	m.refused = m.rules.has(RecordRefusal)
	return m.start()
}

// start jumps into the application.
func (m *machine) start() error {
	if err := m.checkStart(); err != nil {
		return err
	}
	m.idle = 0
	m.phase = phaseClient
	return nil
}

// reset restarts the device. A session in which a live store could have helped
// counts as idle.
func (m *machine) reset(why string) error {
	m.note("%s", why)
	dead := m.storeDead
	m.session = rebooted
	if dead || m.Attack {
		return nil
	}
	m.idle++
	return m.checkIdle()
}
