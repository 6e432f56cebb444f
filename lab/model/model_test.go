// SPDX-License-Identifier: BSD-3-Clause

package model

import (
	"os"
	"testing"
)

// The shapes of an update: sizes are last sectors.
var (
	sameSize      = Scenario{Name: "same size", Old: 3, New: 3}
	sharedSector  = Scenario{Name: "same size, shared sector", Old: 3, New: 3, SharedSector: true}
	blankSector   = Scenario{Name: "same size, blank sector", Old: 3, New: 3, BlankSector: true}
	growing       = Scenario{Name: "growing", Old: 2, New: 3}
	growingShared = Scenario{Name: "growing, shared sector", Old: 2, New: 3, SharedSector: true}
	shrinking     = Scenario{Name: "shrinking", Old: 3, New: 2}
	shrinkShared  = Scenario{Name: "shrinking, shared sector", Old: 3, New: 2, SharedSector: true}
	newBootSector = Scenario{Name: "new boot sector", Old: 2, New: 2, NewBootSector: true}
	collidingIDs  = Scenario{Name: "colliding ids", Old: 3, New: 3, CollidingIDs: true}
	collidingGrow = Scenario{Name: "colliding ids, growing", Old: 2, New: 3, CollidingIDs: true}
	tiny          = Scenario{Name: "tiny", Old: 1, New: 1}
	tinyGrowing   = Scenario{Name: "growing from tiny", Old: 1, New: 2}
	shrinkToTiny  = Scenario{Name: "shrinking to tiny", Old: 2, New: 1}
	shapes        = []Scenario{sameSize, sharedSector, blankSector, growing, growingShared, shrinking, shrinkShared,
		newBootSector, collidingIDs, collidingGrow, tiny, tinyGrowing, shrinkToTiny}
)

// combine returns a shape under the dangers of another scenario.
func combine(shape, danger Scenario) Scenario {
	shape.Next, shape.Leftover, shape.Attack = danger.Next, danger.Leftover, danger.Attack
	shape.OwnSealUnit, shape.AttemptLimit = danger.OwnSealUnit, danger.AttemptLimit
	shape.Cuts, shape.Dead = danger.Cuts, danger.Dead
	shape.Floor, shape.ECC, shape.Strict = danger.Floor, danger.ECC, danger.Strict
	return shape
}

// effort is how far the tests go.
type effort int

const (
	short  effort = iota // go test -short
	normal               // go test
	full                 // QUINE_FULL=1 go test
)

func effortWanted() effort {
	switch {
	case os.Getenv("QUINE_FULL") != "":
		return full
	case testing.Short():
		return short
	}
	return normal
}

// TestFullProtocol explores every shape of update under each set of dangers.
func TestFullProtocol(t *testing.T) {
	dangers := []struct {
		effort effort
		Scenario
	}{
		{short, Scenario{Name: "1 update, 1 cut", Cuts: 1, Dead: 1}},
		{short, Scenario{Name: "2 updates, 1 cut", Next: 2, Cuts: 1, Dead: 1}},
		{short, Scenario{Name: "leftover header, 1 cut", Leftover: true, Cuts: 1, Dead: 1}},
		{short, Scenario{Name: "signed, 1 cut", Cuts: 1, Dead: 1, Floor: Enough}},
		{short, Scenario{Name: "attack, no cut", Attack: true, Floor: Enough}},
		{normal, Scenario{Name: "1 update, 3 cuts", Cuts: 3, Dead: 1}},
		{normal, Scenario{Name: "2 updates, 2 cuts", Next: 2, Cuts: 2, Dead: 1}},
		{normal, Scenario{Name: "leftover header, 2 updates, 2 cuts", Leftover: true, Next: 2, Cuts: 2, Dead: 1}},
		{normal, Scenario{Name: "signed, 2 updates, 2 cuts", Next: 2, Cuts: 2, Floor: Enough}},
		{normal, Scenario{Name: "signed, ECC, 2 cuts", Cuts: 2, Floor: Enough, ECC: true}},
		{normal, Scenario{Name: "attack, 1 cut", Attack: true, Cuts: 1, Floor: Enough}},
		{full, Scenario{Name: "1 update, 4 cuts", Cuts: 4, Dead: 1, AttemptLimit: 4}},
		{full, Scenario{Name: "2 updates, 2 cuts, store fails twice", Next: 2, Cuts: 2, Dead: 2, AttemptLimit: 3}},
		{full, Scenario{Name: "attack, 2 cuts", Attack: true, Cuts: 2, Floor: Enough}},
		{full, Scenario{Name: "attack, 3 cuts", Attack: true, Cuts: 3}},
	}
	for _, d := range dangers {
		for _, own := range []bool{false, true} {
			d.OwnSealUnit = own
			name := d.Name + ", shared seal"
			if own {
				name = d.Name + ", own seal unit"
			}
			t.Run(name, func(t *testing.T) {
				if d.effort > effortWanted() {
					t.Skip("needs more effort: without -short, or with QUINE_FULL=1")
				}
				exploreClean(t, d.Scenario)
			})
		}
	}
}

