// SPDX-License-Identifier: BSD-3-Clause

package stream

// Options steer the encoder; they never change what a decoder needs.
type Options struct {
	Effort int // 0 is fastest, [MaxEffort] tries hardest

	// Moves say where pieces of the new image were in the old one, by rising New, as
	// far as somebody knows. They may be wrong.
	Moves []Move
}

// A Move is a piece of the new image that was elsewhere in the old one; both are
// offsets in bytes.
type Move struct{ New, Old int }

// Levels of effort. The result of each is always the same for the same images.
const (
	DefaultEffort = 4
	MaxEffort     = 9
)

// An effort is how hard a level tries.
type effort struct {
	parses int     // to find good prices
	rounds []int64 // over the plan; for each, the work that a byte of the new image earns
	both   bool    // the plan of the usual prices is polished too
}

// earning is how many bytes of the new image earn work. In a larger one each earns less,
// so that polishing takes no longer.
const earning = 1 << 20

var levels = [MaxEffort + 1]effort{
	1:             {rounds: []int64{50}},
	2:             {rounds: []int64{120}},
	3:             {rounds: []int64{250}},
	DefaultEffort: {parses: 2, rounds: []int64{2000}},
	5:             {parses: 6, rounds: []int64{4000}},
	6:             {parses: 10, rounds: []int64{8000}},
	7:             {parses: 20, rounds: []int64{4000, 2000}, both: true},
	8:             {parses: 40, rounds: []int64{8000, 4000}, both: true},
	MaxEffort:     {parses: 80, rounds: []int64{16000, 16000, 8000}, both: true},
}

// Encode returns a stream that turns old into new.
func Encode(old, new []byte, p Params, opt Options) []byte {
	best := newEncoding(old, new, p, opt).write(nil)
	if opt.Moves != nil { // they may mislead
		opt.Moves = nil
		if s := newEncoding(old, new, p, opt).write(nil); len(s) < len(best) {
			return s
		}
	}
	return best
}

// An encoding is a pair of images and the best plan known.
type encoding struct {
	old, new []byte
	params   Params
	prologue prologue
	noisy    noisySet
	plan     []operation
}

func newEncoding(old, new []byte, p Params, opt Options) *encoding {
	e := &encoding{old: old, new: new, params: p}
	e.prologue.address = guessAddress(old, p.Address)
	e.noisy = newNoisySet(old, e.prologue.address)
	level := levels[min(max(opt.Effort, 0), MaxEffort)]
	var plans [2][]operation
	plans[1], plans[0] = e.search(newParser(old, new, e.prologue.address, opt.Moves), level.parses)
	polish := func(k int) {
		for _, work := range level.rounds {
			plans[k] = e.polish(plans[k], work*earning/max(earning, int64(len(new))))
		}
	}
	if !level.both {
		polish(0)
	} else if both(polish); e.cost(plans[1]) < e.cost(plans[0]) {
		plans[0] = plans[1]
	}
	e.plan = plans[0]
	return e
}

// newCodec returns the state at the start of the stream, with a plan to code.
func (e *encoding) newCodec(coder bitCoder, plan []operation) *codec {
	c := newCodec(coder, e.old, uint32(len(e.new)), e.params)
	c.new, c.noisy, c.plan = e.new, e.noisy, plan
	c.prologue(e.prologue)
	return c
}

// cost returns the size of the stream of a plan in units of 1/costUnit bit.
func (e *encoding) cost(plan []operation) uint64 {
	meter := costMeter{}
	c := e.newCodec(&meter, plan)
	for !c.done() {
		c.step()
	}
	return meter.total
}

// write returns the stream of the plan.
func (e *encoding) write(counts *Counts) []byte {
	rc := newRangeEncoder()
	c := e.newCodec(rc, e.plan)
	c.counts = counts
	for !c.done() {
		c.step()
	}
	return rc.finish()
}
