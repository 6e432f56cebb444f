// SPDX-License-Identifier: BSD-3-Clause

package check_test

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image/check"
)

// fixture returns a committed ELF file.
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+"-gcc12.2.elf"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestFixtures checks the committed files, whose names say what is wrong with them.
func TestFixtures(t *testing.T) {
	tests := []struct{ name, want string }{
		{"nothing-m0", ""},
		{"nothing-relocs-m3", ""},
		{"boot-calls-app-m0", "boot: quine_boot_main+0x4 at 0x00000128 branches to app_helper at 0x00001158 outside the boot sector"},
		{"kernel-address-m0", "kernel: quine_kernel_finish+0x6 at 0x0000015a holds the address of quine_kernel_erase: " +
			"it would lead to flash, not to the copy in RAM"},
		{"app-calls-boot-m3", "application: app_reset+0x6 at 0x08001156 calls quine_lent at 0x08000148 in the boot sector, " +
			"which lies elsewhere in another boot sector"},
		{"library-m0", "library: quine_boot_main+0x4 at 0x00000128 calls __aeabi_uidiv at 0x00001170, which belongs to the application"},
		{"vtor-m3", "application: app_reset+0xc at 0x0800115c sets VTOR to 0x08000000, the vectors of the boot sector"},
		{"recursion-m3", "stack: quine_boot_main at 0x08000124 calls itself: quine_boot_main > quine_boot_main"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := check.ELF(fixture(t, tt.name), check.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range r.Findings {
				got = append(got, f.String())
				if f.Cure == "" {
					t.Errorf("no cure for %v", f)
				}
			}
			if s := strings.Join(got, "\n"); s != tt.want {
				t.Errorf("found:\n%s\nwant:\n%s", s, tt.want)
			}
			if r.OK() != (tt.want == "") {
				t.Errorf("OK is %v", r.OK())
			}
		})
	}
}

// TestReport checks what is reported about a file with nothing wrong.
func TestReport(t *testing.T) {
	r, err := check.ELF(fixture(t, "nothing-m0"), check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Exact || r.Vectors != 48 || r.Functions != 8 || r.PointerCalls != 0 {
		t.Errorf("%+v", r)
	}
	// The kernel, which quine_boot_main calls by its address in RAM, needs less than quine_lent.
	if want := []check.Frame{{Name: "quine_entry"}, {Name: "quine_boot_main", Bytes: 32}, {Name: "quine_lent", Bytes: 12}, {Name: "fault", Bytes: 36}}; !slices.Equal(r.DeepestPath, want) {
		t.Errorf("deepest path %v, not %v", r.DeepestPath, want)
	}
	if r.Budget.Stack != 80 || r.Budget.RAM != 16+128+r.Budget.Kernel+80 {
		t.Errorf("budget %+v", r.Budget)
	}
	var at uint32
	for _, a := range r.Map {
		if a.Offset != at {
			t.Errorf("area %v does not begin where the one before ends, at %#x", a, at)
		}
		at += a.Size
	}
	if at != 4096 {
		t.Errorf("map has %d bytes", at)
	}
}

// TestLimits checks that each limit is one.
func TestLimits(t *testing.T) {
	data := fixture(t, "nothing-m0")
	r, err := check.ELF(data, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := r.Budget
	exact := check.Options{MaxBoot: b.Boot, MaxStack: b.Stack, MaxRAM: b.RAM}
	if r, _ = check.ELF(data, exact); !r.OK() {
		t.Errorf("exact limits: %v", r.Findings)
	}
	for _, opts := range []check.Options{{MaxBoot: b.Boot - 1}, {MaxStack: b.Stack - 1}, {MaxRAM: b.RAM - 1}} {
		r, _ := check.ELF(data, opts)
		if len(r.Findings) != 1 || r.Findings[0].Rule != check.RuleBudget || !strings.Contains(r.Findings[0].Message, ", 1 more than ") {
			t.Errorf("%+v: %v", opts, r.Findings)
		}
	}
}

// TestNoMarks checks that firmware without mapping symbols is not taken for firmware
// without code.
func TestNoMarks(t *testing.T) {
	data := fixture(t, "nothing-m0")
	data = bytes.ReplaceAll(data, []byte("\x00$t\x00"), []byte("\x00$x\x00"))
	r, err := check.ELF(data, check.Options{})
	if err != nil || len(r.Findings) != 1 || !strings.Contains(r.Findings[0].Message, "no mapping symbol") {
		t.Errorf("%v, %+v", err, r)
	}
}

// TestJSON checks that a report can be read back.
func TestJSON(t *testing.T) {
	r, err := check.ELF(fixture(t, "library-m0"), check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back check.Report
	if err := json.Unmarshal(data, &back); err != nil || len(back.Findings) != 1 || back.Findings[0] != r.Findings[0] {
		t.Errorf("%v: %s", err, data)
	}
}

// TestNoELF checks that what is no linked program with symbols is refused.
func TestNoELF(t *testing.T) {
	good := fixture(t, "nothing-m0")
	object := slices.Clone(good)
	object[16] = 1 // ET_REL
	for name, data := range map[string][]byte{
		"empty":     nil,
		"text":      []byte("hello"),
		"truncated": good[:len(good)/2],
		"object":    object,
		"host":      append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 100)...),
	} {
		if _, err := check.ELF(data, check.Options{}); !errors.Is(err, quine.CodeFormat) && !errors.Is(err, quine.CodeTruncated) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The firmware that package image is tested with has none of the symbols.
	blink, err := os.ReadFile("../testdata/blink-gcc12.2.elf")
	if err != nil {
		t.Fatal(err)
	}
	r, err := check.ELF(blink, check.Options{})
	if err != nil || r.OK() || !strings.Contains(r.Findings[0].Message, "none of Quine's sections: symbol quine_flash") {
		t.Errorf("blink: %v, %+v", err, r)
	}
}

// TestDeterminism checks that a file with many faults gives the same report always.
func TestDeterminism(t *testing.T) {
	data := slices.Clone(fixture(t, "nothing-relocs-m3"))
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	boot := data[f.Section(".quine_boot").Offset:]
	random := rand.New(rand.NewPCG(1, 2))
	for i := 0xF8; i < 0x164; i++ {
		if random.IntN(4) == 0 {
			boot[i] ^= byte(random.Uint32())
		}
	}
	first, err := check.ELF(data, check.Options{})
	if err != nil || len(first.Findings) < 5 {
		t.Fatal(err, first)
	}
	want, _ := json.Marshal(first)
	for range 20 {
		r, _ := check.ELF(data, check.Options{})
		if got, _ := json.Marshal(r); string(got) != string(want) {
			t.Fatalf("two reports:\n%s\n%s", want, got)
		}
	}
}

// FuzzELF checks that no file makes the check panic or hang.
func FuzzELF(f *testing.F) {
	names, _ := filepath.Glob("testdata/*.elf")
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := check.ELF(data, check.Options{})
		if err == nil && r.OK() && r.Budget.Boot == 0 {
			t.Error("nothing was checked, and nothing found")
		}
	})
}
