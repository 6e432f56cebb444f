// SPDX-License-Identifier: BSD-3-Clause

package model

// What a device that is never downgraded needs of the floor.
const (
	counters  = 2 // security counters: Old's, and that of New and Next
	entryCost = 3 // entries for each counter: a raise leaves one blank and adds two; the first raise leaves two
	cutCost   = 3 // entries that a cut may cost: the torn one, and those left blank when the counter changes again
)

// floor is the area of the security counter's floor. An entry is a cell: blank,
// junk where it is not whole, or the content of the image whose counter it has.
type floor [maxRoom]cell

const maxRoom = 1 + counters*entryCost + 3*cutCost

// wild is what two torn programs of different counters may make of an entry: a
// whole one, with a counter that no image has.
const wild = content0 + imageAttacker

func blankFloor(room int8) (f floor) {
	for i := range room {
		f[i] = solid(blank)
	}
	return f
}

// promise is what the floor has to keep. No code of a device knows it.
type promise struct {
	kept int8 // counter below which nothing may be installed or started any more
	torn cell // the counters that a cut has met an entry of
	lost bool // two cuts have met entries of one counter, or there was no room: no other raise has to be kept
}

// counterAllows compares an image's security counter with the floor and with the
// counter of a complete application.
func (m *machine) counterAllows(counter int8) bool {
	if m.Floor == 0 {
		return counter >= m.newest
	}
	running := m.installedCounter()
	if !m.rules.has(CounterApart) {
		return running < 0 && m.rules.has(UnreadableIsUnwritten) || running >= 0 && counter >= running
	}
	least := counter + 1 // of an entry that refuses
	if !m.rules.has(FloorAllowsEqual) {
		least--
	}
	if m.floorHas(1, least) {
		return false
	}
	complete, _ := m.complete()
	return !complete || running <= counter || !m.rules.has(RunningCounts)
}

// installedCounter returns the counter of the installed manifest, or -1.
func (m *machine) installedCounter() int8 {
	image := imageOf(m.read(m.flash[1][manifest], "installed counter"))
	if image < 0 {
		return -1
	}
	return m.images[image].counter
}

// floorHas reports whether at least n entries are read that have that counter or
// more. They are read in order.
func (m *machine) floorHas(n int, counter int8) bool {
	may, must := 0, 0
	fault := false // of an entry that faults if it can, taken for that of the next whole one
	for _, c := range m.floor[:m.room] {
		high, low := m.entrySays(c, counter)
		torn := c.may(junk)
		if high {
			may++
		}
		if high && !low && !torn && !fault {
			must++
		}
		if m.ECC && !m.rules.has(FloorAsksFault) && (torn || !c.must(blank)) {
			fault = torn
		}
	}
	return m.compare(may >= n, must >= n, "floor")
}

// entrySays reports whether an entry may read as one with that counter or more, and
// as one without.
func (m *machine) entrySays(c cell, counter int8) (high, low bool) {
	for k := range c.count() {
		v := c.nth(k)
		image := imageOf(v)
		if image >= 0 && m.images[image].counter >= counter || v == junk && !m.rules.has(UnreadableIsUnwritten) {
			high = true
		} else {
			low = true
		}
	}
	return high, low
}

// floorOld raises the floor to the counter of an application that was complete
// when this session began.
func (m *machine) floorOld() error {
	image := imageOf(m.read(m.flash[1][manifest], "installed counter"))
	if !m.rules.has(FloorOld) || !m.sealed || image < 0 {
		m.phase = phaseDestroy
		return nil
	}
	return m.raise(image, phaseDestroy)
}

// floorNew raises the floor to the counter of the image that was verified.
func (m *machine) floorNew() error {
	if err := m.raise(int(m.image), phaseSeal); err != nil {
		return err
	}
	if m.phase == phaseSeal && !m.rules.has(FloorBeforeSeal) {
		return m.reset("reset")
	}
	return nil
}

