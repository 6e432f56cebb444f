// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/internal/need"
)

// keyDump writes the table as it lies in memory.
const keyDump = `#include <stdio.h>
#include "quine_p256.h"
extern const struct quine_key quine_keys[];
extern const uint32_t quine_keys_count;
int main(void)
{
    return fwrite(quine_keys, sizeof *quine_keys, quine_keys_count, stdout) == 0;
}
`

// TestKeyTable compiles the C file of two keys, and finds them in what it makes as they
// are found in a boot sector.
func TestKeyTable(t *testing.T) {
	need.Program(t, "cc", "cc")
	var keys []image.Key
	for _, id := range []uint8{1, 200} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, image.Key{ID: id, Public: &key.PublicKey})
	}
	table, err := keyTable(keys)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{"keys.c": table, "dump.c": keyDump} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "dump")
	cmd := exec.Command("cc", "-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-o", program,
		"-I", "../../device/include", "-I", "../../device/src", "-I", "../../device/crypto",
		filepath.Join(dir, "keys.c"), filepath.Join(dir, "dump.c"))
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, text, table)
	}
	out, err := exec.Command(program).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := image.Keys(out)
	if len(got) != 2 {
		t.Fatalf("found %d keys in %x", len(got), out)
	}
	for i, k := range got {
		if k.ID != keys[i].ID || !k.Public.Equal(keys[i].Public) {
			t.Errorf("key %d is %+v", i, k)
		}
	}
}
