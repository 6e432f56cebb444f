// SPDX-License-Identifier: BSD-3-Clause

package docs

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/quine-fw/quine/internal/need"
	"github.com/quine-fw/quine/lab/foreign"
)

const (
	root = "../.."
	home = "https://github.com/quine-fw/quine"
)

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
	return string(out)
}

// published makes a repository of the work tree as it is, and returns the environment
// in which the project's address leads to it.
func published(t *testing.T) []string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "quine")
	for _, name := range strings.Split(strings.Trim(run(t, root, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"), "\x00"), "\x00") {
		from := filepath.Join(root, name)
		info, err := os.Stat(from)
		if err != nil {
			continue // deleted
		}
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, info.Mode()); err != nil {
			t.Fatal(err)
		}
	}
	run(t, dir, "git", "init", "-q")
	run(t, dir, "git", "add", "-A")
	run(t, dir, "git", "-c", "user.name=docs", "-c", "user.email=docs@localhost", "-c", "commit.gpgsign=false", "commit", "-qm", "docs")
	env := slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, "MAKE") || strings.HasPrefix(e, "MFLAGS") || strings.HasPrefix(e, "QUINE_") || strings.HasPrefix(e, "GIT_")
	})
	return append(env, "LC_ALL=C", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url.file://"+dir+".insteadOf", "GIT_CONFIG_VALUE_0="+home)
}

// Every command in the documentation does what is said there.
func TestDocs(t *testing.T) {
	need.Program(t, "qemu", "qemu-system-arm")
	need.Program(t, "arm-gcc", "arm-none-eabi-gcc")
	kernel, err := filepath.Abs(cmp.Or(os.Getenv("FREERTOS"), filepath.Join(root, "build", "freertos")))
	if err != nil {
		t.Fatal(err)
	}
	need.File(t, "freertos", filepath.Join(kernel, "tasks.c"), "run make peers, or set FREERTOS to the kernel's source")
	names, err := Find(root)
	if err != nil {
		t.Fatal(err)
	}
	update := os.Getenv("QUINE_UPDATE") != ""
	env := append(published(t), "FREERTOS="+kernel)
	commands := 0
	for _, name := range names {
		d, err := Read(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		n := len(d.Commands(""))
		if commands += n; n == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, err := range d.Run(dir, env, update) {
				t.Error(err)
			}
			if update {
				if err := d.Write(); err != nil {
					t.Error(err)
				}
			}
			if name == "docs/guide.md" && !t.Failed() {
				sameAsExample(t, filepath.Join(dir, "quine", "firmware"))
			}
		})
	}
	if commands < 20 {
		t.Errorf("only %d commands were found", commands)
	}
}

const example = root + "/examples/foreign/freertos"

// sameAsExample checks that who follows the guide has the files that the example has,
// which lab/foreign tests.
func sameAsExample(t *testing.T, dir string) {
	files, err := os.ReadDir(filepath.Join(example, "after"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		want, err := os.ReadFile(filepath.Join(example, "after", f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, f.Name())); err != nil || !bytes.Equal(got, want) {
			t.Errorf("the guide leads to another %s than examples/foreign/freertos has: %v", f.Name(), err)
		}
	}
}

// The guide states what it takes, and that is what it takes.
func TestGuideCounts(t *testing.T) {
	d, err := Read(filepath.Join(root, "docs/guide.md"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := foreign.Measure(example)
	if err != nil {
		t.Fatal(err)
	}
	const heading = "Bring Quine into it"
	n := 0
	for _, c := range d.Commands(heading) {
		n += 1 + strings.Count(c, "&&")
	}
	if n == 0 || n > 15 {
		t.Errorf("%d commands below %q, want 1 to 15", n, heading)
	}
	want := fmt.Sprintf("**%d commands, %d lines changed in existing files, %d new lines**", n, e.Changed, e.New)
	if !slices.ContainsFunc(d.lines, func(line string) bool { return strings.Contains(line, want) }) {
		t.Errorf("the guide does not say: %s", want)
	}
}

// Relative links in the documentation lead to files.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, name := range strings.Fields(run(t, root, "git", "ls-files", "*.md")) {
		d, err := Read(filepath.Join(root, name))
		if err != nil {
			continue // deleted
		}
		for i, line := range d.lines {
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				if _, err := os.Stat(filepath.Join(root, filepath.Dir(name), m[1])); err != nil {
					t.Errorf("%s:%d: %s leads nowhere", name, i+1, m[1])
				}
			}
		}
	}
}
