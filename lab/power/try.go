// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/quine-fw/quine/image"
)

// A Cut is a power cut at the At-th operation, or, if How is None, a reset after At
// instructions, with RAM as it is.
type Cut struct {
	At   int
	How  How
	Seed uint64 // decides all that is random, what weak cells read included
}

// String returns the form that --replay takes: "17-weak-3" or "@123456".
func (c Cut) String() string {
	if c.How == None {
		return fmt.Sprintf("@%d", c.At)
	}
	return fmt.Sprintf("%d-%v-%d", c.At, c.How, c.Seed)
}

// replayOf returns the form of some cuts that parseCuts takes.
func replayOf(cuts []Cut) string {
	words := make([]string, len(cuts))
	for i, c := range cuts {
		words[i] = c.String()
	}
	return strings.Join(words, ",")
}

// parseCuts parses cuts separated by commas, or one reset.
func parseCuts(s string) (cuts []Cut, err error) {
	for word := range strings.SplitSeq(s, ",") {
		c, ok := parseCut(word)
		if !ok {
			return nil, fmt.Errorf("%q is not a cut such as 17-weak-3, nor a reset such as @1234", word)
		}
		if cuts = append(cuts, c); len(cuts) > 1 && (c.How == None || cuts[0].How == None) {
			return nil, fmt.Errorf("%q has a reset and another cut: a reset is a trial by itself", s)
		}
	}
	return cuts, nil
}

func parseCut(s string) (c Cut, ok bool) {
	if at, found := strings.CutPrefix(s, "@"); found {
		n, err := strconv.Atoi(at)
		return Cut{At: n}, err == nil && n >= 0
	}
	part := strings.Split(s, "-")
	if len(part) != 3 {
		return c, false
	}
	at, err1 := strconv.Atoi(part[0])
	seed, err2 := strconv.ParseUint(part[2], 10, 64)
	for how, name := range howNames {
		if name == part[1] && how > int(None) {
			return Cut{at, How(how), seed}, err1 == nil && err2 == nil && at > 0
		}
	}
	return c, false
}

// An outcome is what a trial has come to.
type outcome struct {
	cuts   int   // power cuts and resets that took place
	boots  int   // until the new image ran, or the old one if that was enough
	old    bool  // the old image ran in between
	again  bool  // the client made the update anew
	err    error // a brick
	erases []int // of each erase unit of flash, in all
}

// recover lets a device that has just lost power recover, with more cuts to come.
func (l *lab) recover(m *machine, more []Cut, retry bool) (o outcome) {
	o.cuts = 1
	plan := func() {
		if len(more) > 0 {
			m.plan(more[0].At, more[0].How, more[0].Seed)
			more = more[1:]
		}
	}
	first := m.boots
	plan()
	for range 8 {
		e := m.boot(8)
		if e == cutOff {
			o.cuts++
			m.powerLost()
			plan()
			continue
		}
		o.boots = max(o.boots, m.boots-first)
		if o.err = l.settled(m, e); o.err != nil {
			return o
		}
		if l.running(m) == 1 {
			return o
		}
		o.old = true
		if l.client == nil {
			o.err = errors.New("the old image starts although the new one is staged")
			return o
		}
		if !retry {
			return o
		}
		o.again = true
		first = m.boots
		switch e := l.client.run(m); e {
		case reset:
		case cutOff:
			o.cuts++
			m.powerLost()
			plan()
		default:
			o.err = m.err
			return o
		}
	}
	o.err = errors.New("the new image does not come to run")
	return o
}

// A worker makes every so-many-th trial.
type worker struct {
	*lab
	index, of int
	clean     *machine // makes the update without a cut
	trial     *machine // the one that loses power

	operation int // number of the one to come, from 1
	tally     *Result
}

// share is how many operations in a row one worker takes.
const share = 8

func (l *lab) newWorker(index, of int) *worker {
	return &worker{lab: l, index: index, of: of, clean: l.fresh(), trial: l.fresh(), tally: l.newResult()}
}

// work makes all trials of this worker.
func (w *worker) work() *Result {
	w.clean.watch = func(op Operation, data []byte) {
		w.operation++
		if w.operation/share%w.of == w.index {
			for _, cuts := range w.cutsAt(w.operation) {
				w.record(cuts, w.cutAt(op, data, cuts))
			}
		}
	}
	w.setPauses()
	w.update(w.clean)
	w.tally.ECCFaults = w.trial.eccFaults
	return w.tally
}

// cutAt makes a trial whose first cut is at an operation that is about to be done.
func (w *worker) cutAt(op Operation, data []byte, cuts []Cut) outcome {
	c := cuts[0]
	m := w.trial
	m.copyFrom(w.clean)
	m.random = newRandom(c.Seed)
	f := m.flash
	if op.Store {
		f = m.store
	}
	f.cut(op, data, c.How, &m.random)
	m.powerLost()
	o := w.recover(m, cuts[1:], w.retries(c))
	o.erases = m.erases()
	w.done.Add(1)
	return o
}

// retries says whether a trial goes on with the client when the old image has started.
// That takes the time of ten other trials, so one in a few does where the client's own work
// was cut: the client begins with erasing everything, whatever the cut has left.
func (w *worker) retries(c Cut) bool {
	if c.At > w.download || w.Replay != "" {
		return true
	}
	r := newRandom(c.Seed)
	return w.timeline[c.At-1].Erase || r.below(retryOneIn) == 0
}

const retryOneIn = 16

// reset makes a trial with a reset before the instruction that the clean device has come
// to. RAM is kept, and so is the record that boot has in it.
func (w *worker) reset(at uint64) {
	m := w.trial
	m.copyFrom(w.clean)
	m.random = newRandom(at)
	m.core.Write(w.layout.ramBase, w.clean.core.RAM())
	o := w.recover(m, nil, true)
	o.erases = m.erases()
	w.done.Add(1)
	w.record([]Cut{{At: int(at)}}, o)
}

// setPauses has the clean device pause for resets while boot runs: at some instructions,
// and while the boot sector is being rewritten at each one, unless few cuts are asked for.
func (w *worker) setPauses() {
	number := 0
	stride := w.stride()
	w.clean.nextPause = func() uint64 {
		switch {
		case !w.inWindow(w.operation) || !w.inWindow(w.operation+1):
			return stride
		case w.Cuts == 0 || w.Cuts >= 1000:
			return 1
		}
		return stride/16 + 1
	}
	w.clean.pause = func() {
		if number++; number/share%w.of == w.index {
			w.reset(w.clean.core.Instructions())
		}
	}
}

// inWindow says whether an operation belongs to the rewriting of the boot sector.
func (l *lab) inWindow(n int) bool {
	if n < 1 || n > len(l.timeline) {
		return false
	}
	s := l.timeline[n-1]
	return s.Boot && !s.Store && s.Offset < image.BootSize
}

// reportProgress calls Progress every now and then until the function it returns is
// called.
func (l *lab) reportProgress() (stop func()) {
	if l.Progress == nil {
		return func() {}
	}
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				l.Progress(int(l.done.Load()), l.total)
			case <-done:
				l.Progress(l.total, l.total)
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}