// raise adds one entry with the image's counter, or goes on to the next phase
// when enough entries have that counter or more, or the area is full.
func (m *machine) raise(image int, next phase) error {
	counter := m.images[image].counter
	enough := 2
	if !m.rules.has(FloorTwice) {
		enough = 1
	}
	if m.entry < 0 {
		m.entry = m.firstFree(image)
	}
	raised := m.floorHas(enough, counter)
	if !raised && m.entry < m.room {
		m.entry++
		return m.addEntry(int(m.entry)-1, image)
	}
	m.entry = -1
	m.phase = next
	return m.checkRaise(counter, raised)
}

// firstFree returns where entries with that counter are added: behind the last that
// does not read blank, or else the first; if that has another counter, one more is left
// alone. A torn one may look as if it had the counter.
func (m *machine) firstFree(image int) int8 {
	if !m.rules.has(FloorAppends) {
		return 0
	}
	i := m.room - 1
	v := m.read(m.floor[i], "entry of the floor")
	for i > 0 && m.isFree(v) {
		i--
		v = m.read(m.floor[i], "entry of the floor")
	}
	same := v == m.counterOf(image) || v == junk && !m.ECC && m.choices.pick(2) == 1
	if m.rules.has(FloorLeavesOne) && !same {
		i++
	}
	return i + 1
}

// counterOf returns what an entry with the image's counter holds: the content of the
// first image that has it.
func (m *machine) counterOf(image int) value {
	for i := range m.images {
		if m.images[i].counter == m.images[image].counter {
			return content(i)
		}
	}
	panic("no image has its own counter")
}

// isFree reports whether an entry that reads so may be programmed.
func (m *machine) isFree(v value) bool {
	return v == blank || v == junk && !m.rules.has(FloorOnlyBlank)
}

// addEntry programs an entry. One that a cut has torn may read blank and be
// programmed again, which makes it no better; a part with ECC refuses.
func (m *machine) addEntry(i, image int) error {
	c := &m.floor[i]
	if !m.rules.has(FloorAppends) && !m.isFree(m.read(*c, "entry of the floor")) {
		return nil
	}
	if c.weak() && !m.rules.has(FloorOnlyBlank) {
		return m.violation(DoubleProgram, "torn entry %d of the floor is programmed again", i)
	}
	m.note("add entry %d to the floor: %s's counter", i, m.images[image].name)
	torn, err := m.cutAt(op{"program of the entry", place{sector: nowhere}})
	if err != nil {
		return err
	}
	v := solid(m.counterOf(image))
	others := *c &^ (v | solid(blank) | solid(junk))
	switch {
	case m.ECC && c.weak():
	case torn && others != 0 && (m.Strict || !m.promise.lost):
		*c |= v | solid(junk) | solid(wild)
	case torn || c.weak():
		*c |= v | solid(junk)
	default:
		*c = v
	}
	if torn {
		m.promise.lost = m.promise.lost || m.promise.torn&v != 0
		m.promise.torn |= v
		return errCut
	}
	return nil
}

// checkRaise judges a raise that has ended and notes what it promises.
func (m *machine) checkRaise(counter int8, raised bool) error {
	p := &m.promise
	if !raised && m.Floor == Enough && !p.lost {
		return m.violation(Exhausted, "the floor is full with %d entries", m.room)
	}
	p.lost = p.lost || !raised
	if m.Strict || !p.lost {
		p.kept = max(p.kept, counter)
	}
	return nil
}

// checkCounter judges the counter of an image that starts or is about to be
// installed.
func (m *machine) checkCounter(img *image, what string) error {
	least := m.promise.kept
	if !m.promise.lost {
		least = max(least, m.newest)
	}
	if img.genuine && img.counter < least {
		return m.violation(Downgrade, "%s %s with counter %d after %d", img.name, what, img.counter, least)
	}
	return nil
}
