// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const deviceDir = "../device"

// buildC builds a program of device/test with the patch decoder of the device, its
// cipher for keys of keySize bytes and both sanitizers, and returns its path. The test is skipped if there is no C
// compiler; with cc in QUINE_NEED it fails then, and also on a warning.
func buildC(t *testing.T, program string, keySize int) string {
	t.Helper()
	cc := cmp.Or(os.Getenv("CC"), "cc")
	need := slices.Contains(strings.Split(os.Getenv("QUINE_NEED"), ","), "cc")
	if _, err := exec.LookPath(cc); err != nil {
		if need {
			t.Fatalf("no C compiler: %v", err)
		}
		t.Skipf("no C compiler: %v", err)
	}
	out := filepath.Join(t.TempDir(), program)
	args := strings.Fields("-std=c11 -O1 -g -Wall -Wextra -Wconversion -Wshadow" +
		" -fsanitize=address,undefined -fno-sanitize-recover=all")
	if need {
		args = append(args, "-Werror")
	}
	args = append(args, fmt.Sprintf("-DQUINE_AES_KEY=%d", keySize), "-o", out)
	for _, folder := range []string{"include", "encrypted", "signed", "src", "crypto", "test", "test/crypto"} {
		args = append(args, "-I", filepath.Join(deviceDir, folder))
	}
	for _, file := range []string{
		"test/" + program, "test/apply", "test/opener", "src/quine_patch", "src/quine_stream*", "src/quine_image",
		"src/quine_crc32", "encrypted/quine_update_body", "encrypted/quine_cmac", "crypto/quine_aes",
	} {
		found, err := filepath.Glob(filepath.Join(deviceDir, file+".c"))
		if err != nil || len(found) == 0 {
			t.Fatalf("no %s.c: %v", file, err)
		}
		args = append(args, found...)
	}
	if text, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cc, err, text)
	}
	return out
}

// runC runs a program, which must succeed, and returns what it prints.
func runC(t *testing.T, program string, args ...string) string {
	t.Helper()
	text, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", filepath.Base(program), err, text)
	}
	return string(text)
}
