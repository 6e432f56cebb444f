// SPDX-License-Identifier: BSD-3-Clause

package docs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rows are those of the table of sizes in README.md, with what each is called in
// build/size.json.
var rows = []struct{ title, figure string }{
	{"boot sector, CRC, internal store (nRF51; emulated mixed sectors on the M4)", "boot sector"},
	{"of it in RAM during an install", "of it RAM kernel"},
	{"boot sector that takes only signed images (ECDSA P-256)", "signed boot sector"},
	{"and encrypted patches, with an encrypted store (AES-256)", "encrypted boot sector"},
	{"RAM kept over a reset", "RAM kept over a reset"},
	{"update client: context", "update context"},
	{"patch decoder: code", "decoder code"},
	{"patch decoder: constants", "decoder constants"},
	{"patch decoder: context", "decoder context"},
	{"patch decoder: stack", "decoder stack"},
}

// columns are the boards and cores of the table's columns.
var columns = [][]string{{"microbit", "cortex-m0"}, {"mps2-an386", "cortex-m4"}}

// TestSizes checks that the table in README.md is within a twentieth of what make size
// measured last.
func TestSizes(t *testing.T) {
	measured := measuredSizes(t)
	d, err := Read(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var edits []edit
	for _, row := range rows {
		at := slices.IndexFunc(d.lines, func(line string) bool { return strings.HasPrefix(line, "| "+row.title+" |") })
		if at < 0 {
			t.Errorf("README.md has no row %q", row.title)
			continue
		}
		cells := strings.Split(strings.Trim(d.lines[at], "| "), " | ")
		now := []string{row.title}
		for i, names := range columns {
			want := measured[names[0]][row.figure] + measured[names[1]][row.figure] // one of them has it
			now = append(now, thousands(want))
			if got, err := strconv.Atoi(strings.ReplaceAll(cells[i+1], ",", "")); err != nil || 20*max(got-want, want-got) > want {
				t.Errorf("README.md:%d: %s: says %s, make size measures %d (make docs writes it)", at+1, names, cells[i+1], want)
			}
		}
		edits = append(edits, edit{at, at + 1, []string{"| " + strings.Join(now, " | ") + " |"}})
	}
	if os.Getenv("QUINE_UPDATE") != "" && len(edits) == len(rows) {
		slices.SortFunc(edits, func(a, b edit) int { return a.start - b.start })
		d.apply(edits)
		if err := d.Write(); err != nil {
			t.Error(err)
		}
	}
}

// measuredSizes returns the figures in build/size.json by board or core.
func measuredSizes(t *testing.T) map[string]map[string]int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "build", "size.json"))
	if errors.Is(err, fs.ErrNotExist) && !strings.Contains(os.Getenv("QUINE_NEED"), "firmware") {
		t.Skip("make size has not run")
	}
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Name    string
		Figures []struct {
			Name  string
			Bytes int
		}
	}
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	sizes := map[string]map[string]int{}
	for _, item := range list {
		sizes[item.Name] = map[string]int{}
		for _, f := range item.Figures {
			sizes[item.Name][f.Name] = f.Bytes
		}
	}
	for name, figures := range sizes {
		if board, build, ok := cutLast(name, "-"); ok && sizes[board] != nil {
			sizes[board][build+" boot sector"] = figures["boot sector"]
		}
	}
	return sizes
}

// thousands writes a number with commas.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// cutLast cuts s at the last separator.
func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}
