// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/quine-fw/quine/lab/sim"
)

// mutantReport is the part of lab.json that -mutants writes under "mutants".
type mutantReport struct {
	Caught  int            `json:"caught"`
	Total   int            `json:"total"`
	Mutants []mutantResult `json:"mutants"`
}

type mutantResult struct {
	Name   string `json:"name"`
	Hole   string `json:"hole"`
	Caught string `json:"caught"` // what was seen, "" if nothing
	Cuts   string `json:"cuts"`   // the way there
	Tried  int    `json:"tried"`  // cuts before it was seen, about
}

// hunt returns the sweeps that a mutant has to survive, those that find most bugs first.
// The devices are small: one with zeros over its seal and a store of its own, one with a
// seal in a unit of its own and the store in internal flash, and one with ECC. From is the
// number of the operation with which the download on the first one ends.
func hunt(list []*build, from int) []*job {
	find := func(name string) *build {
		for _, b := range list {
			if b.Name == name {
				return b
			}
		}
		return nil
	}
	tiny, own, ecc := find("tiny"), find("stm32l0"), find("stm32g0")
	var jobs, later, last []*job
	for _, s := range scenarios {
		if s.staged {
			jobs = append(jobs, &job{tiny, s, "depth=1"}, &job{own, s, "depth=1 stride=3"}, &job{ecc, s, "depth=1 stride=3"})
			later = append(later, &job{tiny, s, "depth=2 from=1:3 seeds=3 stride=1:3"})
			last = append(last, &job{tiny, s, "depth=2 seeds=2 stride=1:5"})
			if s.name == "install" { // a seal that reads destroyed, and valid after the next cut
				last = append(last, &job{tiny, s, "depth=2 from=1:1 seeds=64 stride=1:5"})
			}
			continue
		}
		jobs = append(jobs, &job{tiny, s, "depth=0"})
		if s.name == "watchdog-ram" { // the seal's destruction
			jobs = append(jobs, &job{tiny, s, fmt.Sprintf("depth=1 from=%d:%d", from+1, from+2)})
		}
		later = append(later, &job{tiny, s, "depth=1"})
		if s.name == "update" { // at the header, and what becomes of a torn one
			later = append(later, &job{tiny, s, fmt.Sprintf("depth=2 seeds=2 stride=1:13 from=%d:%d", from-3, from)})
			last = append(last, &job{tiny, s, fmt.Sprintf("depth=3 stride=1:11:13 from=%d:%d", from-5, from+3)})
		}
	}
	for _, s := range faults() {
		switch {
		case s.name == "swapped-1": // and from each other read on: one alone may be between verification and install
			for from := 1; from < 512; from++ {
				jobs = append(jobs, &job{tiny, s, fmt.Sprintf("depth=0 swap=%d:%d", sim.Swapped, from)})
			}
		case strings.HasPrefix(s.name, "swapped"):
		case s.name == "dying-failing": // from each read on, in the boot after a cut that has done nothing
			for from := 1; from < 512; from++ {
				jobs = append(jobs, &job{tiny, s, fmt.Sprintf("depth=1 from=1:1 fault=%d:%d:0", sim.Failing, from)})
			}
			later = append(later, &job{tiny, s, "depth=1"})
		case strings.HasPrefix(s.name, "flaky"), strings.HasPrefix(s.name, "brief"):
			jobs = append(jobs, &job{tiny, s, "depth=1 seeds=2"})
		default:
			later = append(later, &job{tiny, s, "depth=1"})
		}
		if s.dead() {
			jobs = append(jobs, &job{tiny, s, "depth=2 from=1:1 seeds=8 stride=1:83"})
		}
	}
	jobs = append(append(jobs, later...), last...)
	return jobs
}

