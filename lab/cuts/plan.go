// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/quine-fw/quine/lab/sim"
)

// A size says how much is tried: cuts for a build and a scenario, about, by their
// number in a run.
type size struct {
	name     string
	seeds    int
	targets  [4]float64 // by depth; less for devices with large images
	all      bool       // every operation gets its single cuts, but for devices that are sampled
	builds   []string   // nil for all
	scenario []string   // nil for all
}

var sizes = []size{
	// A few seconds, for make test.
	{name: "quick", seeds: 1, targets: [4]float64{1: 400, 2: 400, 3: 200},
		builds:   []string{"nrf51", "stm32l0", "stm32l4", "runs", "tiny"},
		scenario: []string{"update", "install", "two-updates", "boot-sector", "dead-absent", "swapped-155"}},
	{name: "ci", seeds: 1, targets: [4]float64{1: 6000, 2: 60e3, 3: 30e3}, all: true},
	{name: "full", seeds: 3, targets: [4]float64{1: 100e3, 2: 600e3, 3: 300e3}, all: true},
}

// nested lists the scenarios in which power is cut more than once.
var nested = []string{"update", "install", "install-shrink", "install-same-size", "two-updates", "there-and-back", "abandoned"}

// A job is a scenario on a build, and the options of a sweep if it is only one.
type job struct {
	build    *build
	scenario *scenario
	options  string
}

func (j *job) name() string { return j.build.Name + "/" + j.scenario.name }

// depths says how deep a scenario is explored. Stores that go wrong and a watchdog that
// bites count as cuts: DESIGN.md states the bounds.
func (s *scenario) depths() int {
	switch {
	case slices.Contains(nested, s.name):
		return 3
	case s.dead():
		return 2
	}
	return 1
}

// waysAbout is how many cuts an operation gets, about, with one seed.
const waysAbout = 9

// plan returns the options of the sweeps for a build and a scenario in which the device
// does so many operations without a cut.
func (z *size) plan(b *build, s *scenario, operations int) []string {
	var sweeps []string
	single := float64(operations * (waysAbout + 4*(z.seeds-1)))
	weight := 1 / (1 + float64(b.large+b.EraseUnit)/8192)
	if b.Build != sim.Unsigned {
		weight /= 4 // SHA-256 takes its time
	}
	nestedWeight := weight
	if !s.staged {
		nestedWeight /= 3 // so does a download, after each cut but the last one of a run
	}
	depth := s.depths()
	if s.name == "two-updates" || s.name == "there-and-back" {
		depth = 2 // DESIGN.md: three cuts over two updates may strand a device
	}
	for d := 1; d <= depth; d++ {
		target := z.targets[d] * weight
		if d > 1 {
			target = z.targets[d] * nestedWeight
		}
		stride := [3]int{1, 1, 1}
		if d > 1 || !z.all || b.sampled {
			spread(stride[:d], single, target)
		}
		sweeps = append(sweeps, fmt.Sprintf("depth=%d seeds=%d stride=%d:%d:%d", d, z.seeds, stride[0], stride[1], stride[2]))
	}
	return sweeps
}

// spread chooses strides for about so many cuts, in runs of so many single ones. The last cut of a run gets the most:
// the end without a further one is mostly known before (device/test/host/sweep_known.h), a run in which more cuts are
// nested has to be made. All strides but the first have an offset that depends on the cuts before, so that
// together they come everywhere.
func spread(stride []int, single, target float64) {
	ratio := math.Pow(single, float64(len(stride))) / target
	choose := func(i int, n float64) {
		stride[i] = max(1, int(n)|1)
		ratio = max(1, ratio/float64(stride[i]))
	}
	last := len(stride) - 1
	if last > 0 {
		choose(last, min(ratio, single/math.Sqrt(target)))
	}
	for i := range max(1, last) {
		choose(i, math.Pow(ratio, 1/float64(max(1, last)-i)))
	}
}

// selected says whether a size has a build and a scenario.
func (z *size) selected(b *build, s *scenario) bool {
	return (z.builds == nil || slices.Contains(z.builds, b.Name)) &&
		(z.scenario == nil || slices.Contains(z.scenario, s.name)) &&
		(s.fits == nil || s.fits(b)) && (s.images == nil || fitsFlash(b, s))
}

// fitsFlash says whether flash has room for the images.
func fitsFlash(b *build, s *scenario) bool {
	return !slices.ContainsFunc(s.images(b), func(r sim.Recipe) bool { return r.App > b.ImageMax })
}
