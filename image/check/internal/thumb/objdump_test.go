// SPDX-License-Identifier: BSD-3-Clause

package thumb_test

import (
	"bufio"
	"bytes"
	"debug/elf"
	"encoding/hex"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/quine-fw/quine/image/check/internal/thumb"
	"github.com/quine-fw/quine/internal/need"
)

// run runs a tool and returns what it prints.
func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, &errs)
	}
	return out
}

// cores are the options for one core of each architecture.
var cores = map[string][]string{
	"m0":  {"-mcpu=cortex-m0"},
	"m3":  {"-mcpu=cortex-m3"},
	"m4f": {"-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"},
	"m7f": {"-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16"},
	"m33": {"-mcpu=cortex-m33"},
}

// TestObjdump checks all instructions of a few sources, compiled for every core in
// different ways, against objdump.
func TestObjdump(t *testing.T) {
	need.Program(t, "arm-gcc", "arm-none-eabi-gcc")
	need.Program(t, "arm-gcc", "arm-none-eabi-objdump")
	sources, err := filepath.Glob("testdata/*.c")
	if err != nil || len(sources) == 0 {
		t.Fatal("no sources")
	}
	more, _ := filepath.Glob("../../../../device/src/quine_[psu]*.c")
	for name, core := range cores {
		for _, optimise := range []string{"-Os", "-O2", "-O0"} {
			t.Run(name+optimise, func(t *testing.T) {
				t.Parallel()
				total := 0
				list := sources
				if optimise == "-Os" {
					list = append(slices.Clone(sources), more...)
				}
				for i, source := range list {
					object := filepath.Join(t.TempDir(), strconv.Itoa(i)+".o")
					args := append([]string{"-c", "-mthumb", optimise, "-std=gnu11", "-w", "-o", object, source,
						"-I../../../../device/include", "-I../../../../device/src", "-I../../../../device/test/host"}, core...)
					if err := exec.Command("arm-none-eabi-gcc", args...).Run(); err != nil && !strings.HasPrefix(source, "testdata") {
						continue // a source of the library that needs a configuration
					} else if err != nil {
						t.Fatalf("%s does not compile", source)
					}
					program := object + ".elf"
					run(t, "arm-none-eabi-gcc", append([]string{"-nostdlib", "-Wl,--unresolved-symbols=ignore-all,-Ttext=0x8000,-e0x8000",
						"-Wl,--defsym=leaf=0x8401,--defsym=sink=0xF0001", object, "-o", program}, core...)...)
					total += compare(t, program)
				}
				t.Logf("%d instructions", total)
			})
		}
	}
}

var (
	line   = regexp.MustCompile(`^ *([0-9a-f]+):\t([0-9a-f]{4})(?: ([0-9a-f]{4}))? *\t([^\t]+)(?:\t(.*))?$`)
	target = regexp.MustCompile(`(?:^|, |\()([0-9a-f]+) <`)
)

// compare compares the instructions of object with what objdump says, and returns
// their number.
func compare(t *testing.T, object string) int {
	n := 0
	f, err := elf.Open(object)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_EXECINSTR == 0 || s.Size == 0 {
			continue
		}
		dump := bufio.NewScanner(bytes.NewReader(run(t, "arm-none-eabi-objdump", "-dz", "-j", s.Name, object)))
		for dump.Scan() {
			m := line.FindStringSubmatch(dump.Text())
			if m == nil || strings.HasPrefix(m[4], ".") {
				continue
			}
			n++
			one(t, object, m)
		}
	}
	return n
}

// one compares one instruction, given as the matches of line.
func one(t *testing.T, object string, m []string) {
	t.Helper()
	addr, _ := strconv.ParseUint(m[1], 16, 32)
	code, _ := hex.DecodeString(m[2][2:] + m[2][:2])
	if m[3] != "" {
		low, _ := hex.DecodeString(m[3][2:] + m[3][:2])
		code = append(code, low...)
	}
	in := thumb.Decode(append(slices.Clone(code), 0, 0, 0, 0), uint32(addr))[0]
	text := m[4] + " " + m[5]
	bad := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s: %s: %s: "+format, append([]any{filepath.Base(object), m[1], text}, args...)...)
	}
	if int(in.Size) != len(code) {
		bad("length %d, not %d", in.Size, len(code))
	}
	if flow := flowOf(m[4], m[5]); flow != in.Flow {
		bad("flow %d, not %d", in.Flow, flow)
	}
	if to := target.FindStringSubmatch(m[5]); to != nil {
		if want, _ := strconv.ParseUint(to[1], 16, 32); uint32(want) != in.Target {
			bad("target %x, not %s", in.Target, to[1])
		}
	} else if in.Target != 0 && !strings.Contains(m[5], "pc") {
		bad("target %x, not none", in.Target)
	}
	if push, ok := pushOf(m[4], m[5]); ok && push != in.Push {
		bad("pushes %d, not %d", in.Push, push)
	}
	if rd, ok := writtenBy(m[4], m[5]); ok && in.Writes>>rd&1 == 0 {
		bad("writes %016b, not register %d", in.Writes, rd)
	}
}