// mutants seeds each bug in a copy of the device library and sweeps it until it is caught.
func (l *lab) mutants(ctx context.Context, list []*build, only *regexp.Regexp) error {
	l.options.Objects = filepath.Join(l.dir, "objects")
	if err := os.Mkdir(l.options.Objects, 0o777); err != nil {
		return err
	}
	from, err := l.downloadEnd(ctx, list)
	if err != nil {
		return err
	}
	tried, err := l.control(ctx, hunt(list, from))
	if err != nil {
		return err
	}
	fmt.Printf("%-7s %-56s not caught by %d cuts\n", "", "none: the library as it is", tried)
	results := make([]mutantResult, len(mutants))
	jobs := make([]*mutation, 0, len(mutants))
	for i := range mutants {
		if m := &mutants[i]; only.MatchString(m.name) {
			jobs = append(jobs, &mutation{m, &results[i]})
		}
	}
	started := time.Now()
	err = parallel(ctx, jobs, func(m *mutation) error { return l.mutate(ctx, m, hunt(list, from)) })
	if err != nil {
		return err
	}
	r := mutantReport{Total: len(jobs)}
	for _, m := range jobs {
		r.Mutants = append(r.Mutants, *m.result)
		if m.result.Caught != "" {
			r.Caught++
		}
	}
	fmt.Printf("%d of %d mutants caught in %v\n", r.Caught, r.Total, time.Since(started).Round(time.Second))
	if err := writePart(*outFlag, "mutants", r); err != nil {
		return err
	}
	if r.Caught < r.Total {
		return errors.New("a mutant was not caught")
	}
	return nil
}

// control sweeps the library as it is by all that is to catch mutants, and returns how many cuts that were. What
// reports a failure there says nothing about a mutant.
func (l *lab) control(ctx context.Context, jobs []*job) (int, error) {
	var tried atomic.Int64
	err := parallel(ctx, jobs, func(j *job) error {
		s, err := l.sweep(ctx, j)
		if err != nil {
			return fmt.Errorf("the library without a bug: %w", err)
		}
		tried.Add(int64(s.Fired))
		return nil
	})
	return int(tried.Load()), err
}

// downloadEnd returns how many operations the download of hunt's update has.
func (l *lab) downloadEnd(ctx context.Context, list []*build) (int, error) {
	var n [2]int
	for i, s := range scenarios[:2] { // update and install
		for _, b := range list {
			if b.Name != "tiny" {
				continue
			}
			r, err := l.sweep(ctx, &job{b, s, "depth=0"})
			if err != nil {
				return 0, err
			}
			n[i] = r.Operations
		}
	}
	return n[0] - n[1], nil
}

// A mutation is a mutant and what becomes of it.
type mutation struct {
	*mutant
	result *mutantResult
}

// spoil returns the text of the file with the bug.
func (m *mutant) spoil(library string) (string, error) {
	data, err := os.ReadFile(filepath.Join(library, filepath.FromSlash(m.file)))
	if err != nil {
		return "", err
	}
	text := string(data)
	for i := 0; i < len(m.edits); i += 2 {
		if n := strings.Count(text, m.edits[i]); n != 1 {
			return "", fmt.Errorf("mutant %q: %s has %q %d times, not once", m.name, m.file, m.edits[i], n)
		}
		text = strings.Replace(text, m.edits[i], m.edits[i+1], 1)
	}
	return text, nil
}

// apply makes a copy of the library with the bug.
func (m *mutant) apply(library, dir string) error {
	text, err := m.spoil(library)
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, os.DirFS(library)); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, filepath.FromSlash(m.file)), []byte(text), 0o666)
}

// mutate makes a copy of the library with the bug, and sweeps it.
func (l *lab) mutate(ctx context.Context, m *mutation, jobs []*job) error {
	dir, err := os.MkdirTemp(l.dir, "mutant-")
	if err != nil {
		return err
	}
	spoilt := newLab(filepath.Join(dir, "device"), dir)
	spoilt.options = l.options
	if err := m.apply(l.device, spoilt.device); err != nil {
		return err
	}
	*m.result = mutantResult{Name: m.name, Hole: m.hole}
	if err := spoilt.catch(ctx, jobs, m.result); err != nil {
		return fmt.Errorf("mutant %q: %w", m.name, err)
	}
	fmt.Printf("%-7s %-56s %s\n", m.hole, m.name, m.result.verdict())
	return os.RemoveAll(dir)
}

// catch sweeps until a device fails.
func (l *lab) catch(ctx context.Context, jobs []*job, r *mutantResult) error {
	for _, j := range jobs {
		s, err := l.sweep(ctx, j)
		var f *failure
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &f):
			r.Caught, r.Cuts = strings.SplitN(f.what, "\n", 2)[0], f.replay()
			return nil
		case err != nil:
			return err
		}
		r.Tried += s.Fired
	}
	return nil
}

func (r *mutantResult) verdict() string {
	if r.Caught == "" {
		return fmt.Sprintf("NOT CAUGHT by %d cuts", r.Tried)
	}
	return fmt.Sprintf("%s: %s", r.Cuts, r.Caught)
}
