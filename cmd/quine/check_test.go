// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/quine-fw/quine/image/check"
)

const fixtures = "../../image/check/testdata/"

// runCheck runs quine check and returns the exit code and what it printed.
func runCheck(args ...string) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	c := &console{in: bytes.NewReader(nil), out: &stdout, err: &stderr}
	code = c.run(append([]string{"check"}, args...))
	return code, stdout.String(), stderr.String()
}

// noClient is what is said of a fixture: none takes updates.
func noClient(name string) string {
	return "quine: warning: " + name + ": nothing calls quine_update_begin, quine_update_write, quine_update_finish, " +
		"quine_update_install: a device with this firmware takes no update\n" +
		"quine: hint: call the functions of quine.h where patches arrive, before anything of this is released\n"
}

// TestCheckMap checks the whole output about firmware that keeps all rules.
func TestCheckMap(t *testing.T) {
	const want = `offset  bytes  kind     name
0x0000    192  vectors  quine_boot_vectors       ------------
0x00c0     64  data     quine_boot_info          ----
0x0100      4  code     quine_entry              #
0x0104      2  code     quine_fault              #
0x0106     12  code     quine_shim               #
0x0112     18  code     quine_start_application  ##
0x0124     36  code     quine_boot_main          ###
0x0148     12  code     quine_lent               #
0x0154     12  kernel   quine_kernel_finish      =
0x0160      8  kernel   quine_kernel_erase       =
0x0168   3736  free     free                     ........................>

boot sector  360 of 4096 bytes, 3736 free
kernel       20 bytes in RAM, within the boot sector's
code         33 instructions in 8 functions, 0 calls through pointers
vectors      48
stack        80 bytes: quine_entry 0 > quine_boot_main 32 > quine_lent 12 > fault 36
ram          244 bytes and 4096 for a boot sector
application  5 instructions
addresses    told from numbers by value and use; link with -Wl,--emit-relocs to be exact
rules        all kept
`
	name := fixtures + "nothing-m0-gcc12.2.elf"
	code, out, errs := runCheck(name)
	if code != exitOK || out != want || errs != noClient(name) {
		t.Errorf("exit code %d, errors %q, output:\n%s", code, errs, out)
	}
}

// TestCheckFindings checks that a finding names the place and the cure, and ends with
// status 1.
func TestCheckFindings(t *testing.T) {
	name := fixtures + "boot-calls-app-m0-gcc12.2.elf"
	want := "quine: error: " + name + ": boot: quine_boot_main+0x4 at 0x00000128 branches to app_helper at 0x00001158 outside the boot sector\n" +
		"quine: hint: mark app_helper QUINE_BOOT_CODE, or do without it\n" +
		noClient(name) + "quine: error: " + name + ": one rule is broken\n"
	if code, out, errs := runCheck(name); code != exitFailed || errs != want || out == "" {
		t.Errorf("exit code %d, errors:\n%s", code, errs)
	}
}

// TestCheckQuiet checks that --quiet prints no map if there is nothing to see in it.
func TestCheckQuiet(t *testing.T) {
	if code, out, _ := runCheck(fixtures+"nothing-m0-gcc12.2.elf", "--quiet"); code != exitOK || out != "" {
		t.Errorf("exit code %d, output:\n%s", code, out)
	}
	if code, out, _ := runCheck(fixtures+"library-m0-gcc12.2.elf", "-q"); code != exitFailed || out == "" {
		t.Errorf("exit code %d, output:\n%s", code, out)
	}
}

// TestCheckLimits checks the flags for limits.
func TestCheckLimits(t *testing.T) {
	name := fixtures + "nothing-m0-gcc12.2.elf"
	if code, _, errs := runCheck(name, "--max-boot", "360", "--max-stack", "80", "--max-ram", "244"); code != exitOK {
		t.Errorf("exit code %d: %s", code, errs)
	}
	for _, flag := range []string{"--max-boot=359", "--max-stack=79", "--max-ram=243"} {
		if code, _, errs := runCheck(name, flag); code != exitFailed || errs == "" {
			t.Errorf("%s: exit code %d: %s", flag, code, errs)
		}
	}
}

// TestCheckJSON checks that --json writes a report.
func TestCheckJSON(t *testing.T) {
	code, out, _ := runCheck(fixtures+"nothing-relocs-m3-gcc12.2.elf", "--json")
	var r check.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitOK || !r.OK() || !r.Exact || len(r.Map) == 0 {
		t.Errorf("exit code %d, %v: %s", code, err, out)
	}
}
