// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/quine-fw/quine/patch/internal/stream"
)

// A pair is two images of a firmware and what was counted in a stream between them.
type pair struct {
	name     string
	old, new []byte
	counts   *stream.Counts
}

// readPairs reads and counts the pairs in a directory.
func readPairs(dir string) ([]*pair, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*", "old.bin"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no pairs of images in %s", dir)
	}
	var pairs []*pair
	for _, name := range names {
		old, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		folder := filepath.Dir(name)
		new, err := os.ReadFile(filepath.Join(folder, "new.bin"))
		if err != nil {
			return nil, err
		}
		// At this effort the operations do not depend on the tables.
		counts := stream.Count(old, new, stream.Params{}, stream.Options{Effort: 0})
		pairs = append(pairs, &pair{filepath.Base(folder), old, new, counts})
	}
	return pairs, nil
}

// keep returns the pairs whose names do not begin so; "" keeps all.
func keep(pairs []*pair, without string) []*pair {
	if without == "" {
		return pairs
	}
	return slices.DeleteFunc(slices.Clone(pairs), func(p *pair) bool {
		return strings.HasPrefix(p.name, without)
	})
}

const (
	// startEvidence is how much must have been seen of a cell with a start value.
	startEvidence = 3

	startDoubt   = 1
	changedDoubt = 1.5
)

// trainPairs returns tables without literals.
func trainPairs(pairs []*pair) stream.Tables {
	start := make([]tally, stream.DirectCells)
	changed := make([]tally, len(stream.Counts{}.Value))
	for _, p := range pairs {
		for i, n := range p.counts.Direct {
			start[i].add(n, weight(n))
		}
		for i, n := range p.counts.Value {
			root := i&^255 | 1
			changed[i].add(n, weight(p.counts.Value[root]))
		}
	}
	return stream.Tables{
		Start: pack(start, func(t tally) int {
			if t.evidence() <= startEvidence {
				return 0
			}
			return max(t.level(startDoubt), 1)
		}),
		Changed: pack(changed, func(t tally) int { return t.level(changedDoubt) }),
	}
}

// weight is what a bit of a pair counts for that codes a cell, or the root of a tree,
// so many times. It falls with their number, so that a large patch does not drown the
// small ones.
func weight(n [2]int) float64 { return 1 / (1 + float64(n[0]+n[1])/60) }
