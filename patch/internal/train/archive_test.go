// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/quine-fw/quine/internal/need"
)

// TestReadCode reads an archive of the tools for ARM.
func TestReadCode(t *testing.T) {
	const source = `
	.syntax unified
	.thumb
	movs r0, #1
	bl elsewhere
	bx lr
	.section .text.pointer
	.word elsewhere
	.short 0x1234
	.data
	.word 5
`
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(file("code.s"), []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, "arm-none-eabi-gcc", "-mcpu=cortex-m0", "-c", file("code.s"), "-o", file("code.o"))
	run(t, "arm-none-eabi-ar", "rc", file("code.a"), file("code.o"))
	var got []string
	err := readCode(file("code.a"), func(code []byte) {
		if len(code) > 0 {
			got = append(got, string(code))
		}
	})
	want := []string{"\x01\x20", "\x70\x47", "\x34\x12"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("code %q, %v, want %q", got, err, want)
	}
}

// run runs a tool for ARM.
func run(t *testing.T, tool string, args ...string) {
	t.Helper()
	need.Program(t, "arm-gcc", tool)
	if text, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", tool, err, text)
	}
}

func TestMembers(t *testing.T) {
	header := func(size string) string {
		return "name/           0           0     0     644     " + size + "`\n"
	}
	archive := "!<arch>\n" + header("3         ") + "odd\n" + header("4         ") + "even"
	var got []string
	err := members([]byte(archive), func(b []byte) error {
		got = append(got, string(b))
		return nil
	})
	if want := []string{"odd", "even"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("members %q, %v, want %q", got, err, want)
	}
	for _, bad := range []string{
		"", "!<thin>\n", "!<arch>\n" + header("x         "), "!<arch>\n" + header("5         ") + "four",
	} {
		if err := members([]byte(bad), func([]byte) error { return nil }); !errors.Is(err, errArchive) {
			t.Errorf("%q: error %v, want %v", bad, err, errArchive)
		}
	}
}
