// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/diff"
)

// Effort is what it takes to bring Quine into a firmware, in lines.
type Effort struct {
	Changed int // lines of existing files that were added, replaced or deleted
	New     int // lines of new files that no tool wrote
}

// written are the files that quine init writes.
var written = []string{"link.quine.ld", "quine_config.h"}

// Measure compares the folders before and after of an example.
func Measure(example string) (Effort, error) {
	var e Effort
	after := filepath.Join(example, "after")
	files, err := os.ReadDir(after)
	if err != nil {
		return e, err
	}
	for _, f := range files {
		if slices.Contains(written, f.Name()) {
			continue
		}
		now, err := os.ReadFile(filepath.Join(after, f.Name()))
		if err != nil {
			return e, err
		}
		was, err := os.ReadFile(filepath.Join(example, "before", f.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			e.New += bytes.Count(now, []byte("\n"))
			continue
		} else if err != nil {
			return e, err
		}
		e.Changed += changed(was, now)
	}
	return e, nil
}

// changed counts the lines that differ: one that is replaced counts once.
func changed(was, now []byte) int {
	n, gone := 0, 0
	for i, line := range bytes.Split(diff.Diff("was", was, "now", now), []byte("\n")) {
		switch {
		case i < 3 || len(line) == 0: // the head
		case line[0] == '-':
			n++
			gone++
		case line[0] == '+' && gone > 0:
			gone--
		case line[0] == '+':
			n++
		default:
			gone = 0
		}
	}
	return n
}
