// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/quine-fw/quine/lab/sim"
)

// A lab builds devices and runs sweeps on them.
type lab struct {
	device  string // the device library
	dir     string // of programs
	options sim.BuildOptions

	mu       sync.Mutex
	programs map[string]func() (string, error)
	fixtures map[string]func() (*fixture, error)
}

// newLab returns a lab for a copy of the device library. Programs go to dir.
func newLab(library, dir string) *lab {
	return &lab{
		device: library, dir: dir, options: sim.BuildOptions{Fast: true, Watch: true},
		programs: map[string]func() (string, error){}, fixtures: map[string]func() (*fixture, error){},
	}
}

// once returns what make makes, made once for each name.
func once[T any](mu *sync.Mutex, made map[string]func() (T, error), name string, make func() (T, error)) (T, error) {
	mu.Lock()
	get, ok := made[name]
	if !ok {
		get = sync.OnceValues(make)
		made[name] = get
	}
	mu.Unlock()
	return get()
}

// start starts a device where a scenario begins.
func (l *lab) start(ctx context.Context, b *build, s *scenario) (*sim.Device, error) {
	program, err := once(&l.mu, l.programs, b.Name, func() (string, error) {
		dir := filepath.Join(l.dir, b.Name)
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return "", err
		}
		return sim.Build(ctx, l.device, dir, b.Geometry, &l.options)
	})
	if err != nil {
		return nil, err
	}
	d, err := sim.Start(ctx, program)
	if err != nil {
		return nil, err
	}
	f, err := once(&l.mu, l.fixtures, b.Name+"/"+s.name, func() (*fixture, error) { return newFixture(b, s, d) })
	if err == nil {
		err = f.load(d)
	}
	if err != nil {
		d.Close()
		return nil, fmt.Errorf("%s/%s: %w", b.Name, s.name, err)
	}
	return d, nil
}

// sweep runs the sweep of a job on a fresh device.
func (l *lab) sweep(ctx context.Context, j *job) (sim.Sweep, error) {
	return l.sweeps(ctx, j, func(int) []string { return []string{j.options} })
}

// sweeps runs sweeps one after the other, whose options plan gives for the number of
// operations without a cut.
func (l *lab) sweeps(ctx context.Context, j *job, plan func(operations int) []string) (sum sim.Sweep, err error) {
	d, err := l.start(ctx, j.build, j.scenario)
	if err != nil {
		return sum, err
	}
	one := func(options string) error {
		r, err := d.Sweep(strings.TrimSpace(j.scenario.options + " " + options))
		if err != nil {
			d.Close()
			return j.failed(err)
		}
		sum.Add(r)
		return nil
	}
	if err := one("depth=0"); err != nil {
		return sum, err
	}
	for _, options := range plan(sum.Operations) {
		if err := one(options); err != nil {
			return sum, err
		}
	}
	err = d.Close()
	sum.CPU = d.CPUTime()
	fmt.Print(d.Told())
	return sum, err
}

// A failure is a cut from which a device did not recover as it must.
type failure struct {
	job  *job
	what string
	cuts string // the way there, "" without a cut
}

func (f *failure) Error() string {
	return fmt.Sprintf("%s/%s: %s\n  go run ./lab/cuts -replay '%s'", f.job.build.Name, f.job.scenario.name, f.what, f.replay())
}

// replay is what -replay takes.
func (f *failure) replay() string {
	return strings.TrimSuffix(fmt.Sprintf("%s/%s @ %s", f.job.build.Name, f.job.scenario.name, f.cuts), " @ ")
}

// failed makes a failure of the error of a sweep, if it is the device's.
func (j *job) failed(err error) error {
	if f := (*sim.Failure)(nil); !errors.As(err, &f) {
		return fmt.Errorf("%s: %w", j.name(), err)
	}
	first, rest, _ := strings.Cut(err.Error(), "\n")
	what, cuts, _ := strings.Cut(first, " @ ")
	if i := strings.LastIndex(what, ": "); i >= 0 {
		what = what[i+2:]
	}
	if rest != "" {
		what += "\n" + rest
	}
	return &failure{j, what, cuts}
}

// replay repeats one run with its cuts, as -replay names it, and tells what happens.
func (l *lab) replay(ctx context.Context, list []*build, what string) error {
	place, cuts, _ := strings.Cut(what, " @ ")
	name, scenario, _ := strings.Cut(place, "/")
	for _, b := range list {
		for _, s := range append(scenarios, faults()...) {
			if b.Name != name || s.name != scenario {
				continue
			}
			options := "seeds=64 trace=1"
			for _, cut := range strings.FieldsFunc(cuts, func(r rune) bool { return r == ',' }) {
				options += " cut=" + cut
			}
			if cuts == "" {
				options += " depth=0"
			}
			r, err := l.sweep(ctx, &job{b, s, options})
			if err == nil {
				fmt.Printf("recovered: %d boots, %d of %d cuts took place\n", r.Boots, r.Fired, r.Planned)
			}
			return err
		}
	}
	return fmt.Errorf("no build and scenario are called %s", place)
}
