// SPDX-License-Identifier: BSD-3-Clause

package check_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/quine-fw/quine/image/check"
	"github.com/quine-fw/quine/internal/need"
)

// compiler is the compiler of the device.
const compiler = "arm-none-eabi-gcc"

// A world says how testdata/world.S is built.
type world struct {
	core   string   // cortex-m0 if empty
	flash  string   // address, 0 if empty
	macros []string // that world.S knows
	flags  []string // of compiler and linker
	c      string   // C source to link with it, which is compiled with -Os
}

// build builds a world.
func (w world) build(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	core, flash := w.core, w.flash
	if core == "" {
		core = "cortex-m0"
	}
	if flash == "" {
		flash = "0"
	}
	out := filepath.Join(dir, "world.elf")
	args := []string{"-mcpu=" + core, "-mthumb", "-nostartfiles", "--specs=nano.specs", "-Os", "-ffreestanding",
		"-Wl,-n,--build-id=none,--no-warn-rwx-segments", "-Wl,--defsym=FLASH_BASE=" + flash, "-DFLASH=" + flash,
		"-T", "testdata/world.ld", "testdata/world.S", "-o", out}
	for _, m := range w.macros {
		args = append(args, "-D"+m)
	}
	args = append(args, w.flags...)
	if w.c != "" {
		source := filepath.Join(dir, "seed.c")
		if err := os.WriteFile(source, []byte("#include <stdint.h>\n"+w.c), 0o666); err != nil {
			t.Fatal(err)
		}
		args = append(args, source)
	}
	if msg, err := exec.Command(compiler, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", compiler, err, msg)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const (
	inBoot   = `__attribute__((section(".quine.boot.text"))) `
	inKernel = `__attribute__((section(".quine.kernel"))) `
	high     = "0x08000000"

	branches = inBoot + `int seed(int n, volatile int *p)
{
    switch (n) {
    case 0: return p[3];
    case 1: p[0] = 17; return 1;
    case 2: return n * p[2];
    case 3: p[4] = p[5]; return 2;
    case 4: return ~p[8];
    case 5: return p[1] + p[2];
    case 6: p[7]++; return 9;
    default: return 4;
    }
}`
)

// seeds are worlds with one thing wrong each.
var seeds = []struct {
	name  string
	world world
	rule  check.Rule
	says  string // in one of the findings
	cure  string
}{
	{"boot calls the application", world{macros: []string{"IN_BOOT=bl app_helper"}},
		check.RuleBoot, "quine_boot_main+0x4 at 0x00000128 branches to app_helper", "mark app_helper QUINE_BOOT_CODE"},
	{"boot ends in the application", world{core: "cortex-m3", macros: []string{"IN_BOOT=beq.w app_helper"}},
		check.RuleBoot, "branches to app_helper", "QUINE_BOOT_CODE"},
	{"boot calls far, through a veneer", world{macros: []string{"IN_BOOT=bl far"}, flags: []string{"-Wl,--section-start=.far=0x2000000"},
		c: `__attribute__((section(".far"))) void far(void) {}`},
		check.RuleKernel, "__far_veneer", "by name"}, // the linker puts it behind the kernel
	{"boot calls the application through a pointer", world{macros: []string{"IN_BOOT=ldr r3, =app_helper; blx r3"}},
		check.RuleBoot, "app_helper", "QUINE_BOOT_CODE"},
	{"boot calls the application through MOVW and MOVT",
		world{core: "cortex-m4", flash: high, macros: []string{"IN_BOOT=movw r3, #:lower16:app_helper; movt r3, #:upper16:app_helper; blx r3"}},
		check.RuleBoot, "app_helper", "QUINE_BOOT_CODE"},
	{"boot reads a constant of the application", world{macros: []string{"IN_BOOT=ldr r3, =app_table_of_numbers; ldr r0, [r3, #4]"}},
		check.RuleBoot, "holds the address 0x00001164 of app_table_of_numbers+0x4", "QUINE_BOOT_DATA"},
	{"boot passes on a constant of the application", world{flash: high, macros: []string{"IN_BOOT=ldr r0, =app_table_of_numbers"}},
		check.RuleBoot, "of app_table_of_numbers, which belongs to the application", "QUINE_BOOT_DATA"},
	{"boot passes on a constant, known by relocation", world{flags: []string{"-Wl,--emit-relocs"}, macros: []string{"IN_BOOT=ldr r0, =app_table_of_numbers"}},
		check.RuleBoot, "of app_table_of_numbers, which belongs to the application", "QUINE_BOOT_DATA"},
	{"boot has a table of the application's functions", world{macros: []string{"BOOT_DATA=app_helper"}},
		check.RuleBoot, "app_helper", "QUINE_BOOT_CODE"},
	{"boot uses a variable of the application", world{flags: []string{"-Wl,--emit-relocs"}, macros: []string{"IN_BOOT=ldr r0, =app_variable"}},
		check.RuleBoot, "uses the variable app_variable", "struct quine_install"},
	{"boot lends a function of the application", world{macros: []string{"LENT=app_helper"}},
		check.RuleBoot, "lends app_helper", "QUINE_BOOT_CODE"},
	{"boot takes signed images, but has no key", world{macros: []string{"FLAGS=1"}},
		check.RuleLayout, "no public key is in the boot sector", "quine pubkey --c"},
	{"boot runs into its literals", world{macros: []string{"IN_BOOT=ldr r0, =0x12345678; .pool"}},
		check.RuleBoot, "is data, and quine_boot_main runs into it", "end the code before"},
	{"boot jumps without the Thumb bit", world{flash: high, macros: []string{"IN_BOOT=ldr r3, =quine_lent; subs r3, #1; blx r3"}},
		check.RuleBoot, "without the Thumb bit", "bit 0"},
	{"boot calls where the kernel's copy is not", world{macros: []string{"IN_BOOT=ldr r3, =0x20000101; blx r3"}},
		check.RuleBoot, "branches to 0x20000100 in RAM", "__attribute__((used))"},
	{"kernel calls boot", world{macros: []string{"IN_KERNEL=bl quine_lent"}},
		check.RuleKernel, "branches to quine_lent at 0x00000148 outside the kernel", "QUINE_KERNEL_CODE"},
	{"kernel calls the application", world{macros: []string{"IN_KERNEL=bl app_helper"}},
		check.RuleKernel, "branches to app_helper", "QUINE_KERNEL_CODE"},
	{"kernel holds its own address", world{macros: []string{"IN_KERNEL=ldr r3, =quine_kernel_erase"}},
		check.RuleKernel, "holds the address of quine_kernel_erase", "function pointers"},
	{"kernel calls by an address", world{macros: []string{"IN_KERNEL=ldr r3, =quine_kernel_erase; blx r3"}},
		check.RuleKernel, "branches through a register", "by name"},
	{"kernel has a table of functions", world{flash: high, macros: []string{"KERNEL_DATA=quine_kernel_erase"}},
		check.RuleKernel, "holds the address of quine_kernel_erase", "tables"},
	{"kernel reads a constant of boot", world{core: "cortex-m3", flash: high, macros: []string{"IN_KERNEL=ldr r3, =quine_boot_info; ldr r0, [r3]"}},
		check.RuleKernel, "holds the address of quine_boot_info in the boot sector", "constants"},
	{"kernel reads a constant of boot, relative to its own place", world{core: "cortex-m3", macros: []string{"IN_KERNEL=.inst.w 0xF85F3108"}}, // ldr r3, [pc, #-0x108]
		check.RuleKernel, "relative to the program counter", "constants"},
	{"boot divides", world{macros: []string{"IN_BOOT=bl seed"}, c: inBoot + `uint32_t seed(uint32_t a, uint32_t b) { return a / b; }`},
		check.RuleLibrary, "calls __aeabi_uidiv", "power of two"},
	{"boot has a switch", world{macros: []string{"IN_BOOT=bl seed"}, c: branches},
		check.RuleLibrary, "calls __gnu_thumb1_case", "-fno-jump-tables"},
	{"boot copies a structure", world{macros: []string{"IN_BOOT=bl seed"}, c: inBoot + `void seed(uint32_t (*a)[40], uint32_t (*b)[40])
		{ struct all { uint32_t w[40]; }; *(struct all *)a = *(struct all *)b; }`},
		check.RuleLibrary, "calls memcpy", "volatile"},
	{"kernel copies", world{macros: []string{"IN_KERNEL=bl memcpy"}}, check.RuleLibrary, "calls memcpy", "loop"},
	{"application calls boot", world{macros: []string{"IN_APP=bl quine_lent"}},
		check.RuleApplication, "calls quine_lent", "quine_boot()->lent"},
	{"application calls what boot does not lend", world{macros: []string{"IN_APP=bl quine_kernel_erase"}},
		check.RuleApplication, "calls quine_kernel_erase", "a copy of its own"},
	{"application calls boot by an address", world{macros: []string{"IN_APP=ldr r3, =quine_lent; movs r0, #1; blx r3"}},
		check.RuleApplication, "calls quine_lent", "quine_boot()->lent"},
	{"application calls boot by MOVW and MOVT", world{core: "cortex-m3", flash: high, flags: []string{"-Wl,--emit-relocs"},
		macros: []string{"IN_APP=movw r3, #:lower16:quine_lent; movt r3, #:upper16:quine_lent; blx r3"}},
		check.RuleApplication, "calls quine_lent", "quine_boot()->lent"},
	{"application has a table of boot's functions", world{flags: []string{"-Wl,--emit-relocs"}, macros: []string{"APP_DATA=quine_lent"}},
		check.RuleApplication, "holds the address of quine_lent", "only through quine_boot()"},
	{"boot calls itself", world{macros: []string{"IN_BOOT=bl quine_boot_main"}},
		check.RuleStack, "calls itself: quine_boot_main > quine_boot_main", "loop"},
	{"boot has an array of variable length", world{macros: []string{"IN_BOOT=bl seed"}, c: inBoot + `void seed(int n)
		{ volatile char a[n]; for (int i = 0; i < n; i++) a[i] = 0; }`},
		check.RuleStack, "has a frame whose size is not known", "variable length"},
	{"boot pushes in a loop", world{macros: []string{"IN_BOOT=1: push {r0}; b 1b"}},
		check.RuleStack, "quine_boot_main", "variable length"},
	{"a vector leads to the application", world{macros: []string{"VECTOR=app_helper"}},
		check.RuleLayout, "is vector 11 and leads to app_helper", "start file"},
	{"a vector leads nowhere", world{macros: []string{"VECTOR=0x20000001"}},
		check.RuleLayout, "is vector 11", "start file"},
	{"a vector of an M0 bypasses the shim", world{macros: []string{"VECTOR=quine_lent"}},
		check.RuleLayout, "so the application's handler never runs", "quine_shim"},
	{"the application's reset is no code", world{macros: []string{"RESET=0"}},
		check.RuleLayout, "starts the application at 0x00000000", ".isr_vector"},
	{"the application resets into boot", world{macros: []string{"RESET=quine_entry"}},
		check.RuleLayout, "starts the application at", ".isr_vector"},
	{"the seal lies on the vectors", world{macros: []string{"SEAL=0x1100"}},
		check.RuleLayout, "holds something else than the seal", "blank"},
	{"the record states another flash", world{flash: high, flags: []string{"-UFLASH", "-DFLASH=0x08004000"}},
		check.RuleLayout, "states flash at 0x08004000, symbol quine_flash is at 0x08000000", "quine_part.h"},
	{"VTOR cannot name the table", world{core: "cortex-m3", macros: []string{"NO_SHIM"}, flags: []string{"-Wl,--defsym=VECTORS_ALIGN=16"}},
		check.RuleLayout, "is not a multiple of 128, as VTOR demands for 20 vectors", "quine_vectors_align"},
	{"VTOR of an M0+ cannot name the table", world{core: "cortex-m0plus", macros: []string{"NO_SHIM"}, flags: []string{"-Wl,--defsym=VECTORS_ALIGN=0x1180"}},
		check.RuleLayout, "is not a multiple of 256", "quine_vectors_align"},
	{"too little RAM", world{flags: []string{"-Wl,--defsym=RAM_SIZE=0x1000"}},
		check.RuleBudget, "bytes of RAM from 0x20000010 on", "all of the part's RAM"},
}

// TestSeeds checks that every seeded fault is found, and by the rule it breaks.
func TestSeeds(t *testing.T) {
	need.Program(t, "arm-gcc", compiler)
	for _, tt := range seeds {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			r, err := check.ELF(tt.world.build(t), check.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(r.Findings, func(f check.Finding) bool {
				return f.Rule == tt.rule && strings.Contains(f.String(), tt.says) && strings.Contains(f.Cure, tt.cure)
			}) {
				t.Errorf("no finding of the rule %s says %q with the cure %q", tt.rule, tt.says, tt.cure)
			}
			for _, f := range r.Findings {
				if f.Cure == "" || f.Rule != tt.rule {
					t.Errorf("other finding: %v (cure: %s)", f, f.Cure)
				}
				t.Logf("%v (cure: %s)", f, f.Cure)
			}
		})
	}
}

