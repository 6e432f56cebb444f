// SPDX-License-Identifier: BSD-3-Clause

package model

// Scenario bounds one exploration: the images, the geometry of the seal and
// what may go wrong.
type Scenario struct {
	Name          string
	Old, New      int  // last application sector of the installed image and of the update
	Next          int  // last sector of a second update, or 0
	SharedSector  bool // New has Old's sector 2
	BlankSector   bool // New's sector 2 is blank
	NewBootSector bool // New has another boot sector
	CollidingIDs  bool // New has Old's id
	Leftover      bool // the store begins with a header made for another base

	OwnSealUnit  bool // the seal has an erase unit of its own and is never overprogrammed
	AttemptLimit int8 // verifications of one header; 0 means 2, the least that is safe
	Cuts         int8 // power cuts
	Floor        int8 // entries of the security counter's floor, or Enough; 0 for one that just knows it
	ECC          bool // a torn entry of the floor may raise a fault, and none is programmed again
	Strict       bool // the floor is to keep what it does not promise, too
	Dead         int8 // sessions in which the store is dead from the start or dies
	Attack       bool // the store is the attacker
}

// Enough, as Scenario.Floor, is as many entries as the floor needs.
const Enough = -1

// The images of every scenario; those a scenario does not use are never staged.
const (
	imageOld = iota
	imageNew
	imageNext
	imageEarlier  // genuine with a lower counter, in an attacker's hands
	imageStale    // genuine with Old's counter, left over in the store
	imageAttacker // another head id and smaller size
	imagePlanted  // Old's id wherever a seal might be looked for
	numImages
)

var imageNames = [numImages]string{"Old", "New", "Next", "Earlier", "Stale", "Attacker", "Planted"}

type image struct {
	name    string
	last    int // last sector
	counter int8
	id      value
	genuine bool
	units   [sectors][units]value
}

// world is what does not change during an exploration.
type world struct {
	Scenario
	rules  Protocol
	images [numImages]image
	plan   []int // images the client downloads
	room   int8  // entries of the floor
}

// sealPlace returns where the seal of an image with that last sector lies.
func sealPlace(rules Protocol, ownSealUnit bool, last int) place {
	switch {
	case ownSealUnit:
		return place{ownUnit, 0}
	case rules.has(FixedSeal):
		return place{1, sealUnit}
	}
	return place{last, sealUnit}
}

func newWorld(sc Scenario, rules Protocol) *world {
	w := &world{Scenario: sc, rules: rules}
	if w.AttemptLimit == 0 {
		w.AttemptLimit = 2
	}
	if !sc.Attack {
		w.plan = append(w.plan, imageNew)
		if sc.Next > 0 {
			w.plan = append(w.plan, imageNext)
		}
	}
	w.room = sc.Floor
	if sc.Floor == Enough {
		w.room = 1 + counters*entryCost + sc.Cuts*cutCost
	}
	boot := content(imageOld)
	newBoot := boot
	if sc.NewBootSector {
		newBoot = content(imageNew)
	}
	w.addGenuine(imageOld, sc.Old, 3, boot)
	w.addGenuine(imageNew, sc.New, 5, newBoot)
	w.addGenuine(imageNext, max(sc.Next, 1), 5, newBoot)
	w.addGenuine(imageEarlier, sc.New, 1, boot)
	w.addGenuine(imageStale, sc.Old, 3, boot)
	w.addHostile(imageAttacker, id(imageAttacker))
	w.addHostile(imagePlanted, id(imageOld))

	old, update := &w.images[imageOld], &w.images[imageNew]
	if sc.CollidingIDs {
		update.id = old.id
		update.units[1][headID] = old.id
	}
	if sc.SharedSector {
		update.units[2] = old.units[2]
	}
	if sc.BlankSector {
		update.units[2] = [units]value{}
	}
	return w
}

// addGenuine builds an image as the vendor made it, its seal's unit blank.
func (w *world) addGenuine(i, last int, counter int8, boot value) {
	c := content(i)
	img := image{name: imageNames[i], last: last, counter: counter, id: id(i), genuine: true}
	img.units[0] = [units]value{boot, boot, boot, blank}
	img.units[1] = [units]value{manifest: c, headID: img.id, sealUnit: c, 3: c}
	for s := 2; s <= last; s++ {
		img.units[s] = [units]value{c, blank, c, c}
	}
	if seal := sealPlace(w.rules, w.OwnSealUnit, last); seal.sector < sectors {
		img.units[seal.sector][seal.unit] = blank
	}
	w.images[i] = img
}

// addHostile builds an image that has an id planted in every unit but its
// manifest, which names two sectors.
func (w *world) addHostile(i int, planted value) {
	img := image{name: imageNames[i], last: 2, counter: 9, id: planted}
	for s := range img.units {
		img.units[s] = [units]value{planted, planted, planted, planted}
	}
	img.units[1][manifest] = content(i)
	w.images[i] = img
}

// initial returns the device with Old installed and sealed and an empty store.
func (w *world) initial() state {
	old := &w.images[imageOld]
	s := state{
		floor:  blankFloor(w.room),
		header: solid(blank), consumed: solid(blank),
		newest: old.counter, cuts: w.Cuts, dead: w.Dead,
		progress: -1, session: rebooted,
	}
	for sector := range s.flash {
		for u := range s.flash[sector] {
			s.flash[sector][u] = solid(blank)
			if sector <= old.last {
				s.flash[sector][u] = solid(old.units[sector][u])
			}
		}
	}
	seal := sealPlace(w.rules, w.OwnSealUnit, old.last)
	s.flash[seal.sector][seal.unit] = solid(old.id)
	for sector := range s.staged {
		s.staged[sector] = solid(blank)
		if w.Leftover && sector <= w.images[imageStale].last {
			s.staged[sector] = solid(content(imageStale))
		}
	}
	if w.Leftover {
		s.header = solid(content(imageStale))
		s.base = junk // an id that is neither Old's nor any other image's
	}
	return s
}