// exploreClean explores every shape under the dangers and expects no violation.
func exploreClean(t *testing.T, dangers Scenario) {
	t.Helper()
	states, steps := 0, 0
	for _, shape := range shapes {
		r := Explore(Full, combine(shape, dangers))
		states += r.States
		steps += r.Steps
		if !r.Complete {
			t.Errorf("%s: not explored completely", shape.Name)
		}
		for _, v := range r.Violations {
			t.Errorf("%s: %v", shape.Name, v)
		}
	}
	t.Logf("%d states, %d steps", states, steps)
}

// TestUpdatesArrive takes every reachable state, ends all trouble, and expects
// the last update to run. It also proves that the clean explorations above did
// not just stand still.
func TestUpdatesArrive(t *testing.T) {
	for _, shape := range shapes {
		for _, dangers := range []Scenario{
			{Cuts: 2, Dead: 1, AttemptLimit: 4},
			{Cuts: 2, Dead: 1, AttemptLimit: 4, OwnSealUnit: true},
			{Cuts: 1, Dead: 1, AttemptLimit: 3, Next: 2},
			{Cuts: 1, Dead: 1, AttemptLimit: 3, Leftover: true},
			{Cuts: 2, AttemptLimit: 4, Floor: Enough},
		} {
			e := explore(Full, combine(shape, dangers))
			for i, s := range e.states {
				if !arrives(e.world, s) {
					t.Errorf("%s: the update never runs after %q", shape.Name, e.trace(int32(i)))
					break
				}
			}
		}
	}
}

// arrives reports whether the last image of the plan comes to run by itself.
func arrives(w *world, s state) bool {
	const maxSteps = 60
	want := &w.images[w.plan[len(w.plan)-1]]
	s.cuts, s.dead = 0, 0
	for range maxSteps {
		m := machine{world: w, state: s, choices: &choices{}}
		if m.step() != nil {
			return false
		}
		s = m.state
		if s.phase == phaseClient && int(s.download) == len(w.plan) && m.installed(cell.must) == want {
			return true
		}
	}
	return false
}

// TestFloor explores the smallest update, which leaves more time for cuts in the
// floor, with room for all that they cost and without.
func TestFloor(t *testing.T) {
	for _, danger := range []Scenario{
		{Cuts: 3},
		{Cuts: 3, ECC: true},
		{Cuts: 2, Next: 1},
		{Cuts: 2, Attack: true},
		{Cuts: 2, Attack: true, ECC: true},
	} {
		if effortWanted() == full && danger.ECC {
			danger.Cuts = 3
		}
		for _, room := range []int8{Enough, 2, 3, 4, 6} {
			danger.Floor = room
			sc := combine(tiny, danger)
			r := Explore(Full, sc)
			if !r.Complete {
				t.Errorf("%+v: not explored completely", sc)
			}
			for _, v := range r.Violations {
				t.Errorf("%+v: %v", sc, v)
			}
			t.Logf("%d cuts, attack %v, ECC %v, %d entries: %d states", sc.Cuts, sc.Attack, sc.ECC, room, r.States)
		}
	}
}

// TestOpenBound finds the holes that the package comment admits.
func TestOpenBound(t *testing.T) {
	for _, sc := range []Scenario{
		{Name: "three cuts over two updates", Next: 2, Cuts: 3, AttemptLimit: 4},
		{Name: "an attempts limit of one", Next: 2, Cuts: 2, Dead: 1, AttemptLimit: 1},
		{Name: "three cuts in the floor", Cuts: 3, Floor: Enough, Strict: true},
	} {
		t.Run(sc.Name, func(t *testing.T) {
			r := Explore(Full, combine(sameSize, sc))
			v := r.Violations[Stuck]
			if v == nil || len(r.Violations) != 1 {
				t.Fatalf("want only a device that is stuck, got %v", r.Violations)
			}
			t.Log(v)
		})
	}
	for _, sc := range []Scenario{
		{Name: "two cuts in one raise", Attack: true, Cuts: 2, Floor: Enough, Strict: true},
		{Name: "no room", Attack: true, Cuts: 1, Floor: 2, Strict: true},
	} {
		t.Run(sc.Name, func(t *testing.T) {
			r := Explore(Full, combine(tiny, sc))
			v := r.Violations[Downgrade]
			if v == nil || len(r.Violations) != 1 {
				t.Fatalf("want only a downgrade, got %v", r.Violations)
			}
			t.Log(v)
		})
	}
}

