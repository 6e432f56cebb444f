// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// softHSM is where Debian puts the library.
const softHSM = "/usr/lib/softhsm/libsofthsm2.so"

// A bench is a folder with both programs and a token.
type bench struct {
	t   *testing.T
	dir string
}

// newBench makes a token with the name release and the PIN 1234. Without SoftHSM the
// test is skipped, or fails if it stands in QUINE_NEED.
func newBench(t *testing.T) *bench {
	if _, err := exec.LookPath("softhsm2-util"); err != nil {
		if slices.Contains(strings.Split(os.Getenv("QUINE_NEED"), ","), "softhsm") {
			t.Fatal(err)
		}
		t.Skipf("no SoftHSM: %v", err)
	}
	b := &bench{t, t.TempDir()}
	b.write("token.conf", "directories.tokendir = "+b.dir+"\nobjectstore.backend = file\nlog.level = ERROR\n")
	t.Setenv("SOFTHSM2_CONF", filepath.Join(b.dir, "token.conf"))
	for _, program := range []string{"quine", "quine-pkcs11"} {
		b.run("go", "-C", "../"+program, "build", "-o", b.path(program), ".")
	}
	b.write("pin", "1234\n")
	b.run("softhsm2-util", "--init-token", "--free", "--label", "release", "--so-pin", "5678", "--pin", "1234")
	return b
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) write(name, content string) {
	b.t.Helper()
	if err := os.WriteFile(b.path(name), []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// try runs a program of the bench, or any other.
func (b *bench) try(program string, args ...string) (string, error) {
	if _, err := os.Stat(b.path(program)); err == nil {
		program = b.path(program)
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	return string(out), err
}

// run is try for what must succeed.
func (b *bench) run(program string, args ...string) string {
	b.t.Helper()
	out, err := b.try(program, args...)
	if err != nil {
		b.t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return out
}

// importKey puts a new key into the token and deletes its file.
func (b *bench) importKey(label, id string) {
	b.t.Helper()
	b.run("quine", "keygen", "-o", b.path("key.pem"))
	b.run("softhsm2-util", "--import", b.path("key.pem"), "--token", "release", "--label", label, "--id", id, "--pin", "1234")
	os.Remove(b.path("key.pem"))
}

// TestToken signs an image with keys that only a token has.
func TestToken(t *testing.T) {
	b := newBench(t)
	b.importKey("firmware", "01")
	b.importKey("spare", "02")
	elf, err := os.ReadFile("../../image/testdata/blink-gcc12.2.elf")
	if err != nil {
		t.Fatal(err)
	}
	elf[strings.Index(string(elf), "QUINEBT1")+0x0A] = 1 // takes signed images only
	b.write("app.elf", string(elf))

	uri := func(object string) string {
		return fmt.Sprintf("pkcs11:token=release;object=%s?module-path=%s&pin-source=file:%s", object, softHSM, b.path("pin"))
	}
	for _, label := range []string{"firmware", "spare"} {
		b.write(label+".pub", b.run("quine-pkcs11", "-public", uri(label)))
	}
	sign := func(object string) (string, error) {
		return b.try("quine", "seal", b.path("app.elf"), "-o", b.path("app.bin"), "--version", "1.0.0",
			"--pub", b.path("firmware.pub"), "--signer", fmt.Sprintf("%s '%s'", b.path("quine-pkcs11"), uri(object)))
	}
	if out, err := sign("firmware"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out := b.run("quine", "verify", b.path("app.bin"), "--pub", b.path("firmware.pub")); !strings.Contains(out, "signature good") {
		t.Error(out)
	}
	if out, err := b.try("quine", "verify", b.path("app.bin"), "--pub", b.path("spare.pub")); err == nil {
		t.Error(out)
	}
	if out, err := sign("spare"); err == nil || !strings.Contains(out, "E18 signature") {
		t.Errorf("the other key signs: %v\n%s", err, out)
	}
	if out, err := sign("lost"); err == nil || !strings.Contains(out, "0 key pairs") {
		t.Errorf("a key that there is not signs: %v\n%s", err, out)
	}
	b.write("pin", "4321\n")
	if out, err := sign("firmware"); err == nil || !strings.Contains(out, "CKR_PIN_INCORRECT") {
		t.Errorf("a wrong PIN signs: %v\n%s", err, out)
	}
	if err := os.Chmod(b.path("pin"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := sign("firmware"); err == nil || !strings.Contains(out, "chmod 600") {
		t.Errorf("a PIN that others may read is taken: %v\n%s", err, out)
	}
}
