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
	name    string // of the driver, and behind a space what else it is of
	folders []string
	files   []string
	options []string // that make Eva precise enough
	alarms  []string // expected: function, kind, property
}

// The folders of the device library that a build takes its files from. What stands in for others comes first.
var (
	client = []string{"src", "include"}
	boot   = []string{"src", "include", "port/nrf51", "store/fram"}

	signed    = append([]string{"signed", "crypto"}, boot...)
	encrypted = append([]string{"encrypted"}, signed...)
)

// What Eva needs to be precise enough in all builds of boot.
var (
	forVerify = []string{"-eva-slevel", "100", "-eva-slevel-function", "quine_verify:3000",
		"-eva-auto-loop-unroll", "16", "-eva-interprocedural-splits"}
	forKernel = []string{"-eva-slevel", "30", "-eva-slevel-function", "quine_kernel_pass:0",
		"-eva-min-loop-unroll", "9", "-eva-auto-loop-unroll", "16"}
	forBoot   = []string{"-eva-slevel", "300", "-eva-auto-loop-unroll", "16", "-eva-split-return-function", "quine_verify:0"}
	forCipher = []string{"-eva-slevel", "400", "-eva-auto-loop-unroll", "64"}
)

var runs = []run{
	{name: "bits", folders: client, files: []string{"src/quine_stream_tables.c"},
		options: []string{"-eva-slevel", "50", "-eva-auto-loop-unroll", "70", "-eva-split-return", "full"},
		alarms:  []string{"adapt index_bound n < 12"}},
	{name: "map", folders: client, files: []string{"src/quine_stream_map.c"},
		options: []string{"-eva-slevel", "10", "-eva-slevel-function", "quine_stream_map_learn:300,span_to_front:70",
			"-eva-plevel", "10", "-eva-split-return", "full"},
		alarms: []string{`span_to_front overlap span + 0 ≡ span + (int)(-1) ∨ \separated(span + 0, span + (int)(-1))`}},
	{name: "operations", folders: client,
		options: []string{"-eva-slevel", "1000", "-eva-auto-loop-unroll", "16", "-eva-split-return", "full"}},
	{name: "copy", folders: client, files: []string{"src/quine_stream_values.c", "src/quine_stream_thumb.c"},
		options: []string{"-eva-slevel", "500", "-eva-auto-loop-unroll", "16", "-eva-split-return", "full",
			"-eva-interprocedural-history", "-eva-partition-history", "8"}},
	{name: "plain", folders: client, files: []string{"src/quine_stream_values.c", "src/quine_stream_thumb.c"},
		options: []string{"-eva-slevel", "10", "-eva-slevel-function", "main:3000,quine_stream_copy_plain:0"}},
	{name: "stream", folders: client, files: []string{"src/quine_stream_tables.c"},
		options: []string{"-eva-slevel", "500", "-eva-slevel-function", "quine_stream_poll:10000",
			"-eva-auto-loop-unroll", "70", "-eva-split-return", "full"}},
	{name: "word", folders: client,
		options: []string{"-eva-slevel", "100", "-eva-auto-loop-unroll", "16", "-eva-split-return", "full"}},
	{name: "patch", folders: client,
		options: []string{"-eva-slevel", "100", "-eva-auto-loop-unroll", "300", "-eva-split-return", "full",
			"-eva-use-spec", "difference"},
		alarms: []string{`difference postcondition *\old(at) ≡ \old(*at) + 1 ∨ *\old(at) ≡ \old(*at) + 2 ∨ ` +
			`*\old(at) ≡ \old(*at) + 3 ∨ *\old(at) ≡ \old(*at) + 4 ∨ *\old(at) ≡ \old(*at) + 5`}},
	{name: "verify", folders: boot, files: []string{"src/quine_kernel.c", "test/host/quine_id.c"}, options: forVerify},
	{name: "kernel", folders: boot, files: []string{"src/quine_kernel.c", "test/host/quine_id.c"}, options: forKernel},
	{name: "boot", folders: boot, files: []string{"src/quine_boot.c", "test/host/quine_id.c"}, options: forBoot},
	{name: "verify signed", folders: signed, files: []string{"src/quine_kernel.c", "test/host/quine_id.c"}, options: forVerify},
	{name: "kernel signed", folders: signed, files: []string{"src/quine_kernel.c", "test/host/quine_id.c"}, options: forKernel},
	{name: "boot signed", folders: signed, files: []string{"src/quine_boot.c", "test/host/quine_id.c"}, options: forBoot},
	{name: "verify encrypted", folders: encrypted, options: forVerify,
		files: []string{"src/quine_kernel.c", "test/host/quine_id.c", "encrypted/quine_staged.c"}},
	{name: "kernel encrypted", folders: encrypted, options: forKernel,
		files: []string{"src/quine_kernel.c", "test/host/quine_id.c", "encrypted/quine_staged.c"}},
	{name: "boot encrypted", folders: encrypted, options: forBoot,
		files: []string{"src/quine_boot.c", "test/host/quine_id.c", "encrypted/quine_staged.c"}},
	{name: "signed", folders: signed, files: []string{"test/host/quine_id.c"},
		options: []string{"-eva-slevel", "300", "-eva-auto-loop-unroll", "16", "-eva-ilevel", "64"}},
	{name: "sha256", folders: signed, options: append([]string{"-eva-slevel-function", "roots:100000"}, forCipher...)},
	{name: "p256", folders: signed, options: forCipher},
	{name: "aes", folders: signed, options: forCipher},
	{name: "aes 128", folders: signed, options: append([]string{"-cpp-extra-args=-DQUINE_AES_KEY=16"}, forCipher...)},
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
	cpp := "'-D__asm__(...)=' -Itestdata" // assembler here only holds the compiler's optimiser back
	for _, folder := range r.folders {
		cpp += " -I" + filepath.Join(library, folder)
	}
	driver, _, _ := strings.Cut(r.name, " ")
	table := filepath.Join(dir, r.name+".csv")
	args := []string{"-c11", "-machdep", "gcc_x86_32", "-cpp-extra-args=" + cpp, "testdata/" + driver + ".c"}
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
