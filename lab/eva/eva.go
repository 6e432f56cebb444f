// SPDX-License-Identifier: BSD-3-Clause

package eva

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A run is an analysis of one program: a driver of testdata, and files of the device library.
type run struct {
	name    string // of the driver
	files   []string
	boot    bool     // of boot, else of the decoder
	options []string // that make Eva precise enough
	alarms  []string // expected: function, kind, property
}

var runs = []run{
	{name: "bits", files: []string{"src/quine_stream_tables.c"},
		options: []string{"-eva-slevel", "50", "-eva-auto-loop-unroll", "70", "-eva-split-return", "full"},
		alarms:  []string{"adapt index_bound n < 12"}},
	{name: "map", files: []string{"src/quine_stream_map.c"},
		options: []string{"-eva-slevel", "10", "-eva-slevel-function", "quine_stream_map_learn:300,span_to_front:70",
			"-eva-plevel", "10", "-eva-split-return", "full"},
		alarms: []string{`span_to_front overlap span + 0 ≡ span + (int)(-1) ∨ \separated(span + 0, span + (int)(-1))`}},
	{name: "operations",
		options: []string{"-eva-slevel", "1000", "-eva-auto-loop-unroll", "16", "-eva-split-return", "full"}},
	{name: "copy", files: []string{"src/quine_stream_values.c", "src/quine_stream_thumb.c"},
		options: []string{"-eva-slevel", "500", "-eva-auto-loop-unroll", "16", "-eva-split-return", "full",
			"-eva-interprocedural-history", "-eva-partition-history", "8"}},
	{name: "plain", files: []string{"src/quine_stream_values.c", "src/quine_stream_thumb.c"},
		options: []string{"-eva-slevel", "10", "-eva-slevel-function", "main:3000,quine_stream_copy_plain:0"}},
	{name: "stream", files: []string{"src/quine_stream_tables.c"},
		options: []string{"-eva-slevel", "500", "-eva-slevel-function", "quine_stream_poll:10000",
			"-eva-auto-loop-unroll", "70", "-eva-split-return", "full"}},
	{name: "verify", boot: true, files: []string{"src/quine_kernel.c", "test/host/quine_id.c"},
		options: []string{"-eva-slevel", "100", "-eva-slevel-function", "quine_verify:3000",
			"-eva-auto-loop-unroll", "16", "-eva-interprocedural-splits"}},
	{name: "kernel", boot: true, files: []string{"src/quine_kernel.c", "test/host/quine_id.c"},
		options: []string{"-eva-slevel", "30", "-eva-slevel-function", "quine_kernel_pass:0",
			"-eva-min-loop-unroll", "9", "-eva-auto-loop-unroll", "16"}},
	{name: "boot", boot: true, files: []string{"src/quine_boot.c", "test/host/quine_id.c"},
		options: []string{"-eva-slevel", "300", "-eva-auto-loop-unroll", "16", "-eva-split-return-function", "quine_verify:0"}},
}

// A result is what a run has found.
type result struct {
	alarms               []string // all that is not proven, each once, sorted
	functions            int      // analysed
	statements, coverage int      // of these: all, and reached
}

var (
	analysed = regexp.MustCompile(`(\d+) functions? analyzed`)
	reached  = regexp.MustCompile(`(\d+) statements reached \(out of (\d+)\)`)
)

// analyse runs Eva over a copy of the device library. It writes to dir.
func (r *run) analyse(ctx context.Context, framaC, library, dir string) (*result, error) {
	folders := []string{"src", "include"}
	defines := ""
	if r.boot {
		folders = append(folders, "port/nrf51", "store/fram")
		defines = " '-D__asm__(...)='" // it only holds the compiler's optimiser back
	}
	cpp := "-Itestdata"
	for _, folder := range folders {
		cpp += " -I" + filepath.Join(library, folder)
	}
	table := filepath.Join(dir, r.name+".csv")
	args := []string{"-c11", "-machdep", "gcc_x86_32", "-cpp-extra-args=" + cpp + defines, "testdata/" + r.name + ".c"}
	for _, file := range r.files {
		args = append(args, filepath.Join(library, file))
	}
	args = append(append(args, "-eva", "-eva-msg-key=-initial-state,-final-states"), r.options...)
	args = append(args, "-then", "-report-csv", table, "-report-no-proven")
	text, err := exec.CommandContext(ctx, framaC, args...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: frama-c: %w\n%s", r.name, err, text)
	}
	found := &result{}
	if found.alarms, err = readAlarms(table); err != nil {
		return nil, err
	}
	f, s := analysed.FindSubmatch(text), reached.FindSubmatch(text)
	if f == nil || s == nil {
		return nil, fmt.Errorf("%s: frama-c has no summary:\n%s", r.name, text)
	}
	found.functions, _ = strconv.Atoi(string(f[1]))
	found.coverage, _ = strconv.Atoi(string(s[1]))
	found.statements, _ = strconv.Atoi(string(s[2]))
	return found, nil
}

// readAlarms reads a table of directory, file, line, function, kind, status and property.
func readAlarms(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var alarms []string
	lines := bufio.NewScanner(f)
	lines.Scan() // the heading
	for lines.Scan() {
		c := strings.SplitN(lines.Text(), "\t", 7)
		if len(c) != 7 {
			return nil, fmt.Errorf("%s: %q", name, lines.Text())
		}
		alarms = append(alarms, c[3]+" "+c[4]+" "+c[6])
	}
	slices.Sort(alarms)
	return slices.Compact(alarms), lines.Err()
}