// flowOf returns the flow of an instruction by its mnemonic and operands.
func flowOf(mnemonic, operands string) thumb.Flow {
	name, _, _ := strings.Cut(mnemonic, ".")
	conds := []string{"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"}
	cond := slices.ContainsFunc(conds, func(c string) bool { return name == "b"+c })
	switch {
	case name == "b":
		return thumb.Branch
	case cond, name == "cbz", name == "cbnz":
		return thumb.Cond
	case name == "bl":
		return thumb.Call
	case strings.HasPrefix(name, "blx"):
		return thumb.CallReg
	case name == "tbb", name == "tbh":
		return thumb.Table
	case name == "udf":
		return thumb.Trap
	case strings.HasPrefix(name, "bx") && strings.HasPrefix(operands, "lr"),
		strings.HasPrefix(name, "pop") && strings.Contains(operands, "pc"),
		strings.HasPrefix(name, "ldmia") && strings.HasPrefix(operands, "sp!") && strings.Contains(operands, "pc"),
		strings.HasPrefix(name, "ldr") && strings.HasPrefix(operands, "pc, [sp]"):
		return thumb.Return
	case strings.HasPrefix(name, "bx"), strings.HasPrefix(operands, "pc, "):
		return thumb.Jump
	}
	return thumb.Next
}

var spImmediate = regexp.MustCompile(`^sp, (?:sp, )?#(\d+)`)

// pushOf returns what an instruction pushes, if its text tells.
func pushOf(mnemonic, operands string) (int32, bool) {
	registers := func() int32 {
		list := operands[strings.Index(operands, "{")+1 : strings.Index(operands, "}")]
		n := int32(0)
		for _, r := range strings.Split(list, ", ") {
			size := int32(4)
			if r[0] == 'd' {
				size = 8
			}
			if from, to, ok := strings.Cut(r, "-"); ok {
				a, _ := strconv.Atoi(from[1:])
				b, _ := strconv.Atoi(to[1:])
				n += size * int32(b-a)
			}
			n += size
		}
		return n
	}
	name, _, _ := strings.Cut(mnemonic, ".")
	imm := spImmediate.FindStringSubmatch(operands)
	switch {
	case name == "push" || name == "vpush":
		return registers(), true
	case name == "stmdb" && strings.HasPrefix(operands, "sp!"):
		return registers(), true
	case strings.HasPrefix(name, "pop") || name == "vpop":
		return -registers(), true
	case imm != nil && (strings.HasPrefix(name, "sub") || strings.HasPrefix(name, "add")):
		n, _ := strconv.Atoi(imm[1])
		if name[0] == 'a' {
			n = -n
		}
		return int32(n), true
	}
	return 0, false
}

var first = regexp.MustCompile(`^(r\d+|ip|lr|sl|fp)\b`)

// writtenBy returns the register that an instruction writes, if its text tells.
func writtenBy(mnemonic, operands string) (int, bool) {
	for _, no := range []string{"str", "stm", "cmp", "cmn", "tst", "teq", "b", "cb", "push", "pop", "it", "v", "msr", "ldm", "mcr", "tt"} {
		if strings.HasPrefix(mnemonic, no) && mnemonic != "bic" && !strings.HasPrefix(mnemonic, "bic") &&
			!strings.HasPrefix(mnemonic, "bf") {
			return 0, false
		}
	}
	r := first.FindString(operands)
	switch r {
	case "":
		return 0, false
	case "ip":
		return 12, true
	case "lr":
		return 14, true
	case "sl":
		return 10, true
	case "fp":
		return 11, true
	}
	n, err := strconv.Atoi(r[1:])
	return n, err == nil
}
