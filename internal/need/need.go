// SPDX-License-Identifier: BSD-3-Clause

// Package need ends tests that miss something on the machine: a compiler, an
// emulator, what a make target leaves. They are skipped with the reason, or fail
// where the variable QUINE_NEED lists what they miss, as it does in make test.
package need

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Missing ends a test that misses what name stands for in QUINE_NEED. The cure says
// what is missing, and what to do.
func Missing(t testing.TB, name, cure string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("QUINE_NEED"), ","), name) {
		t.Fatalf("QUINE_NEED contains %s: %s", name, cure)
	}
	t.Skip(cure)
}

// Program returns the path of a program, or ends the test if there is none.
func Program(t testing.TB, name, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		Missing(t, name, err.Error())
	}
	return path
}

// File ends the test if there is no file with that path.
func File(t testing.TB, name, path, cure string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		Missing(t, name, err.Error()+"; "+cure)
	}
}