// removal is a rule taken out, and what that brings back.
type removal struct {
	rule  Rule
	shape Scenario
	under Scenario
	want  Kind
}

var removals = []removal{
	{FixedSeal, sameSize, Scenario{Attack: true}, Unverified},
	{FixedSeal, shrinking, Scenario{Attack: true}, Unverified},
	{CopySparesSeal, sameSize, Scenario{Attack: true}, Unverified},
	{CounterApart, sameSize, Scenario{Attack: true, Floor: Enough}, Downgrade},
	{UnreadableIsUnwritten, sameSize, Scenario{Cuts: 1, Floor: Enough}, Stuck},
	{RunningCounts, sameSize, Scenario{Attack: true, Floor: Enough}, Downgrade},
	{FloorOld, sameSize, Scenario{Attack: true, Floor: Enough}, Downgrade},
	{FloorBeforeSeal, sameSize, Scenario{Attack: true, Cuts: 1, Floor: Enough}, Downgrade},
	{FloorTwice, sameSize, Scenario{Attack: true, Cuts: 1, Floor: Enough}, Downgrade},
	{FloorAppends, sameSize, Scenario{Cuts: 2, Floor: Enough}, Stuck},
	{FloorAppends, tiny, Scenario{Attack: true, Cuts: 2, Floor: Enough}, Downgrade},
	{FloorLeavesOne, sameSize, Scenario{Cuts: 2, Floor: Enough}, Stuck},
	{FloorLeavesOne, tiny, Scenario{Attack: true, Cuts: 2, Floor: Enough}, Downgrade},
	{FloorOnlyBlank, sameSize, Scenario{Cuts: 1, Floor: Enough}, DoubleProgram},
	{FloorAllowsEqual, sameSize, Scenario{Cuts: 1, Floor: Enough}, Stuck},
	{FloorAsksFault, sameSize, Scenario{Attack: true, Cuts: 1, Floor: Enough, ECC: true}, Downgrade},
	{VerifyFirst, sameSize, Scenario{Attack: true}, Unverified},
	{UseHashedCopy, sameSize, Scenario{Attack: true}, Unverified},
	{DigestInstalled, sameSize, Scenario{Attack: true}, Unverified},
	{BootSectorLast, newBootSector, Scenario{}, BootSector},
	{BootSectorIfDifferent, sameSize, Scenario{}, BootSector},
	{DestroySeal, sameSize, Scenario{Cuts: 1, Dead: 1}, Mixed},
	{DestroySeal, sameSize, Scenario{Cuts: 1, OwnSealUnit: true}, Weak},
	{DestroyAlways, sameSize, Scenario{Cuts: 2, Dead: 1}, Mixed},
	{DestroyAlways, sameSize, Scenario{Cuts: 2, OwnSealUnit: true}, Weak},
	{NoBlankID, sameSize, Scenario{Cuts: 1}, Mixed},
	{SkipOnlySealed, sameSize, Scenario{Cuts: 1}, Weak},
	{SkipOnlySealed, shrinking, Scenario{Cuts: 1}, Stuck},
	{SkipInExtent, growing, Scenario{Attack: true, Cuts: 1}, Weak},
	{EraseAlways, sameSize, Scenario{Cuts: 1}, DoubleProgram},
	{EraseAlways, blankSector, Scenario{Cuts: 1}, Weak},
	{RewriteSealSector, sameSize, Scenario{Cuts: 1}, DoubleProgram},
	{SelfDescribing, sameSize, Scenario{Cuts: 2}, Stuck},
	{SealThenConsume, sameSize, Scenario{Cuts: 2, Next: 2}, Stuck},
	{ReinstallSame, collidingIDs, Scenario{}, Ignored},
	{ReinstallSame, sameSize, Scenario{Cuts: 2, Next: 2}, Stuck},
	{BeginRefused, sameSize, Scenario{Cuts: 2, Dead: 1, Next: 2}, Stuck},
	{RecordRefusal, sameSize, Scenario{Leftover: true}, Stranded},
	{RefuseOnlyLive, sameSize, Scenario{Cuts: 2, Dead: 1, Next: 2}, Stuck},
	{LimitVerifyOnly, sameSize, Scenario{Cuts: 2, Dead: 1, Next: 2}, Stuck},
	{EraseHeaderFirst, sameSize, Scenario{Cuts: 2, Dead: 1, Next: 2}, Stuck},
	{ResumeRewrites, sameSize, Scenario{Cuts: 1}, Stuck},
	{HeaderLast, sameSize, Scenario{Cuts: 1}, Stuck},
	{ConsumeByErase, sameSize, Scenario{Cuts: 1}, DoubleProgram},
	{BaseID, sameSize, Scenario{Leftover: true}, Stale},
	{OrOwnID, sameSize, Scenario{Cuts: 2, Next: 2}, Stuck},
}

