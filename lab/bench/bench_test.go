// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if isChild() {
		os.Exit(child(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// writeCorpus makes a corpus of two small pairs.
func writeCorpus(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"one", "two"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
		old := make([]byte, 3000)
		for i := range old {
			old[i] = byte(rng.IntN(16) * i)
		}
		new := append(bytes.Clone(old[:1000]), old[900:]...)
		write(t, filepath.Join(dir, name, "old.bin"), old)
		write(t, filepath.Join(dir, name, "new.bin"), new)
	}
	write(t, filepath.Join(dir, "README"), nil)
	write(t, filepath.Join(dir, "peers.csv"), []byte(
		"pair,old_size,new_size,slow,best_desktop,best_tool,best_mcu\n"+
			"one,3000,3100,500,250,slow,400\n"+
			"two,3000,3100,,300,fast,100\n"))
	return dir
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestBench(t *testing.T) {
	out := filepath.Join(t.TempDir(), "bench.json")
	if err := run(t.Context(), []string{"-corpus", writeCorpus(t), "-effort", "0", "-growth", "", "-o", out}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	if r.Schema != schema || len(r.Runs) != 1 || len(r.Runs[0].Pairs) != 2 || r.Full == nil || len(r.Full.Images) != 2 {
		t.Fatalf("%s", data)
	}
	one := r.Runs[0].Pairs[0]
	if one.Name != "one" || one.OldSize != 3000 || one.NewSize != 3100 || one.Patch <= one.Header || one.Seconds <= 0 {
		t.Errorf("first pair %+v", one)
	}
	var names []string
	for _, p := range r.Runs[0].Peers {
		names = append(names, p.Name)
	}
	if got := strings.Join(names, " "); got != "best_mcu best_desktop slow" {
		t.Errorf("peers %q", got)
	}
	two := r.Runs[0].Pairs[1]
	mcu, slow := r.Runs[0].Peers[0], r.Runs[0].Peers[2]
	a, b := float64(one.Patch)/400, float64(two.Patch)/100
	if math.Abs(mcu.Mean-math.Sqrt(a*b)) > 1e-9 || mcu.Pairs != 2 || mcu.TotalBytes != 500 || mcu.WorstPair != "two" {
		t.Errorf("best_mcu %+v", mcu)
	}
	if slow.Pairs != 1 || slow.TotalBytes != 500 || slow.WorstPair != "one" {
		t.Errorf("slow %+v", slow)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"-corpus", t.TempDir()}, {"-corpus", "x", "-effort", "much"}, {"-corpus", "x", "y"}} {
		if err := run(t.Context(), args); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}

// TestHeatshrink compares sizes with those of heatshrink 0.4.1.
func TestHeatshrink(t *testing.T) {
	counting := make([]byte, 199)
	for i := range counting {
		counting[i] = byte(i + 1)
	}
	for _, test := range []struct {
		data string
		want int
	}{
		{"abcabcabcabcabcabcabcabc", 8},
		{string(counting), 224},
		{strings.Repeat("hello hello hello hello world ", 20), 89},
		{"x", 2},
	} {
		if got := heatshrinkSize([]byte(test.data)); got < test.want || got > test.want+2 {
			t.Errorf("%.20q takes %d bytes, want %d", test.data, got, test.want)
		}
	}
}

// TestMutated checks that what is equal in two images stays equal, and that passes
// differ.
func TestMutated(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	data := make([]byte, 4096)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	a, b := mutated(data, 1), mutated(data[100:], 1)
	if !bytes.Equal(a[104:], b[4:]) {
		t.Error("equal content changes differently")
	}
	changed := 0
	for i := range a {
		if a[i] != data[i] {
			changed++
		}
	}
	if changed < len(data)/64 || changed > len(data)/16 {
		t.Errorf("%d of %d bytes changed", changed, len(data))
	}
	if bytes.Equal(a, mutated(data, 2)) || !bytes.Equal(data, mutated(data, 0)) {
		t.Error("passes are the same, or the first one changes something")
	}
}