// TestGood checks that nothing is found where nothing is wrong.
func TestGood(t *testing.T) {
	need.Program(t, "arm-gcc", compiler)
	const through = `
typedef int (*step)(int);
static ` + inBoot + `int one(int x) { return x + 1; }
static ` + inBoot + `int two(int x) { return x * 5; }
static const __attribute__((section(".quine.boot.rodata"))) step steps[] = {one, two};
` + inBoot + `int seed(int n) { return steps[n & 1](n); }`
	worlds := map[string]world{
		"m0":                                 {},
		"m0 at a high address":               {flash: high},
		"m0 with relocations":                {flags: []string{"-Wl,--emit-relocs"}},
		"m0+ with VTOR":                      {core: "cortex-m0plus", macros: []string{"NO_SHIM"}, flags: []string{"-Wl,--defsym=VECTORS_ALIGN=256"}},
		"m3 with VTOR":                       {core: "cortex-m3", flash: high, macros: []string{"NO_SHIM"}},
		"m33":                                {core: "cortex-m33", flash: "0x10000000", macros: []string{"NO_SHIM"}, flags: []string{"-Wl,--emit-relocs"}},
		"calls through a table of functions": {macros: []string{"IN_BOOT=bl seed"}, c: through},
		"a frame with a frame pointer":       {macros: []string{"IN_BOOT=bl seed"}, c: through, flags: []string{"-O0"}},
		"a table of branches":                {core: "cortex-m3", macros: []string{"IN_BOOT=bl seed"}, c: branches},
		"boot calls the kernel in place":     {macros: []string{"IN_BOOT=bl quine_kernel_erase"}},
		"boot calls the kernel's copy by an address": {macros: []string{"IN_BOOT=ldr r3, =quine_kernel_erase_ram + 1; blx r3"},
			flags: []string{"-Wl,--defsym=quine_kernel_ram=0x20001090", "-Wl,--defsym=quine_kernel_erase_ram=0x2000109C"}},
		"boot reads the manifest": {flash: high, macros: []string{"IN_BOOT=ldr r3, =quine_manifest + 8; ldr r0, [r3]"}},
		"boot reads a store":      {flash: high, macros: []string{"IN_BOOT=ldr r3, =0x0800C000; ldr r0, [r3]"}},
		"kernel reads flash":      {core: "cortex-m3", flash: high, macros: []string{"IN_KERNEL=ldr r3, =quine_flash + 4; ldr r0, [r3]"}},
		"kernel needs a register": {macros: []string{"IN_KERNEL=ldr r3, =0x4001E504; str r0, [r3]"}},
	}
	for name, w := range worlds {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			r, err := check.ELF(w.build(t), check.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Findings {
				t.Errorf("%v (cure: %s)", f, f.Cure)
			}
			if exact := slices.Contains(w.flags, "-Wl,--emit-relocs"); r.Exact != exact {
				t.Errorf("exact is %v", r.Exact)
			}
		})
	}
}

