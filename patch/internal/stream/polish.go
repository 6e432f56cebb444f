// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"math"
	"slices"
)

// polisher improves a plan operation by operation. Before each one is coded, it
// tries what small changes of the plan would truly cost, by coding on from the
// state reached so far up to a place where all variants agree again.
type polisher struct {
	enc    *encoding
	state  codec       // where coding stands; its plan is what is left to code
	before operation   // what was coded last
	trial  codec       // a trial goes on from a copy of state
	meter  costMeter   // its cost
	window []operation // and its plan
	work   int64       // what trials may still do

	end     uint32 // where trials end
	skip    uint32 // what estimates leave out of the next operation
	agreed  uint32 // where the last operation that they code ends
	least   uint64 // the least cost so far, the largest value if none is known
	likely  uint64 // estimates up to which a plan may cost less
	best    []operation
	instead int // how many operations best replaces
}

// horizon is how many operations behind a change a trial goes on.
const horizon = 1

// changed is how many operations a change may replace, counting one that it joins.
const changed = 4

// trialPlan is how many operations behind a change a trial may code.
const trialPlan = changed + horizon

// trialTail is how much of a long operation a trial carries out.
const trialTail = 64

// aheadMax is how many bytes a trial may carry out before it reaches a change.
const aheadMax = 4096

// workSaved is how many bytes may have earned work that has not been done.
const workSaved = 1 << 16

// Work of a trial, about in the time that it takes to copy a byte.
const (
	workTrial = 1000
	workBit   = 8
)

// polish returns a plan that codes smaller. Each byte of the new image earns so much
// work for trials.
func (e *encoding) polish(plan []operation, work int64) []operation {
	p := &polisher{enc: e, state: *e.newCodec(&costMeter{}, slices.Clone(plan))}
	polished := make([]operation, 0, len(plan))
	earned := uint32(0)
	for !p.state.done() {
		if p.state.aboutToQueue() {
			p.work = min(p.work+int64(p.state.window.covered-earned)*work, workSaved*work)
			earned = p.state.window.covered
			p.improve()
			p.before = p.state.plan[0]
			polished = append(polished, p.before)
		}
		p.state.step()
	}
	return polished
}

// aboutToQueue tells whether the next step will code an operation.
func (c *codec) aboutToQueue() bool {
	return c.current.left == 0 && c.window.count <= lookAhead && c.window.covered < c.newSize
}

// improve changes the plan's next operations for as long as that makes the stream
// smaller.
func (p *polisher) improve() {
	for p.work > 0 {
		p.setRange()
		p.best = p.best[:0]
		p.least, p.likely = math.MaxUint64, math.MaxUint64
		p.likely = p.estimate(p.state.plan, p.likely)
		p.tryVariants()
		if len(p.best) == 0 {
			return
		}
		// A change never has more operations than it replaces.
		p.state.plan = p.state.plan[p.instead-len(p.best):]
		copy(p.state.plan, p.best)
	}
}

// setRange chooses what trials do.
func (p *polisher) setRange() {
	p.agreed, p.skip = p.state.window.covered, 0
	if a := p.state.plan[0]; a.size > sourceTryMax {
		p.skip = (a.size - sourceTryMax) / 2 &^ 3
	}
	for i, o := range p.state.plan[:min(len(p.state.plan), changed-1+horizon)] {
		p.end = p.agreed + o.size
		p.agreed = p.end
		if i > 0 && o.size > trialTail {
			p.end -= o.size - trialTail
			break
		}
	}
}

// estimate is about what coding a plan costs until the new image is done up to end,
// as if the operations sent before, and part of a long first one, had been done
// with what is known now.
func (p *polisher) estimate(plan []operation, most uint64) uint64 {
	p.trial = p.state
	p.trial.position = p.trial.window.covered
	p.trial.window.head, p.trial.window.count = 0, 0
	return p.run(plan, most, p.skip)
}

// cost is what that truly costs. Where there is much to do before the change, it is
// an estimate.
func (p *polisher) cost(plan []operation) uint64 {
	if p.state.window.covered-p.state.position > aheadMax {
		return p.estimate(plan, p.least)
	}
	p.trial = p.state
	return p.run(plan, p.least, 0)
}

