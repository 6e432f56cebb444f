// SPDX-License-Identifier: BSD-3-Clause

package emu

import (
	"bytes"
	"hash/crc32"
	"os"
	"testing"
	"time"

	"github.com/quine-fw/quine/internal/need"
)

// boards are the examples that the emulator knows the instructions of.
var boards = []string{"microbit", "mps2-an385", "mps2-an386"}

// load loads a release of an example.
func load(t testing.TB, board string) *Program {
	t.Helper()
	name := "../../build/" + board + "/v1.elf"
	need.File(t, "firmware", name, "make firmware-all builds it")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Load(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestCRC32 runs the boot sector's CRC-32 on every architecture.
func TestCRC32(t *testing.T) {
	data := bytes.Repeat([]byte("The quick brown fox. "), 200)
	for _, board := range boards {
		t.Run(board, func(t *testing.T) {
			p := load(t, board)
			start := time.Now()
			got, err := p.Call("quine_crc32", 0, p.Put(data), uint32(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			if want := crc32.ChecksumIEEE(data); got != want {
				t.Errorf("CRC-32 is %08x, not %08x", got, want)
			}
			if p.StackUsed > 32 || p.Instructions < uint64(len(data))*8 {
				t.Errorf("%d instructions, %d bytes of stack", p.Instructions, p.StackUsed)
			}
			t.Logf("%d instructions, %d bytes of stack, %.0f million a second", p.Instructions, p.StackUsed,
				float64(p.Instructions)/time.Since(start).Seconds()/1e6)
		})
	}
}
