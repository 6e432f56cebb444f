// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"encoding/binary"
	"math/rand"
	"os"
	"path/filepath"
	"testing"
)

// A pair is a test case: two images.
type pair struct {
	name     string
	old, new []byte
	params   Params
}

// testPairs returns made-up pairs, and those in $QUINE_CORPUS: a directory of
// folders with old.bin and new.bin.
func testPairs(t testing.TB) []pair {
	pairs := []pair{
		{name: "empty"},
		{name: "from nothing", new: []byte("hello, hello, hello")},
		{name: "to nothing", old: []byte("hello")},
		{name: "one byte", old: []byte{1}, new: []byte{2}},
		{name: "odd sizes", old: []byte("abcdefghijk"), new: []byte("xabcdefghij")},
	}
	for i, edits := range []int{0, 1, 10, 100} {
		old := madeUpImage(int64(i), 20000, 0x08004000)
		pairs = append(pairs,
			pair{"given address", old, edited(old, edits, int64(i)), Params{Address: 0x08004000}},
			pair{"guessed address", old, edited(old, edits, int64(i)), Params{}})
	}
	for i, edits := range []int{1, 20} {
		old := madeUpImage(int64(i), 1500, 0x08004000)
		pairs = append(pairs, pair{"small", old, edited(old, edits, int64(i)), Params{Address: 0x08004000}})
	}
	dir := os.Getenv("QUINE_CORPUS")
	names, _ := filepath.Glob(filepath.Join(dir, "*", "old.bin"))
	if dir == "" {
		names = nil
	}
	for _, name := range names {
		old, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		new, err := os.ReadFile(filepath.Join(filepath.Dir(name), "new.bin"))
		if err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, pair{filepath.Base(filepath.Dir(name)), old, new, Params{}})
	}
	return pairs
}

// madeUpImage returns something that looks like Thumb code: a vector table,
// functions that call each other, literal pools and pointers.
func madeUpImage(seed int64, size int, address uint32) []byte {
	rng := rand.New(rand.NewSource(seed))
	b := make([]byte, 0, size+4)
	b = binary.LittleEndian.AppendUint32(b, 0x20004000)
	for range 15 {
		b = binary.LittleEndian.AppendUint32(b, address+uint32(rng.Intn(size))|1)
	}
	for len(b) < size {
		switch rng.Intn(12) {
		case 0, 1:
			w := withOffset(0xD000F000, uint32(rng.Intn(size)-len(b))&^1)
			b = binary.LittleEndian.AppendUint32(b, w)
		case 2:
			b = binary.LittleEndian.AppendUint16(b, 0x4800|uint16(rng.Intn(0x710)))
		case 3:
			b = binary.LittleEndian.AppendUint32(b, 0x0004F8DF|uint32(rng.Intn(64))<<18)
		case 4:
			b = binary.LittleEndian.AppendUint16(b, 0xD000|uint16(rng.Intn(0xE00)))
		case 5:
			b = append(b, make([]byte, -len(b)&3)...)
			b = binary.LittleEndian.AppendUint32(b, address+uint32(rng.Intn(size)))
			b = binary.LittleEndian.AppendUint32(b, 0x20000000+uint32(rng.Intn(4096)))
		default:
			b = binary.LittleEndian.AppendUint16(b, uint16(0x1000+rng.Intn(64)*0x111))
		}
	}
	return b[:size]
}

// edited returns an image with insertions, removals and changes.
func edited(image []byte, edits int, seed int64) []byte {
	rng := rand.New(rand.NewSource(seed))
	b := append([]byte(nil), image...)
	for range edits {
		at, n := rng.Intn(len(b)-64)&^1, 2*rng.Intn(20)
		switch rng.Intn(3) {
		case 0:
			b = append(b[:at], b[at+n:]...)
		case 1:
			more := make([]byte, n)
			rng.Read(more)
			b = append(b[:at], append(more, b[at:]...)...)
		default:
			rng.Read(b[at : at+1+n/8])
		}
	}
	return b
}
