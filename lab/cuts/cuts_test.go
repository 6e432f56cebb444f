// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/quine-fw/quine/internal/need"
)

const library = "../../device"

// TestQuick is a small lab: every cut takes place, every device recovers, and a boot
// sector is lost only in its window.
func TestQuick(t *testing.T) {
	need.Program(t, "cc", "cc")
	list, err := builds()
	if err != nil {
		t.Fatal(err)
	}
	*outFlag = filepath.Join(t.TempDir(), "lab.json")
	z := sizes[0]
	if testing.Short() {
		z.builds = z.builds[:1]
	}
	if err := newLab(library, t.TempDir()).all(t.Context(), list, &z, regexp.MustCompile("")); err != nil {
		t.Fatal(err)
	}
}

// TestSanitized sweeps with sanitizers.
func TestSanitized(t *testing.T) {
	need.Program(t, "cc", "cc")
	list, err := builds()
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(library, t.TempDir())
	l.options.Fast, l.options.Sanitize = false, true
	for _, b := range list {
		if b.Name != "stm32l0" && b.Name != "tiny" {
			continue
		}
		for _, s := range scenarios[:2] {
			for _, options := range []string{"depth=1 stride=97", "depth=2 stride=199:211"} {
				if _, err := l.sweep(t.Context(), &job{b, s, options}); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// TestKnown makes the runs whose end is known nevertheless: each reads, works and ends as foreseen.
func TestKnown(t *testing.T) {
	need.Program(t, "cc", "cc")
	list, err := builds()
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(library, t.TempDir())
	names := regexp.MustCompile("^(nrf51|stm32l4|tiny|tiny-signed|tiny-encrypted)/(update|install|two-updates|watchdog-ram|boot-sector|dead-absent|flaky-garbled|swapped-155)$")
	for _, b := range list {
		for _, s := range append(scenarios, faults()...) {
			if j := (&job{b, s, ""}); names.MatchString(j.name()) && (s.fits == nil || s.fits(b)) {
				t.Run(j.name(), func(t *testing.T) { testKnown(t, l, j) })
			}
		}
	}
}

func testKnown(t *testing.T, l *lab, j *job) {
	r, err := l.sweeps(t.Context(), j, func(operations int) []string {
		sweeps := []string{fmt.Sprintf("depth=1 known=2 stride=%d", operations/60+1)}
		if j.scenario.depths() > 1 && !testing.Short() {
			sweeps = append(sweeps, fmt.Sprintf("depth=2 known=2 stride=%d:%[1]d", operations/6+1))
		}
		return sweeps
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Known < r.Deepest/8 {
		t.Errorf("%d runs of %d were known", r.Known, r.Runs)
	}
	t.Logf("%d runs of %d were known", r.Known, r.Runs)
}

// TestUnseen has the model forget to look at what boot reads: runs are not as foreseen then.
func TestUnseen(t *testing.T) {
	need.Program(t, "cc", "cc")
	list, err := builds()
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(filepath.Join(t.TempDir(), "device"), t.TempDir())
	blind := mutant{file: "test/host/host_tear.c", edits: []string{
		"    bool torn = false;\n\n    host_look_at(area, offset, n);\n", "    bool torn = false;\n"}}
	if err := blind.apply(library, l.device); err != nil {
		t.Fatal(err)
	}
	for _, b := range list {
		if b.Name == "tiny" {
			_, err = l.sweep(t.Context(), &job{b, scenarios[0], "depth=1 known=2"})
		}
	}
	if f := (*failure)(nil); err == nil || errors.As(err, &f) || !strings.Contains(err.Error(), "a run ") {
		t.Errorf("nothing was found: %v", err)
	}
}

// TestReplay repeats a failure that a mutant has, and finds it again.
func TestReplay(t *testing.T) {
	need.Program(t, "cc", "cc")
	list, err := builds()
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(library, t.TempDir())
	dir := t.TempDir()
	i := slices.IndexFunc(mutants, func(m mutant) bool { return m.hole == "I3" })
	if err := mutants[i].apply(library, dir); err != nil {
		t.Fatal(err)
	}
	l.device = dir
	r := mutantResult{}
	if err := l.catch(context.Background(), hunt(list, 0)[1:2], &r); err != nil || r.Caught == "" {
		t.Fatalf("not caught: %+v, %v", r, err)
	}
	err = l.replay(t.Context(), list, r.Cuts)
	if err == nil || !strings.Contains(err.Error(), r.Caught) {
		t.Fatalf("replay %q: %v, want %q", r.Cuts, err, r.Caught)
	}
}

// TestMutantsApply sees that the device library has the text of every mutant.
func TestMutantsApply(t *testing.T) {
	for _, m := range mutants {
		if _, err := m.spoil(library); err != nil {
			t.Error(err)
		}
	}
	if len(mutants) < 30 {
		t.Errorf("%d mutants", len(mutants))
	}
}
