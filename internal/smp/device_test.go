// SPDX-License-Identifier: BSD-3-Clause

package smp

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/quine-fw/quine/internal/need"
)

// device builds the example's side of the protocol for the host.
func device(t *testing.T) string {
	t.Helper()
	need.Program(t, "cc", "cc")
	program := filepath.Join(t.TempDir(), "device")
	args := strings.Fields("-std=c11 -g -O1 -Wall -Wextra -Wconversion -Wshadow -Werror " +
		"-fsanitize=address,undefined -fno-sanitize-recover=all -I../../examples/app " +
		"testdata/device_main.c ../../examples/app/smp.c ../../examples/app/cbor.c")
	if text, err := exec.Command("cc", append(args, "-o", program)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return program
}

// The device reads no byte that it should not, answers every whole frame, and takes
// no request for valid that is no CBOR.
func TestDevice(t *testing.T) {
	good, err := cbor.Marshal(piece{Offset: 70000, Data: make([]byte, 30), Size: 80000, SHA: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	requests := [][]byte{{}, good, append([]byte{0xBF, 0x60, 0x01}, 0xFF), {0xBF, 0x60, 0xFF}, {0xBF, 0xFF, 0xFF}}
	for range 3000 {
		p := bytes.Clone(good[:random.IntN(len(good)+1)])
		for range random.IntN(4) {
			if len(p) > 0 {
				p[random.IntN(min(len(p), 1+random.IntN(len(p))))] = byte(random.Uint32())
			}
		}
		requests = append(requests, p)
	}
	var in bytes.Buffer
	for _, r := range requests {
		noise := encodeFrame(r) // without its end
		noise = noise[:random.IntN(len(noise)-4)]
		if len(noise) > 0 {
			noise[random.IntN(len(noise))] ^= 0x40
		}
		in.Write(noise)
		in.WriteString("\n")
		in.Write(encodeFrame(r))
	}
	cmd := exec.Command(device(t))
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var a assembler
	for _, line := range bytes.SplitAfter(out, []byte("\n")) {
		answer, err := a.add(line)
		if err != nil || answer == nil {
			continue
		}
		if len(requests) == 0 {
			t.Fatal("more answers than requests")
		}
		r := requests[0]
		requests = requests[1:]
		if valid := answer[0] == 0xF5; valid && len(r) > 0 && cbor.Wellformed(r) != nil {
			t.Errorf("%x is taken for valid, but %v", r, cbor.Wellformed(r))
		} else if bytes.Equal(r, good) && (!valid || len(answer) < 70) {
			t.Errorf("a good request is not taken: %x", answer)
		}
	}
	if len(requests) > 0 {
		t.Errorf("%d requests have no answer", len(requests))
	}
}
