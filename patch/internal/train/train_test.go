// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/quine-fw/quine/patch/internal/stream"
)

// TestFilesAreGenerated checks that the tables in Go and in C are the same, and that
// those which are formulas follow them.
func TestFilesAreGenerated(t *testing.T) {
	for name, want := range files(stream.Trained()) {
		got, err := os.ReadFile(filepath.Join("..", "..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what train writes", name)
		}
	}
}

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		tally tally
		doubt float64
		name  string
		want  int
	}{
		{tally{0, 1e9}, 1, "none", 0},
		{tally{5, 5}, 1, "half, the lower of two equally near", 7},
		{tally{6, 5}, 1, "more than half", 8},
		{tally{1e9, 0}, 1, "all", 15},
		{tally{3, 0}, 1e6, "all, in great doubt", 8},
	} {
		if got := c.tally.level(c.doubt); got != c.want {
			t.Errorf("%s: level %d, want %d", c.name, got, c.want)
		}
	}
}

func TestLevelsAreSymmetric(t *testing.T) {
	levels := levelTable()
	if !slices.IsSorted(levels) {
		t.Errorf("levels are not in order: %v", levels)
	}
	for i, l := range levels {
		if l != -levels[15-i] {
			t.Errorf("level %d is %d, but level %d is %d", i, l, 15-i, levels[15-i])
		}
	}
}

func TestProject(t *testing.T) {
	for name, want := range map[string]string{"vesc410-5.00-5.01": "vesc410", "alone": "alone"} {
		if got := project(name); got != want {
			t.Errorf("project of %s: %s, want %s", name, got, want)
		}
	}
}
