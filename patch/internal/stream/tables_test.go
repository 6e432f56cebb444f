// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// TestDeviceTables checks that the C decoder has the same tables.
func TestDeviceTables(t *testing.T) {
	source, err := os.ReadFile("../../../device/src/quine_stream_tables.c")
	if err != nil {
		t.Fatal(err)
	}
	tables := cTables(t, string(source))
	for name, want := range map[string][]int{
		"stretch": ints(stretchTable[:]),
		"squash":  ints(squashTable[:]),
		"rate":    ints(adaptRate[:]),
		"level":   ints(priorStretch[:]),
		"start":   ints([]byte(trained.Start)),
		"changed": ints([]byte(trained.Changed)),
		"literal": ints([]byte(trained.Literal)),
	} {
		if got := tables[name]; !slices.Equal(got, want) {
			t.Errorf("%s table in C is %v, want %v", name, got, want)
		}
	}
}

var (
	cTable  = regexp.MustCompile(`quine_stream_(\w+)_table[][0-9]+ = ([^;]+);`)
	cNumber = regexp.MustCompile(`-?\d+`)
)

// cTables returns the numbers of the tables in a C file, by name.
func cTables(t *testing.T, source string) map[string][]int {
	tables := map[string][]int{}
	for _, m := range cTable.FindAllStringSubmatch(source, -1) {
		for _, number := range cNumber.FindAllString(m[2], -1) {
			n, err := strconv.Atoi(number)
			if err != nil {
				t.Fatal(err)
			}
			tables[m[1]] = append(tables[m[1]], n)
		}
	}
	return tables
}

func ints[T byte | int16 | uint16](values []T) []int {
	out := make([]int, len(values))
	for i, v := range values {
		out[i] = int(v)
	}
	return out
}

// TestTableSizes checks that all levels have a place in the tables.
func TestTableSizes(t *testing.T) {
	for _, c := range []struct {
		name       string
		size, want int
	}{
		{"start", len(trained.Start), (DirectCells + 1) / 2},
		{"changed", len(trained.Changed), 3 * nodes / 2},
		{"literal", len(trained.Literal), 4 * nodes / 2},
	} {
		if c.size != c.want {
			t.Errorf("%s table has %d bytes, want %d", c.name, c.size, c.want)
		}
	}
}