// TestCallsROM checks that the kernel may call through pointers only if that is
// allowed.
func TestCallsROM(t *testing.T) {
	need.Program(t, "arm-gcc", compiler)
	kernels := []string{
		"ldr r3, =0x00000101; blx r3",
		"ldr r3, =quine_kernel_erase; ldr r2, [r3]; ldr r3, =0x00000101; blx r3", // reads its own code
	}
	for _, kernel := range kernels {
		data := world{core: "cortex-m0plus", flash: "0x10000000", macros: []string{"IN_KERNEL=" + kernel}}.build(t)
		for _, allowed := range []bool{false, true} {
			r, err := check.ELF(data, check.Options{CallsROM: allowed})
			if err != nil || r.OK() != allowed {
				t.Errorf("%s, allowed %v: %v, %v", kernel, allowed, err, r.Findings)
			}
		}
	}
}

// TestSecondStage checks boot sectors whose vectors lie behind the second stage of an RP2040.
func TestSecondStage(t *testing.T) {
	need.Program(t, "arm-gcc", compiler)
	w := world{core: "cortex-m0plus", flash: "0x10000000", macros: []string{"SECOND_STAGE", "NO_SHIM"}, flags: []string{"-Wl,--defsym=VECTORS_ALIGN=256"}}
	r, err := check.ELF(w.build(t), check.Options{})
	if err != nil || !r.OK() || r.Vectors != 48 {
		t.Errorf("%v, %d vectors, %v", err, r.Vectors, r.Findings)
	}
	w.macros = append(w.macros, "VECTOR=0x10002001")
	r, err = check.ELF(w.build(t), check.Options{})
	if err != nil || len(r.Findings) != 44 || r.Findings[0].Address != 0x10000100+4*4 {
		t.Errorf("%v, %v", err, r.Findings)
	}
}
