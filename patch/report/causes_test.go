// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"
)

const address = 0x08000000

// random returns n bytes that nothing compresses.
func random(seed uint64, n int) []byte {
	rng := rand.New(rand.NewPCG(seed, 7))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// table returns n pointers into an image, moved by a distance.
func table(n, by int) []byte {
	rng := rand.New(rand.NewPCG(5, 5))
	var b []byte
	for range n {
		b = binary.LittleEndian.AppendUint32(b, address+uint32(rng.IntN(8000)&^3+by))
	}
	return b
}

// shuffled returns pieces of code of 512 bytes in another order.
func shuffled(b []byte, order ...int) []byte {
	var out []byte
	for _, i := range order {
		out = append(out, b[i*512:][:512]...)
	}
	return out
}

// padded returns code with padding of n bytes behind each 200 bytes.
func padded(b []byte, n int) []byte {
	var out []byte
	for len(b) > 200 {
		out = append(append(out, b[:200]...), make([]byte, n)...)
		b = b[200:]
	}
	return out
}

func TestCauses(t *testing.T) {
	a, b := code(1, 8192), code(2, 4096)
	note := func(id []byte) []byte {
		return join(words(4, uint32(len(id)), 3), "GNU\x00", id)
	}
	pair := func(was, is any) [2][]byte { return [2][]byte{join(a, was, b), join(a, is, b)} }
	tests := []struct {
		name     string
		images   [2][]byte
		cause    string // "" if there is none
		evidence string
	}{
		{"no change", pair("", ""), "", ""},
		{"new function", pair("", code(3, 400)), "", ""},
		{"edited text", pair("error: no such pin\x00", "error: no pin at all\x00"), "", ""},
		{"date", pair("built Jan 12 2024 now\x00", "built Feb 13 2024 now\x00"), "build date", `"Feb 13 2024" at 0x2006, was "Jan 12 2024"`},
		{"time", pair("at 12:34:56\x00", "at 09:21:43\x00"), "build date", `"09:21:43"`},
		{"ISO date", pair("on 2024-01-31\x00", "on 2024-02-01\x00"), "build date", `"2024-02-01"`},
		{"unchanged date", pair("Jan 12 2024\x00", "Jan 12 2024\x00"), "", ""},
		{"path", pair("/home/ann/fw/main.c\x00", "/home/bob/src/fw/main.c\x00"), "path of the build", "/home/bob/src/fw/main.c"},
		{"Windows path", pair("C:\\ann\\main.c\x00", "C:\\bob\\main.c\x00"), "path of the build", `bob`},
		{"revision", pair("fw v1.0-12-gdeadbee1\x00", "fw v1.0-13-g1f5d945a-dirty\x00"), "revision", `"1f5d945a-dirty"`},
		{"clean revision", pair("fw v1.0-12-g1f5d945a-dirty\x00", "fw v1.0-12-g1f5d945a\x00"), "revision", `"1f5d945a" at 0x200c, was "1f5d945a-dirty"`},
		{"decimal number", pair("serial 12345678\x00", "serial 87654321\x00"), "", ""},
		{"build id", pair(note(random(1, 20)), note(random(2, 20))), "build id", "20 bytes"},
		{"moved table", pair(table(100, 0), table(100, 24)), "moved tables", "100 pointers moved by +24 bytes"},
		{"order", [2][]byte{shuffled(a, 0, 1, 2, 3, 4, 5, 6, 7), shuffled(a, 0, 5, 2, 7, 4, 1, 6, 3)}, "link order", "changed their order"},
		{"padding", [2][]byte{padded(a, 2), padded(a, 4)}, "padding", "padding grew by +2 bytes"},
		{"compressed", pair(random(3, 2048), random(4, 2048)), "compressed", "bytes at 0x"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := examined(t, Input{Old: test.images[0], New: test.images[1], Address: address})
			if test.cause == "" {
				if len(r.Causes) > 0 {
					t.Fatalf("unexpected causes: %+v", r.Causes)
				}
				return
			}
			c := cause(r, test.cause)
			if c == nil {
				t.Fatalf("no such cause: %+v", r.Causes)
			}
			if c.Cure == "" || c.Bytes <= 0 {
				t.Errorf("no cure or no cost: %+v", c)
			}
			text := ""
			for _, e := range c.Evidence {
				text += e.Text + "\n"
			}
			if !strings.Contains(text, test.evidence) {
				t.Errorf("evidence is\n%s", text)
			}
		})
	}
}

func TestCompiler(t *testing.T) {
	old, new := code(1, 16384), random(2, 16384)
	if r := examined(t, Input{Old: old, New: new}); cause(r, "another compiler") == nil {
		t.Errorf("no cause by style: %+v", r.Causes)
	}
	if r := examined(t, Input{Old: old, New: code(2, 16384)}); cause(r, "another compiler") != nil {
		t.Errorf("cause in spite of the same style: %+v", r.Causes)
	}
	was, is := &ELF{comment: "GCC: 10.3"}, &ELF{comment: "GCC: 12.2"}
	c := cause(examined(t, Input{Old: old, New: old, OldELF: was, NewELF: is}), "another compiler")
	if c == nil || !strings.Contains(c.Evidence[0].Text, "12.2") {
		t.Errorf("cause by ELF: %+v", c)
	}
}

func TestInOrder(t *testing.T) {
	list := []copied{{0, 10, 0}, {10, 50, 100}, {60, 5, 10}, {65, 5, 15}, {70, 20, 150}, {90, 10, 20}}
	want := []bool{true, true, false, false, true, false}
	for i, keep := range inOrder(list) {
		if keep != want[i] {
			t.Errorf("%d kept: %v", i, keep)
		}
	}
}
