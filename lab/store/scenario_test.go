// SPDX-License-Identifier: BSD-3-Clause

package store

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quine-fw/quine/internal/need"
)

const device = "../../device"

// A variant is a store compiled for one kind of memory.
type variant struct {
	name    string
	store   string   // folder of device/store, and begin of the names of its test files
	defines []string // settings that differ from device/test/store/quine_config.h
	model   string   // the memory's model in device/test/store, if it has one
}

var variants = []variant{
	{"spinor", "spinor", nil, "nor.c"},
	{"spinor-4byte-64K-locked", "spinor", []string{
		"QUINE_STORE_UNIT=65536u", "QUINE_SPINOR_ADDRESS=4", "QUINE_SPINOR_UNLOCK=1", "QUINE_SPINOR_PROTECT=0x1Cu",
		"NOR_BASE=0x1000000u", "QUINE_STORE_OFFSET=0x1010000u",
	}, "nor.c"},
	{"spinor-64K-errors", "spinor", []string{
		"QUINE_STORE_UNIT=65536u", "QUINE_SPINOR_ERRORS=0x60u",
		"QUINE_SPINOR_ERRORS_IN=0x05u", "QUINE_SPINOR_ERRORS_CLEAR=0x30u",
	}, "nor.c"},
	{"fram", "fram", []string{"QUINE_STORE_UNIT=256u"}, "fram.c"},
	{"fram-2byte", "fram", []string{"QUINE_STORE_UNIT=64u", "QUINE_FRAM_ADDRESS=2"}, "fram.c"},
	{"file", "file", nil, ""},
	{"spinor-flags", "spinor", []string{
		"QUINE_SPINOR_ERRORS=0x30u", "QUINE_SPINOR_ERRORS_IN=0x70u", "QUINE_SPINOR_ERRORS_CLEAR=0x50u",
	}, "nor.c"},
}

func needCompiler(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("cc"); err != nil {
		need.Missing(t, "cc", "no C compiler: "+err.Error())
	}
}

const warnings = "-Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes -Werror"

// compile compiles the scenarios of a variant with the stores in folder stores.
func compile(t *testing.T, v variant, stores string, options ...string) string {
	t.Helper()
	output := filepath.Join(t.TempDir(), v.store+"_test")
	tests := filepath.Join(device, "test/store")
	args := append(strings.Fields("-std=c11 -D_POSIX_C_SOURCE=200809L -g "+warnings), options...)
	for _, define := range v.defines {
		args = append(args, "-D"+define)
	}
	for _, dir := range []string{filepath.Join(stores, v.store), tests, device + "/include", device + "/src"} {
		args = append(args, "-I"+dir)
	}
	files, err := filepath.Glob(filepath.Join(stores, v.store, "*.c"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources of %s in %s: %v", v.store, stores, err)
	}
	for _, name := range []string{"check.c", "staging.c", v.model, v.store + "_test.c"} {
		if name != "" {
			files = append(files, filepath.Join(tests, name))
		}
	}
	files = append(files, device+"/src/quine_crc32.c", "-o", output)
	if text, err := exec.Command("cc", append(args, files...)...).CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, text)
	}
	return output
}

// run runs a program for at most two minutes.
func run(program string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = filepath.Dir(program)
	return cmd.CombinedOutput()
}

func TestScenarios(t *testing.T) {
	needCompiler(t)
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			program := compile(t, v, filepath.Join(device, "store"),
				"-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
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
		})
	}
}

// A mistake is one line of a driver, changed for the worse.
type mistake struct {
	name    string
	variant int // in variants
	file    string
	old     string
	new     string
}

