// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"sync"
	"time"

	"github.com/quine-fw/quine/lab/sim"
)

// A done is a job that is done, as the file of results of a full run keeps it.
type done struct {
	Job    string
	Sweep  sim.Sweep
	Failed string
}

// tally gathers what jobs find.
type tally struct {
	mu       sync.Mutex
	file     *os.File // nil if nothing is to be kept
	known    map[string]done
	results  []result
	failures []string
	cuts     int
	jobs     int
	left     int // jobs that -for has left
	started  time.Time
	shown    time.Time
}

type result struct {
	build    *build
	scenario *scenario
	sim.Sweep
}

// all runs all jobs of a size. It fails if a device does.
func (l *lab) all(ctx context.Context, list []*build, z *size, only *regexp.Regexp) error {
	t := &tally{known: map[string]done{}, started: time.Now()}
	if z.name == "full" {
		if err := t.resume(*outFlag + "l"); err != nil {
			return err
		}
		defer t.file.Close()
	}
	var jobs []*job
	for _, b := range list {
		for _, s := range append(scenarios, faults()...) {
			if z.selected(b, s) && only.MatchString(b.Name+"/"+s.name) {
				jobs = append(jobs, &job{b, s, ""})
			}
		}
	}
	// In any order, so that the time left can be told from the time gone by.
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(jobs), func(i, k int) { jobs[i], jobs[k] = jobs[k], jobs[i] })
	err := parallel(ctx, jobs, func(j *job) error {
		if *forFlag > 0 && time.Since(t.started) > *forFlag {
			return nil
		}
		return t.run(ctx, l, z, j, len(jobs))
	})
	t.show(len(jobs), true)
	if err != nil {
		return err
	}
	t.left = len(jobs) - t.jobs
	return t.report(z, *outFlag)
}

// parallel calls do for all jobs, some at a time, until one fails.
func parallel[T any](ctx context.Context, jobs []T, do func(j T) error) error {
	var wait sync.WaitGroup
	next := make(chan T)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for range max(1, *workersFlag) {
		wait.Go(func() {
			for j := range next {
				if err := do(j); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	for _, j := range jobs {
		select {
		case next <- j:
		case <-ctx.Done():
		}
	}
	close(next)
	wait.Wait()
	return context.Cause(ctx)
}

// resume reads the results of the jobs that are done, and keeps those to come.
func (t *tally) resume(name string) error {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	t.file = file
	for decoder := json.NewDecoder(file); ; {
		var d done
		if err := decoder.Decode(&d); err != nil {
			return nil // the end, or a line that was not finished
		}
		t.known[d.Job] = d
	}
}

// run runs a job, unless it is done already, and notes what it has found. Four failed
// devices are enough.
func (t *tally) run(ctx context.Context, l *lab, z *size, j *job, total int) error {
	t.mu.Lock()
	d, ok := t.known[j.name()]
	t.mu.Unlock()
	if !ok {
		r, err := l.sweeps(ctx, j, func(operations int) []string { return z.plan(j.build, j.scenario, operations) })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		d = done{Job: j.name(), Sweep: r}
		var f *failure
		if errors.As(err, &f) {
			d.Failed = err.Error()
		} else if err != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !ok && t.file != nil {
		if err := json.NewEncoder(t.file).Encode(d); err != nil {
			return err
		}
	}
	t.jobs++
	t.cuts += d.Sweep.Deepest
	t.results = append(t.results, result{j.build, j.scenario, d.Sweep})
	if d.Failed != "" {
		fmt.Fprintf(os.Stderr, "\r%s\n", d.Failed)
		if t.failures = append(t.failures, d.Failed); len(t.failures) == 4 {
			return errors.New("too many devices have failed")
		}
	}
	t.show(total, false)
	return nil
}

// show tells how far the run is: each second on a terminal, elsewhere each minute.
func (t *tally) show(total int, last bool) {
	begin, end, every := "", "\n", time.Minute
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		begin, end, every = "\r", "  ", time.Second
	}
	if !last && time.Since(t.shown) < every {
		return
	}
	t.shown = time.Now()
	gone := time.Since(t.started)
	left := time.Duration(float64(gone) / float64(max(1, t.jobs)) * float64(total-t.jobs)).Round(time.Second)
	fmt.Fprintf(os.Stderr, "%s%d of %d scenarios, %.1f million cuts, %.0f a second, %v left%s", begin, t.jobs, total,
		float64(t.cuts)/1e6, float64(t.cuts)/gone.Seconds(), left, end)
	if last && begin != "" {
		fmt.Fprintln(os.Stderr)
	}
}