// TestRuleTakenOut takes each rule out alone and expects its hole back, with no
// fewer cuts and failures of the store than stated.
func TestRuleTakenOut(t *testing.T) {
	for _, r := range removals {
		sc := combine(r.shape, r.under)
		t.Run(r.rule.Hole()+"/"+r.rule.String()+"/"+string(r.want), func(t *testing.T) {
			if v := Explore(Full, sc).Violations; len(v) > 0 {
				t.Fatalf("not clean with the rule: %v", v)
			}
			p := Full.Without(r.rule)
			v := Explore(p, sc).Violations[r.want]
			if v == nil {
				t.Fatalf("%s with %d cuts: no %q", sc.Name, sc.Cuts, r.want)
			}
			t.Log(v)
			if sc.Cuts > 0 {
				less := sc
				less.Cuts--
				if Explore(p, less).Violations[r.want] != nil {
					t.Errorf("%d cuts suffice", less.Cuts)
				}
			}
			if sc.Dead > 0 {
				less := sc
				less.Dead--
				if Explore(p, less).Violations[r.want] != nil {
					t.Error("a store that lives suffices")
				}
			}
		})
	}
}

// implied are rules that close no hole alone, in some or all scenarios; with
// another rule out as well, want comes back.
var implied = []struct {
	why   string
	rule  Rule
	under Scenario
	other Rule
	want  Kind
}{
	{"a fixed seal makes the order free", LastSectorFirst, Scenario{Cuts: 2, Dead: 1, Next: 2}, 0, ""},
	{"a fixed seal makes the order free", LastSectorFirst, Scenario{Attack: true, Cuts: 1}, 0, ""},
	{"sector 1 holds no seal of its own unit", RewriteSealSector, Scenario{Cuts: 2, Dead: 1, Next: 2, OwnSealUnit: true}, 0, ""},
	{"no sector of the copy holds it", CopySparesSeal, Scenario{Attack: true, Cuts: 1, OwnSealUnit: true}, 0, ""},
	{"an honest store never changes the image in mid-install", SkipInExtent, Scenario{Cuts: 2, Dead: 1, Next: 2}, 0, ""},
	{"begin may follow a refusal that is recorded", OrOwnID, Scenario{Cuts: 1, Next: 2}, RecordRefusal, Stranded},
}

// TestImpliedRules states where a rule could be spared.
func TestImpliedRules(t *testing.T) {
	for _, r := range implied {
		t.Run(r.rule.String()+"/"+r.why, func(t *testing.T) {
			found := make(map[Kind]bool)
			for _, shape := range shapes {
				sc := combine(shape, r.under)
				for _, v := range Explore(Full.Without(r.rule), sc).Violations {
					t.Errorf("not implied: %s: %v", shape.Name, v)
				}
				for kind := range Explore(Full.Without(r.rule, r.other), sc).Violations {
					found[kind] = true
				}
			}
			if r.want != "" && !found[r.want] {
				t.Errorf("without %v too: no %q, got %v", r.other, r.want, found)
			}
		})
	}
}

// TestEveryRuleIsTested fails for a rule that no test above takes out.
func TestEveryRuleIsTested(t *testing.T) {
	var tested Rule
	for _, r := range removals {
		tested |= r.rule
	}
	for _, r := range implied {
		tested |= r.rule
	}
	for _, r := range Rules() {
		if tested&r == 0 {
			t.Errorf("%v is never taken out", r)
		}
	}
}