var mistakes = []mistake{
	{"page border ignored", 0, "spinor/quine_store_spinor.c", "PAGE - offset % PAGE", "PAGE"},
	{"page too large", 0, "spinor/quine_store_spinor.c", "#define PAGE 256u", "#define PAGE 512u"},
	{"program goes on after an error", 2, "spinor/quine_store_spinor.c", "n > 0u && err == QUINE_OK", "n > 0u"},
	{"end of store ignored", 0, "spinor/quine_store_spinor.c", "n <= QUINE_STORE_SIZE - offset", "n <= QUINE_STORE_SIZE"},
	{"sum of offset and size overflows", 0, "spinor/quine_store_spinor.c",
		"offset <= QUINE_STORE_SIZE && n <= QUINE_STORE_SIZE - offset", "offset + n <= QUINE_STORE_SIZE"},
	{"erase inside a unit", 0, "spinor/quine_store_spinor.c", "|| offset % QUINE_STORE_UNIT != 0u", ""},
	{"protection ignored in erase", 0, "spinor/quine_store_spinor.c", "NULL, 0, QUINE_SPINOR_PROTECT", "NULL, 0, 0u"},
	{"protection ignored in program", 0, "spinor/quine_store_spinor.c", "from, part, QUINE_SPINOR_PROTECT", "from, part, 0u"},
	{"read from a busy chip", 0, "spinor/quine_store_spinor.c", "|| (spi_query(READ_STATUS) & BUSY) != 0u", ""},
	{"chip's offset forgotten", 0, "spinor/quine_boot_spinor.c", "spi_read(READ, QUINE_STORE_OFFSET + offset", "spi_read(READ, offset"},
	{"consume forgets the offset", 0, "spinor/quine_boot_spinor.c", "spinor_change(ERASE, QUINE_STORE_OFFSET", "spinor_change(ERASE, 0u"},
	{"consume believes the chip", 0, "spinor/quine_boot_spinor.c", "(void)quine_boot_store_read(0, &magic, 1u);", "magic = 0xFFu;"},
	{"power-down is not left", 0, "spinor/quine_boot_spinor.c", "spi_command(RELEASE);", ""},
	{"continuous read is not left", 0, "spinor/quine_boot_spinor.c", "(void)spi_frame(0xFFFFu, 2u);", ""},
	{"no reset of the chip", 0, "spinor/quine_boot_spinor.c", "spi_command(RESET);", ""},
	{"reset is not enabled", 0, "spinor/quine_boot_spinor.c", "spi_command(RESET_ENABLE);", ""},
	{"reset is not awaited", 0, "spinor/quine_boot_spinor.c", "(void)rouse();", ""},
	{"old error is not cleared", 2, "spinor/quine_boot_spinor.c", "spi_command(QUINE_SPINOR_ERRORS_CLEAR);", ";"},
	{"zeros taken for a chip", 0, "spinor/quine_boot_spinor.c", "id == 0x00u || ", ""},
	{"ones taken for a chip", 0, "spinor/quine_boot_spinor.c", "if ((status & BUSY) != 0u && status != SILENCE)", "if (false)"},
	{"absent chip is awaited for long", 0, "spinor/quine_boot_spinor.c",
		"(status & BUSY) != 0u && status != SILENCE", "(status & BUSY) != 0u"},
	{"no limit to waiting in open", 0, "spinor/quine_boot_spinor.c", "left -= 1;", ";"},
	{"open does not feed the watchdog", 0, "spinor/quine_boot_spinor.c", "        quine_watchdog();\n", ""},
	{"protected header is read", 0, "spinor/quine_boot_spinor.c", "if (offset == 0u &&", "if (false &&"},
	{"protected image is not read", 0, "spinor/quine_boot_spinor.c", "if (offset == 0u &&", "if ("},
	{"no write enable", 0, "spinor/quine_spinor.h", "    spi_command(WRITE_ENABLE);\n    if (", "    if ("},
	{"write enable is not checked", 0, "spinor/quine_spinor.h", "(BUSY | ENABLED | refuse)) != ENABLED", "(BUSY | refuse)) != 0u"},
	{"program is not awaited", 0, "spinor/quine_spinor.h", "return spinor_wait();", "return QUINE_OK;"},
	{"no limit to waiting", 0, "spinor/quine_spinor.h", "left > 0u; left--", "left > 0u;"},
	{"wait does not feed the watchdog", 0, "spinor/quine_spinor.h", "        spinor_feed();\n", ""},
	{"error is not reported", 2, "spinor/quine_spinor.h", "(spi_query(QUINE_SPINOR_ERRORS_IN) & QUINE_SPINOR_ERRORS) != 0u", "false"},
	{"errors are read too early", 6, "spinor/quine_spinor.h", "        uint8_t status = spi_query(READ_STATUS);\n        if (QUINE_SPINOR_ERRORS != 0u &&\n            (spi_query(QUINE_SPINOR_ERRORS_IN) & QUINE_SPINOR_ERRORS) != 0u) {",
		"        bool error = (spi_query(QUINE_SPINOR_ERRORS_IN) & QUINE_SPINOR_ERRORS) != 0u;\n        uint8_t status = spi_query(READ_STATUS);\n        if (error) {"},
	{"error is not cleared", 2, "spinor/quine_spinor.h", "spi_command(QUINE_SPINOR_ERRORS_CLEAR);\n            break;", "break;"},
	{"no unlock", 1, "spinor/quine_spinor.h", "spi_command(UNLOCK);", ""},
	{"three-byte read of a large chip", 1, "spinor/quine_spinor.h", "#define READ 0x13u", "#define READ 0x03u"},
	{"wrong erase size", 1, "spinor/quine_spinor.h", "0x21u : 0xDCu", "0x21u : 0x21u"},
	{"chip stays selected", 0, "spi/quine_spi_frame.h", "uint8_t in = spi_begin(bytes, n);\n    quine_spi_select(false);", "uint8_t in = spi_begin(bytes, n);"},
	{"address in the wrong order", 0, "spi/quine_spi_frame.h", "__builtin_bswap32(address << (32u - 8u * QUINE_SPI_ADDRESS))", "address"},
	{"fourth address byte forgotten", 1, "spi/quine_spi_frame.h", "(void)spi_exchange((uint8_t)address);", ";"},

	{"FRAM is not given time to wake up", 3, "fram/quine_boot_fram.c", "WAKE_POLLS; left", "1u; left"},
	{"FRAM's protected header is read", 3, "fram/quine_boot_fram.c", "if (offset == 0u &&", "if (false &&"},
	{"FRAM's protected image is not read", 3, "fram/quine_boot_fram.c", "if (offset == 0u &&", "if ("},
	{"consume writes too little", 3, "fram/quine_boot_fram.c", "NULL, QUINE_STAGING_SIZE", "NULL, 0u"},
	{"FRAM without write enable", 3, "fram/quine_fram.h", "spi_command(WRITE_ENABLE);", ""},
	{"FRAM's write enable is not checked", 3, "fram/quine_fram.h", "(ENABLED | QUINE_FRAM_PROTECT)) != ENABLED", "QUINE_FRAM_PROTECT) != 0u"},
	{"FRAM's protection is not checked", 3, "fram/quine_fram.h", "(ENABLED | QUINE_FRAM_PROTECT)", "ENABLED"},
	{"erase writes zeros", 3, "fram/quine_fram.h", "*data++ : 0xFFu", "*data++ : 0x00u"},
	{"end of FRAM ignored", 3, "fram/quine_store_fram.c", "n <= QUINE_STORE_SIZE - offset", "n <= QUINE_STORE_SIZE"},
	{"FRAM is erased inside a unit", 3, "fram/quine_store_fram.c", "|| offset % QUINE_STORE_UNIT != 0u", ""},
	{"file is erased inside a unit", 5, "file/quine_store_file.c", "|| offset % QUINE_STORE_UNIT != 0u", ""},
	{"file takes what is not erased", 5, "file/quine_store_file.c", "if (old[i] != ERASED)", "if (false)"},
	{"file is not extended", 5, "file/quine_store_file.c", "blank((uint32_t)size, QUINE_STORE_SIZE)", "QUINE_OK"},
	{"two address bytes sent as three", 4, "spi/quine_spi_frame.h", "QUINE_SPI_ADDRESS == 2 ? 3u : 4u", "4u"},
}

func TestMistakesAreFound(t *testing.T) {
	needCompiler(t)
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			stores := t.TempDir()
			if err := os.CopyFS(stores, os.DirFS(filepath.Join(device, "store"))); err != nil {
				t.Fatal(err)
			}
			m.make(t, stores)
			// What a mistake leaves unused is no mistake to be found here.
			program := compile(t, variants[m.variant], stores, "-O1", "-Wno-error")
			text, err := run(program)
			if err == nil {
				t.Fatal("all scenarios pass")
			}
			t.Logf("found: %s", bytes.TrimSpace(text))
		})
	}
}

// make changes the one place in the copy of the stores.
func (m *mistake) make(t *testing.T, stores string) {
	t.Helper()
	path := filepath.Join(stores, m.file)
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(source, []byte(m.old)); n != 1 {
		t.Fatalf("%s has %d places like %q; the list of mistakes is out of date", m.file, n, m.old)
	}
	source = bytes.Replace(source, []byte(m.old), []byte(m.new), 1)
	if err := os.WriteFile(path, source, fs.FileMode(0o644)); err != nil {
		t.Fatal(err)
	}
}
