// SPDX-License-Identifier: BSD-3-Clause

package power

// distinct are the ways to cut each operation in. What a cut after an operation leaves is
// what one before the next leaves, so After is tried at the last one only.
var distinct = Ways[:len(Ways)-1]

// planned returns how many trials there are.
func (l *lab) planned() (n int) {
	for i := range l.timeline {
		n += len(l.cutsAt(i + 1))
	}
	return n + int(l.booted/l.stride())
}

// cutsAt returns the trials whose first cut is at operation n.
func (l *lab) cutsAt(n int) (trials [][]Cut) {
	all := len(l.timeline) * len(distinct)
	for i, how := range distinct {
		k := (n-1)*len(distinct) + i
		if l.Cuts == 0 || l.Cuts >= all || l.decisive(n) || k*l.Cuts/all != (k+1)*l.Cuts/all {
			trials = append(trials, []Cut{{n, how, uint64(16*n + i)}})
		}
	}
	if n == len(l.timeline) {
		trials = append(trials, []Cut{{n, After, uint64(16 * n)}})
	}
	return append(trials, l.pairsAt(n, l.Cuts-all)...)
}

// decisive says whether operation n is one of those that destroy the old seal, write the
// new one and consume the header, or an erase of the boot sector: few, and never left out.
func (l *lab) decisive(n int) bool {
	return n > l.download && n <= l.download+2 || n > len(l.timeline)-3 || l.timeline[n-1].Erase && l.inWindow(n)
}

// pairsAt returns those of more trials, spread over the operations of the install, that
// begin with operation n: pairs of cuts.
func (l *lab) pairsAt(n, more int) (trials [][]Cut) {
	install := len(l.timeline) - l.download
	k := n - l.download - 1
	if more <= 0 || k < 0 {
		return nil
	}
	r := newRandom(uint64(n))
	for range (k+1)*more/install - k*more/install {
		trials = append(trials, []Cut{
			{n, distinct[r.below(len(distinct))], uint64(r.next())},
			{1 + r.below(install), Ways[r.below(len(Ways))], uint64(r.next())},
		})
	}
	return trials
}

// stride returns every how many instructions of boot there is a reset: for one reset to
// eight cuts, and at least a hundred.
func (l *lab) stride() uint64 {
	cuts := len(l.timeline) - l.download
	if l.Cuts > 0 {
		cuts = min(cuts, l.Cuts/8)
	}
	return max(l.booted/uint64(max(cuts, 100)), 1)
}

// replay makes the one trial that was asked for.
func (l *lab) replay() (*Result, error) {
	cuts, err := parseCuts(l.Replay)
	if err != nil {
		return nil, err
	}
	r := l.newResult()
	l.total = 1
	w := l.newWorker(0, 1)
	w.tally = r
	made := false
	if c := cuts[0]; c.How == None {
		w.clean.nextPause = func() uint64 {
			return max(uint64(c.At)-min(uint64(c.At), w.clean.core.Instructions()), 1)
		}
		w.clean.pause = func() {
			if !made && w.clean.core.Instructions() >= uint64(c.At) {
				made = true
				w.reset(uint64(c.At))
			}
		}
	} else {
		w.clean.watch = func(op Operation, data []byte) {
			if w.operation++; w.operation == c.At {
				made = true
				w.record(cuts, w.cutAt(op, data, cuts))
			}
		}
	}
	w.update(w.clean)
	r.ECCFaults = w.trial.eccFaults
	if !made {
		return nil, &NoCutError{Replay: l.Replay, Operations: len(l.timeline)}
	}
	r.finish(l)
	return r, nil
}
