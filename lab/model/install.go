// SPDX-License-Identifier: BSD-3-Clause

package model

// beginInstall leaves the decision: from here on only the copy in RAM of the
// verified image's manifest and digest is followed.
func (m *machine) beginInstall(image int) error {
	m.note("install %s", m.images[image].name)
	m.image = int8(image)
	m.phase = phaseFloorOld
	if m.Floor == 0 {
		m.phase = phaseDestroy
	}
	m.extent = 0
	if installed := imageOf(m.read(m.flash[1][manifest], "installed manifest")); installed >= 0 {
		m.extent = int8(m.images[installed].last)
	}
	if !m.rules.has(SkipInExtent) {
		m.extent = sectors
	}
	return m.checkCounter(&m.images[image], "is installed")
}

// destroySeal is step 5a.
func (m *machine) destroySeal() error {
	if m.Attack && !m.rules.has(UseHashedCopy) {
		if m.choices.pick(2) == 1 {
			m.note("the store serves Attacker's manifest and digest on the second read")
			m.image = imageAttacker
		}
	}
	img := &m.images[m.image]
	m.phase = phaseSector
	m.sector = 1
	if m.rules.has(LastSectorFirst) {
		m.sector = int8(img.last)
	}
	if !m.rules.has(BootSectorLast) {
		if err := m.replaceBootSector(img); err != nil {
			return err
		}
	}
	seal, found := m.findSeal()
	m.note("destroy the seal")
	if !found || !m.rules.has(DestroySeal) {
		return nil
	}
	if m.OwnSealUnit {
		c := m.flash[ownUnit][seal.unit]
		if !m.rules.has(DestroyAlways) && m.read(c, "seal") == blank {
			return nil
		}
		return m.erase(ownUnit)
	}
	if !m.rules.has(DestroyAlways) && !m.sealed {
		return nil
	}
	return m.program(seal.sector, seal.unit, zero)
}

// installSector is step 5b for one sector.
func (m *machine) installSector() error {
	s := int(m.sector)
	img := &m.images[m.image]
	seal := sealPlace(m.rules, m.OwnSealUnit, img.last)
	want, ok := m.readStaged(s)
	if !ok {
		return m.reset("sector not readable")
	}
	if s == seal.sector && m.rules.has(CopySparesSeal) {
		want[seal.unit] = blank
	}
	m.nextSector(img)
	if m.maySkip(s, seal) && m.readsAs(s, want, seal, "sector") {
		m.note("skip sector %d", s)
		return nil
	}
	m.note("replace sector %d", s)
	if m.rules.has(EraseAlways) || !m.readsAs(s, [units]value{}, place{sector: nowhere}, "blank sector") {
		if err := m.erase(s); err != nil {
			return err
		}
	}
	for u, v := range want {
		if err := m.program(s, u, v); err != nil {
			return err
		}
	}
	return nil
}

// nextSector moves on to the next sector or, behind the last of them, to the
// seal.
func (m *machine) nextSector(img *image) {
	m.sector++
	if m.rules.has(LastSectorFirst) {
		m.sector -= 2
	}
	if m.sector == 0 || int(m.sector) > img.last {
		m.phase = phaseDigest
	}
}

// maySkip reports whether a sector that reads equal may be left alone.
func (m *machine) maySkip(sector int, seal place) bool {
	if (sector == 1 || sector == seal.sector) && m.rules.has(RewriteSealSector) {
		return false
	}
	if m.rules.has(SkipOnlySealed) && !m.sealed {
		return false
	}
	return sector <= int(m.extent)
}

// readStaged reads one sector of the staged image. An attacker serves another
// image's.
func (m *machine) readStaged(sector int) (want [units]value, ok bool) {
	if m.Attack {
		served := int(m.image)
		offers := []int{served, imageEarlier, imageAttacker, imagePlanted}
		if k := m.choices.pick(len(offers)); k > 0 {
			served = offers[k]
			m.note("the store serves %s's sector %d", m.images[served].name, sector)
		}
		return m.images[served].units[sector], true
	}
	if m.storeDies() {
		return want, false
	}
	image := imageOf(m.read(m.staged[sector], "staged sector"))
	if image < 0 {
		return [units]value{junk, junk, junk, junk}, true
	}
	return m.images[image].units[sector], true
}

// digest is step 5c. The counter is compared once more.
func (m *machine) digest() error {
	img := &m.images[m.image]
	seal := sealPlace(m.rules, m.OwnSealUnit, img.last)
	if m.rules.has(DigestInstalled) && !m.digestReads(img, seal) {
		return m.reset("installed digest wrong")
	}
	if !m.counterAllows(img.counter) {
		return m.reset("installed counter below the floor")
	}
	if m.Floor == 0 {
		return m.seal()
	}
	m.phase = phaseFloorNew
	if !m.rules.has(FloorBeforeSeal) {
		m.phase = phaseSeal
	}
	return nil
}

// seal is steps 5d to 5g.
func (m *machine) seal() error {
	img := &m.images[m.image]
	seal := sealPlace(m.rules, m.OwnSealUnit, img.last)
	if err := m.replaceBootSector(img); err != nil {
		return err
	}
	if !m.rules.has(SealThenConsume) {
		if err := m.consume(); err != nil {
			return err
		}
	}
	m.note("seal %s", img.name)
	if m.OwnSealUnit && !m.rules.has(DestroySeal) {
		if err := m.erase(ownUnit); err != nil {
			return err
		}
	}
	m.newest = max(m.newest, img.counter)
	if err := m.program(seal.sector, seal.unit, img.id); err != nil {
		return err
	}
	if m.rules.has(SealThenConsume) {
		if err := m.consume(); err != nil {
			return err
		}
	}
	if m.Floor != 0 && !m.rules.has(FloorBeforeSeal) {
		m.phase = phaseFloorNew
		return nil
	}
	return m.reset("reset")
}

// digestReads reports whether the digest over sectors 1 to last comes out as
// the image's; sector 0 is held in RAM.
func (m *machine) digestReads(img *image, seal place) bool {
	for s := 1; s <= img.last; s++ {
		if !m.readsAs(s, img.units[s], seal, "installed sector") {
			return false
		}
	}
	return true
}

// replaceBootSector is step 5d. Cuts in its announced window are excluded.
func (m *machine) replaceBootSector(img *image) error {
	want := img.units[0]
	differs := !m.readsAs(0, want, place{sector: nowhere}, "boot sector")
	if !differs && m.rules.has(BootSectorIfDifferent) {
		return nil
	}
	m.note("replace the boot sector")
	if err := m.checkBootSector(img, differs); err != nil {
		return err
	}
	for u, v := range want {
		m.flash[0][u] = solid(v)
	}
	return nil
}

// consume is step 5f.
func (m *machine) consume() error {
	if m.Attack {
		return nil
	}
	if err := m.checkConsume(); err != nil {
		return err
	}
	if m.storeDies() {
		return nil // the header stays pending: the next session installs again
	}
	if m.rules.has(ConsumeByErase) {
		return m.eraseHeader()
	}
	return m.programStore(&m.consumed, zero, "program of the consumed mark")
}
