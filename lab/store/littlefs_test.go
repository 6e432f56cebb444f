// SPDX-License-Identifier: BSD-3-Clause

package store

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quine-fw/quine/internal/need"
)

// littlefsSettings are the disk, small enough to fill up, and an image of several
// blocks.
var littlefsSettings = []string{
	"QUINE_STORE_SIZE=163840u", "QUINE_LFS_IMAGE_MAX=65536u", "IMAGE_SIZE=41024u",
	"QUINE_LFS_CACHE=256u", `QUINE_LFS_PATH="staged.img"`, "LFS_NO_MALLOC",
}

// TestLittlefs runs the store in a file of littlefs, whose sources are taken from
// the folder that LITTLEFS names, a checkout of any release of version 2.
func TestLittlefs(t *testing.T) {
	needCompiler(t)
	littlefs := os.Getenv("LITTLEFS")
	if littlefs == "" {
		need.Missing(t, "littlefs", "LITTLEFS does not name a checkout of https://github.com/littlefs-project/littlefs")
	}
	program := compileLittlefs(t, littlefs)
	list, err := run(program, "-list")
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.Lines(string(list)) {
		name = strings.TrimSpace(name)
		t.Run(name, func(t *testing.T) {
			if text, err := run(program, name); err != nil {
				t.Errorf("%v\n%s", err, text)
			}
		})
	}
}

func compileLittlefs(t *testing.T, littlefs string) string {
	t.Helper()
	dir := t.TempDir()
	tests, stores := filepath.Join(device, "test/store"), filepath.Join(device, "store")
	common := strings.Fields("-std=c11 -D_DEFAULT_SOURCE -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all" +
		" -I" + tests + " -I" + device + "/include -I" + device + "/src -isystem " + littlefs)
	for _, define := range littlefsSettings {
		common = append(common, "-D"+define)
	}
	var objects []string
	compile := func(file string, options ...string) {
		t.Helper()
		output := filepath.Join(dir, strings.ReplaceAll(filepath.Base(file), ".c", ".o"))
		args := append(append(options, common...), "-c", file, "-o", output)
		if text, err := exec.Command("cc", args...).CombinedOutput(); err != nil {
			t.Fatalf("cc: %v\n%s", err, text)
		}
		objects = append(objects, output)
	}
	strict := strings.Fields(warnings)
	for _, name := range []string{"quine_boot_spinor.c", "quine_store_spinor.c"} {
		compile(filepath.Join(stores, "spinor", name), append([]string{"-I" + stores + "/spinor",
			"-include", stores + "/littlefs/quine_disk.h"}, strict...)...)
	}
	for _, file := range []string{
		stores + "/littlefs/quine_boot_littlefs.c", stores + "/littlefs/quine_store_littlefs.c",
		tests + "/check.c", tests + "/nor.c", tests + "/staging.c", tests + "/littlefs_test.c",
		device + "/src/quine_crc32.c",
	} {
		compile(file, append([]string{"-I" + stores + "/littlefs"}, strict...)...)
	}
	for _, name := range []string{"lfs.c", "lfs_util.c"} {
		compile(filepath.Join(littlefs, name), "-w") // its warnings are not ours
	}
	output := filepath.Join(dir, "littlefs_test")
	args := append([]string{"-fsanitize=address,undefined", "-o", output}, objects...)
	if text, err := exec.Command("cc", args...).CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, text)
	}
	return output
}
