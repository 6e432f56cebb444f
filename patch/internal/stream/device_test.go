// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/quine-fw/quine/internal/need"
)

// deviceDecoder builds the C decoder with a program that runs it, and with
// sanitizers, and returns its path.
func deviceDecoder(t *testing.T) string {
	t.Helper()
	return buildDevice(t, cmp.Or(os.Getenv("CC"), "cc"), "address,undefined", "stream_main.c")
}

// buildDevice compiles the C decoder, and sources of device/test, with sanitizers.
func buildDevice(t *testing.T, cc, sanitizers string, sources ...string) string {
	t.Helper()
	need.Program(t, "cc", cc)
	bin := filepath.Join(t.TempDir(), "stream")
	device := filepath.Join("..", "..", "..", "device")
	args := []string{"-std=c11", "-O1", "-g", "-fsanitize=" + sanitizers, "-fno-sanitize-recover=all",
		"-I" + filepath.Join(device, "include"), "-I" + filepath.Join(device, "src"), "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-o", bin}
	files, err := filepath.Glob(filepath.Join(device, "src", "quine_stream*.c"))
	if err != nil {
		t.Fatal(err)
	}
	args = append(append(args, files...), filepath.Join(device, "src", "quine_crc32.c"))
	for _, source := range sources {
		args = append(args, filepath.Join(device, "test", source))
	}
	out, err := exec.Command(cc, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// outcome is what a decoder made of a stream.
type outcome struct {
	new    []byte
	status int
	offset int64
}

func (o outcome) String() string {
	return fmt.Sprintf("status %d at %d after %d bytes", o.status, o.offset, len(o.new))
}

func decodeGo(stream, old []byte, newSize int, p Params) outcome {
	d := NewDecoder(bytes.NewReader(stream), old, uint32(newSize), p)
	got, err := io.ReadAll(d)
	o := outcome{got, 0, d.Offset()}
	switch {
	case errors.Is(err, ErrTruncated):
		o.status = -14
	case errors.Is(err, ErrTrailing):
		o.status = -15
	case errors.Is(err, ErrMalformed):
		o.status = -16
	}
	return o
}

func decodeC(t *testing.T, bin string, stream []byte, oldFile string, newSize int, p Params, seed int) (o outcome) {
	t.Helper()
	cmd := exec.Command(bin, oldFile, fmt.Sprint(newSize), fmt.Sprint(p.Address), fmt.Sprint(seed))
	cmd.Stdin = bytes.NewReader(stream)
	var out, diag bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diag
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &diag)
	}
	fmt.Sscan(diag.String(), &o.status, &o.offset)
	o.new = out.Bytes()
	return o
}

func same(a, b outcome) bool {
	return a.status == b.status && a.offset == b.offset && bytes.Equal(a.new, b.new)
}

// TestDeviceDecoder compares the decoders on good and on damaged streams, of the
// corpus if there is one.
func TestDeviceDecoder(t *testing.T) {
	bin := deviceDecoder(t)
	for _, pair := range testPairs(t) {
		t.Run(pair.name, func(t *testing.T) {
			oldFile := filepath.Join(t.TempDir(), "old")
			if err := os.WriteFile(oldFile, pair.old, 0o666); err != nil {
				t.Fatal(err)
			}
			stream := Encode(pair.old, pair.new, pair.params, Options{})
			for _, seed := range []int{0, 1, 2, 3} {
				got := decodeC(t, bin, stream, oldFile, len(pair.new), pair.params, seed)
				if want := (outcome{pair.new, 0, int64(len(stream))}); !same(got, want) {
					t.Fatalf("seed %d: %v, want %v", seed, got, want)
				}
			}
			rng := rand.New(rand.NewSource(1))
			for i := range damages(pair) {
				bad := damaged(rng, stream)
				got, want := decodeC(t, bin, bad, oldFile, len(pair.new), pair.params, i%4), decodeGo(bad, pair.old, len(pair.new), pair.params)
				if !same(got, want) {
					t.Fatalf("damage %d: %v, want %v", i, got, want)
				}
			}
		})
	}
}

// damages is how many damaged streams of a pair to try.
func damages(p pair) int { return 12 + 400000/(1000+len(p.new)) }

// damaged returns a stream with one thing wrong.
func damaged(rng *rand.Rand, stream []byte) []byte {
	bad := bytes.Clone(stream)
	if len(bad) == 0 {
		return []byte{byte(rng.Int())}
	}
	at := rng.Intn(len(bad))
	switch rng.Intn(6) {
	case 0:
		return bad[:at]
	case 1:
		return append(bad, byte(rng.Int()))
	case 2:
		return append(bad[:at], bad[at+1:]...)
	case 3:
		rng.Read(bad[at:])
	default:
		bad[at] ^= 1 << rng.Intn(8)
	}
	return bad
}

// TestHugeSize decodes a copy whose size would wrap to 0, and with that all that is to be left of it.
func TestHugeSize(t *testing.T) {
	bin := deviceDecoder(t)
	old := make([]byte, 64)
	oldFile := filepath.Join(t.TempDir(), "old")
	if err := os.WriteFile(oldFile, old, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, newSize := range []int{MaxSize, math.MaxUint32} {
		rc := newRangeEncoder()
		c := newCodec(rc, old, uint32(newSize), Params{})
		c.prologue(prologue{})
		c.operation(operation{size: 0})
		stream := append(rc.finish(), make([]byte, 64)...)
		want := decodeGo(stream, old, newSize, Params{})
		if want.status != -16 {
			t.Errorf("%#x: in Go %v, want status -16", newSize, want)
		}
		if got := decodeC(t, bin, stream, oldFile, newSize, Params{}, 0); !same(got, want) {
			t.Errorf("%#x: in C %v, want %v", newSize, got, want)
		}
	}
}