// run codes the trial's plan up to end, or until it costs more than most. It leaves
// out skip bytes of the first operation, and the operations that would be sent ahead
// from behind agreed.
func (p *polisher) run(plan []operation, most uint64, skip uint32) uint64 {
	t := &p.trial
	from := t.position
	t.plan = plan
	p.meter = costMeter{}
	t.coder = &p.meter
	for t.position < p.end && p.meter.total <= most {
		if t.current.left == 0 && (!t.aboutToQueue() || t.window.covered >= p.agreed) {
			t.start(t.window.pop())
			t.current.from += skip
			t.current.left -= skip
			t.position += skip
			from += skip
			t.current.started = skip > 0
			skip = 0
		}
		t.step()
	}
	p.work -= workTrial + int64(t.position-from) + workBit*int64(p.meter.bits)
	return p.meter.total
}

// tryVariants tries changes of the next two operations: one becomes a literal or
// is taken over by the other or by the one behind, or the border between them
// moves.
func (p *polisher) tryVariants() {
	plan := p.state.plan
	a := plan[0]
	if !a.literal && a.size <= 32 {
		p.try(1, operation{size: a.size, literal: true})
	}
	p.trySources(a)
	if len(plan) == 1 {
		return
	}
	b := plan[1]
	if b.size <= 64 && !a.literal {
		p.try(2, operation{from: a.from, size: a.size + b.size})
	}
	if b.size <= 32 && !b.literal {
		p.try(2, a, operation{size: b.size, literal: true})
	}
	if a.size <= 64 && !b.literal {
		p.try(2, operation{from: b.from - a.size, size: a.size + b.size})
	}
	if len(plan) > 2 && b.size <= 64 && !plan[2].literal {
		c := plan[2]
		p.try(3, a, operation{from: c.from - b.size, size: c.size + b.size})
	}
	for _, step := range [...]uint32{1, 2, 4, 8} {
		if step < b.size {
			p.try(2, operation{a.from, a.size + step, a.literal}, operation{b.from + step, b.size - step, b.literal})
		}
		if step < a.size {
			p.try(2, operation{a.from, a.size - step, a.literal}, operation{b.from - step, b.size + step, b.literal})
		}
	}
}

// trySources tries to copy operation a from places that are cheap to name.
func (p *polisher) trySources(a operation) {
	c := &p.state
	to := c.window.covered
	if a.size > sourceTryMax {
		return
	}
	var room candidates
	for _, d := range c.sourceCandidates(&room, flag(c.window.last > 0)) {
		from := to + d
		if !a.literal && from == a.from || from > uint32(len(c.old)) || a.size > uint32(len(c.old))-from {
			continue
		}
		same := uint32(0)
		for i := range a.size {
			same += uint32(flag(c.old[from+i] == c.new[to+i]))
		}
		if same >= a.size/2 {
			p.try(1, operation{from: from, size: a.size})
		}
	}
}

// sourceTryMax is the size of the largest operation for which other sources are tried.
const sourceTryMax = 256

// try finds the cost of a plan in which other operations stand instead of the
// first n.
func (p *polisher) try(n int, with ...operation) {
	if p.work <= 0 {
		return
	}
	plan := p.state.plan
	p.window = p.window[:0]
	instead := min(n+1, len(plan)) // the one behind may have to be joined
	for _, o := range with {
		if !p.append(o) {
			return
		}
	}
	if n < instead && !p.append(plan[n]) {
		return
	}
	head := len(p.window)
	p.window = append(p.window, plan[instead:min(len(plan), instead+trialPlan)]...)
	if p.estimate(p.window, p.likely) > p.likely {
		return
	}
	if p.least == math.MaxUint64 {
		p.least = p.cost(plan)
	}
	if cost := p.cost(p.window); cost < p.least {
		p.least, p.instead = cost, instead
		p.best = append(p.best[:0], p.window[:head]...)
	}
}

// append puts o at the end of the window, or joins it with what stands there. It
// returns false if that cannot be coded.
func (p *polisher) append(o operation) bool {
	if !o.literal && (o.from > uint32(len(p.enc.old)) || o.size > uint32(len(p.enc.old))-o.from) {
		return false
	}
	last := &p.before
	if n := len(p.window); n > 0 {
		last = &p.window[n-1]
	}
	if last.size == 0 || last.literal != o.literal || !o.literal && last.from+last.size != o.from {
		p.window = append(p.window, o)
		return true
	}
	last.size += o.size
	return last != &p.before
}
