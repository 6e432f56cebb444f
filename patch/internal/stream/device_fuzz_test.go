// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A fuzzInput is an input of device/test/stream_fuzz.c.
type fuzzInput struct {
	size           uint16
	address        uint32
	hole, holeSize uint32
	old, stream    []byte
}

func (f fuzzInput) bytes() []byte {
	b := binary.BigEndian.AppendUint16(nil, f.size)
	b = binary.BigEndian.AppendUint16(b, uint16(len(f.old)))
	b = binary.BigEndian.AppendUint32(b, f.address)
	b = binary.BigEndian.AppendUint16(b, uint16(f.hole))
	b = append(b, byte(f.holeSize))
	return append(append(b, f.old...), f.stream...)
}

func parseFuzzInput(b []byte) (f fuzzInput) {
	take := func(n int) (v uint32) {
		for ; n > 0 && len(b) > 0; n-- {
			v = v<<8 | uint32(b[0])
			b = b[1:]
		}
		return v
	}
	f.size = uint16(take(2))
	oldSize := take(2)
	f.address = take(4)
	f.hole, f.holeSize = take(2), take(1)
	n := min(int(oldSize), len(b))
	f.old, f.stream = b[:n], b[n:]
	return f
}

// decode is what the Go decoder makes of the input, in the form in which the C
// program prints it.
func (f fuzzInput) decode() string {
	old := bytes.Clone(f.old)
	for i := f.hole; i < f.hole+f.holeSize && i < uint32(len(old)); i++ {
		old[i] = 0xFF
	}
	o := decodeGo(f.stream, old, int(f.size), Params{Address: f.address})
	return fmt.Sprint(o.status, o.offset, len(o.new), crc32.ChecksumIEEE(o.new))
}

// fuzzSeeds are good streams, streams with one thing wrong, and the bodies of the
// raw patches among the vectors.
func fuzzSeeds(t *testing.T) [][]byte {
	var seeds [][]byte
	rng := rand.New(rand.NewSource(3))
	for _, p := range testPairs(t) {
		if len(p.old) > fuzzSeedMax || len(p.new) > fuzzSeedMax {
			continue
		}
		f := fuzzInput{size: uint16(len(p.new)), address: p.params.Address, old: p.old}
		good := Encode(p.old, p.new, p.params, Options{Effort: 1})
		for i := range 200 {
			if f.stream = good; i > 0 {
				f.stream = damaged(rng, good)
			}
			f.hole, f.holeSize = uint32(rng.Intn(len(p.old)+1)), uint32(i%4*8)
			seeds = append(seeds, f.bytes())
		}
	}
	return append(seeds, vectorSeeds(t)...)
}

func vectorSeeds(t *testing.T) [][]byte {
	dir := filepath.Join("..", "..", "..", "spec", "vectors", "patch")
	paths, err := filepath.Glob(filepath.Join(dir, "*.vec"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	var seeds [][]byte
	base := regexp.MustCompile(`(?m)^base: (.*)$`)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := bytes.Cut(data, []byte("\n\n"))
		m := base.FindSubmatch(head)
		if m == nil || !bytes.Contains(head, []byte("kind: raw")) || len(body) < 8 {
			continue
		}
		old, err := os.ReadFile(filepath.Join(dir, string(m[1])))
		if err != nil {
			t.Fatal(err)
		}
		seeds = append(seeds, fuzzInput{size: uint16(len(old)), old: old, stream: body[7:]}.bytes())
	}
	return seeds
}

// TestFuzzDevice compares the decoders on seeds for fuzzing, and on every
// input that libFuzzer finds to take a new way through the C decoder in the time that
// $QUINE_FUZZ_DEVICE gives it ("10m"): the same output, or the same error at the same
// place, whatever the bytes are.
func TestFuzzDevice(t *testing.T) {
	dir := t.TempDir()
	for i, seed := range fuzzSeeds(t) {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("seed%d", i)), seed, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if d := os.Getenv("QUINE_FUZZ_DEVICE"); d != "" {
		d, err := time.ParseDuration(d)
		if err != nil {
			t.Fatal(err)
		}
		runLibFuzzer(t, dir, d)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	program := buildDevice(t, "cc", "address,undefined", "stream_fuzz.c", "stream_fuzz_main.c")
	cmd := exec.Command(program)
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\n") + "\n")
	cmd.Stderr = os.Stderr
	said, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	outcomes := strings.Split(strings.TrimSuffix(string(said), "\n"), "\n")
	if len(outcomes) != len(paths) {
		t.Fatalf("%d outcomes of %d inputs", len(outcomes), len(paths))
	}
	for i, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if want := parseFuzzInput(data).decode(); outcomes[i] != want {
			t.Errorf("%s: C decoder %s, Go decoder %s (status, used, made, CRC) of %x", filepath.Base(path), outcomes[i], want, data)
		}
	}
	t.Logf("both decoders agree on %d inputs", len(paths))
}

// runLibFuzzer lets libFuzzer add to the inputs in dir, and fails on what it finds.
func runLibFuzzer(t *testing.T, dir string, d time.Duration) {
	t.Helper()
	program := buildDevice(t, "clang", "fuzzer,address,undefined", "stream_fuzz.c")
	cmd := exec.Command(program, fmt.Sprintf("-max_total_time=%d", int(d.Seconds())), "-max_len=8192",
		"-print_final_stats=1", "-artifact_prefix="+t.TempDir()+"/", dir)
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	m := regexp.MustCompile(`stat::number_of_executed_units: *(\d+)`).FindSubmatch(said)
	if m == nil {
		t.Fatalf("libFuzzer does not say how often it ran:\n%s", said)
	}
	t.Logf("libFuzzer: %s executions", m[1])
}
