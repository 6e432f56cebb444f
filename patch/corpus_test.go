// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// With QUINE_CORPUS set to a folder of folders that hold old.bin and new.bin, all
// pairs go through encoder and both decoders.
func TestCorpus(t *testing.T) {
	corpus := os.Getenv("QUINE_CORPUS")
	if corpus == "" {
		t.Skip("QUINE_CORPUS is not set")
	}
	olds, err := filepath.Glob(filepath.Join(corpus, "*", "old.bin"))
	if err != nil || len(olds) == 0 {
		t.Fatalf("no pairs in %s: %v", corpus, err)
	}
	program := buildC(t, "apply_raw", 32)
	total := 0
	for _, oldPath := range olds {
		dir := filepath.Dir(oldPath)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			newPath := filepath.Join(dir, "new.bin")
			old, new := readFile(t, oldPath), readFile(t, newPath)
			patch := must(CreateRaw(old, new, nil))
			got, err := ApplyRaw(old, patch)
			if err != nil || !bytes.Equal(got, new) {
				t.Errorf("ApplyRaw: %v, or other bytes", err)
			}
			patchPath := filepath.Join(t.TempDir(), "patch")
			if err := os.WriteFile(patchPath, patch, 0o666); err != nil {
				t.Fatal(err)
			}
			t.Log(runC(t, program, oldPath, patchPath, newPath))
			total += len(patch)
		})
	}
	t.Logf("%d bytes in %d patches", total, len(olds))
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
