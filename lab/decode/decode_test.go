// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/quine-fw/quine/internal/need"
	"github.com/quine-fw/quine/lab/cross"
)

// TestCount runs the decoder on both processors. That the result is right and the
// counting too is checked by what it calls.
func TestCount(t *testing.T) {
	need.Program(t, "arm-gcc", cross.Compiler)
	need.Program(t, "qemu", "qemu-system-arm")
	old := bytes.Repeat([]byte("what does not change costs little, "), 200)
	new := append(bytes.Clone(old[:3000]), old[2900:]...)
	dir := t.TempDir()
	for name, data := range map[string][]byte{"old.bin": old, "new.bin": new} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, cpu := range []string{cross.M0, cross.M4} {
		f, err := build(t.Context(), "../../device", "firmware", t.TempDir(), cpu)
		if err != nil {
			t.Fatal(err)
		}
		r, err := f.measure(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if r.PerByte < 2 || r.PerByte > 500 || r.Stack < 16 || r.Stack > 1024 {
			t.Errorf("%s: %.1f instructions a byte, %d bytes of stack", cpu, r.PerByte, r.Stack)
		}
	}
}
