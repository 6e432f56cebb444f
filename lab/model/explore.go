// SPDX-License-Identifier: BSD-3-Clause

package model

import (
	"errors"
	"slices"
	"strings"
)

// Result is what an exploration found.
type Result struct {
	States     int                 // distinct states
	Steps      int                 // steps taken, every choice counted
	Complete   bool                // every reachable state was explored
	Violations map[Kind]*Violation // the shortest of each kind
}

// Explore explores every state a device can reach under the protocol and the
// scenario, breadth first.
func Explore(p Protocol, sc Scenario) *Result {
	e := explore(p, sc)
	return &e.results
}

// maxStates bounds an exploration to about half a gigabyte.
const maxStates = 3_000_000

func explore(p Protocol, sc Scenario) *explorer {
	e := &explorer{
		world:   newWorld(sc, p),
		known:   make(map[state]struct{}),
		results: Result{Violations: make(map[Kind]*Violation)},
	}
	e.add(e.initial(), -1)
	for i := 0; i < len(e.states) && len(e.states) <= maxStates; i++ {
		e.expand(int32(i))
	}
	e.results.States = len(e.states)
	e.results.Complete = len(e.states) <= maxStates
	return e
}

type explorer struct {
	*world
	known   map[state]struct{}
	states  []state
	parents []int32
	results Result
}

func (e *explorer) add(s state, parent int32) {
	if _, ok := e.known[s]; ok {
		return
	}
	e.known[s] = struct{}{}
	e.states = append(e.states, s)
	e.parents = append(e.parents, parent)
}

// expand takes the next step of a state under every series of choices.
func (e *explorer) expand(i int32) {
	var ch choices
	for more := true; more; more = ch.next() {
		m := machine{world: e.world, state: e.states[i], choices: &ch}
		e.results.Steps++
		err := m.step()
		if err == nil {
			e.add(m.state, i)
			continue
		}
		var v *Violation
		errors.As(err, &v)
		if e.results.Violations[v.Kind] == nil {
			v.Trace = append(e.trace(i), e.describe(e.states[i], &ch))
			e.results.Violations[v.Kind] = v
		}
	}
}

// trace describes the steps from the initial state to state i.
func (e *explorer) trace(i int32) []string {
	var steps []string
	for ; e.parents[i] >= 0; i = e.parents[i] {
		from, to := e.states[e.parents[i]], e.states[i]
		var ch choices
		for more := true; more; more = ch.next() {
			m := machine{world: e.world, state: from, choices: &ch}
			if m.step() == nil && m.state == to {
				break
			}
		}
		if text := e.describe(from, &ch); text != "" {
			steps = append(steps, text)
		}
	}
	slices.Reverse(steps)
	return steps
}

// describe takes one step again and returns its events in words.
func (e *explorer) describe(from state, ch *choices) string {
	var events strings.Builder
	ch.rewind()
	m := machine{world: e.world, state: from, choices: ch, events: &events}
	_ = m.step() // the caller knows how it ends
	return events.String()
}

// rebooted is the session of a device that just came out of reset.
var rebooted = session{image: -1, entry: -1}

// step takes the next step of the device. A power cut is a step like any other;
// the only error is a *Violation.
func (m *machine) step() error {
	m.choices.rewind()
	var err error
	switch m.phase {
	case phaseBoot:
		err = m.boot()
	case phaseFloorOld:
		err = m.floorOld()
	case phaseDestroy:
		err = m.destroySeal()
	case phaseSector:
		err = m.installSector()
	case phaseDigest:
		err = m.digest()
	case phaseFloorNew:
		err = m.floorNew()
	case phaseSeal:
		err = m.seal()
	case phaseClient:
		err = m.client()
	case phaseDownload:
		err = m.stageSector()
	case phaseFinish:
		err = m.finish()
	}
	if errors.Is(err, errCut) {
		m.session = rebooted
		m.idle, m.denied = 0, 0
		return nil
	}
	return err
}

// choices enumerates every series of picks that a step can make, in the order
// of an odometer.
type choices struct {
	taken []choice
	at    int
}

type choice struct{ value, limit int }

func (c *choices) rewind() { c.at = 0 }

// pick returns a number below n, the next of the series.
func (c *choices) pick(n int) int {
	if n == 1 {
		return 0
	}
	if c.at == len(c.taken) {
		c.taken = append(c.taken, choice{0, n})
	}
	c.at++
	return c.taken[c.at-1].value
}

// next moves on to the next series; it reports whether there is one.
func (c *choices) next() bool {
	for n := len(c.taken) - 1; n >= 0; n-- {
		if c.taken[n].value++; c.taken[n].value < c.taken[n].limit {
			return true
		}
		c.taken = c.taken[:n]
	}
	return false
}
