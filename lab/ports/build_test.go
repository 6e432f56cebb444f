// SPDX-License-Identifier: BSD-3-Clause

package ports

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const library = "../../device"

var warnings = strings.Fields("-Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes -Werror")

// A port is a folder of device/port and how its driver is tested.
type port struct {
	name    string
	variant string   // where it is tested in more than one
	model   string   // of device/test/ports/model
	driver  string   // the port that has the driver's text, name if empty
	defines []string // for model and driver

	extra    string // a source file that the board has to give
	absolute string // function whose address the kernel holds, for use in flash only

	cpu  string
	base uint32 // of flash
	ram  uint32
	unit int // of a staging store in internal flash
}

var ports = []port{
	{name: "nrf52", model: "nrf52", cpu: "cortex-m4", base: 0, ram: 0x20000000, unit: 0x1000},
	{name: "stm32f0", model: "stm32f1", driver: "stm32f1", defines: []string{"QUINE_PAGE_SIZE=2048u"},
		cpu: "cortex-m0", base: 0x08000000, ram: 0x20000000, unit: 0x400},
	{name: "stm32f1", model: "stm32f1", cpu: "cortex-m3", base: 0x08000000, ram: 0x20000000, unit: 0x400},
	{name: "stm32f1", variant: "fixed boot sector", model: "stm32f1", defines: []string{"QUINE_BOOT_CHANGE=0"},
		cpu: "cortex-m3", base: 0x08000000, ram: 0x20000000, unit: 0x400},
	{name: "stm32f4", model: "stm32f4", cpu: "cortex-m4", base: 0x08000000, ram: 0x20000000, unit: 0x20000},
	{name: "stm32f4", variant: "fixed boot sector", model: "stm32f4", defines: []string{"QUINE_BOOT_CHANGE=0"},
		cpu: "cortex-m4", base: 0x08000000, ram: 0x20000000, unit: 0x20000},
	{name: "stm32g0", model: "stm32l4", driver: "stm32l4", defines: []string{"MODEL_VARIANT=G0"},
		cpu: "cortex-m0plus", base: 0x08000000, ram: 0x20000000, unit: 0x800},
	{name: "stm32g0", variant: "two banks", model: "stm32l4", driver: "stm32l4",
		defines: []string{"MODEL_VARIANT=G0", "QUINE_DBANK=1", "QUINE_BANK_SIZE=0x40000u"},
		cpu:     "cortex-m0plus", base: 0x08000000, ram: 0x20000000, unit: 0x800},
	{name: "stm32g4", model: "stm32l4", driver: "stm32l4",
		defines: []string{"MODEL_VARIANT=G4", "QUINE_DBANK=1", "QUINE_BANK_SIZE=0x40000u"},
		cpu:     "cortex-m4", base: 0x08000000, ram: 0x20000000, unit: 0x800},
	{name: "stm32l0", model: "stm32l0", cpu: "cortex-m0plus", base: 0x08000000, ram: 0x20000000, unit: 0x80},
	{name: "stm32l0", variant: "fixed boot sector", model: "stm32l0", defines: []string{"QUINE_BOOT_CHANGE=0"},
		cpu: "cortex-m0plus", base: 0x08000000, ram: 0x20000000, unit: 0x80},
	{name: "stm32l4", model: "stm32l4", cpu: "cortex-m4", base: 0x08000000, ram: 0x20000000, unit: 0x800},
	{name: "stm32l4", variant: "fixed boot sector", model: "stm32l4", defines: []string{"QUINE_BOOT_CHANGE=0"},
		cpu: "cortex-m4", base: 0x08000000, ram: 0x20000000, unit: 0x800},
	{name: "rp2040", model: "rp2040", extra: "test/ports/boot2.c", absolute: "operate", cpu: "cortex-m0plus", base: 0x10000000, ram: 0x20000000, unit: 0x1000},
	{name: "samd21", model: "samd21", cpu: "cortex-m0plus", base: 0, ram: 0x20000000, unit: 0x100},
	{name: "samd21", variant: "fixed boot sector", model: "samd21", defines: []string{"QUINE_BOOT_CHANGE=0"},
		cpu: "cortex-m0plus", base: 0, ram: 0x20000000, unit: 0x100},
}

// template is linked only; there is no such controller.
var template = port{name: "template", cpu: "cortex-m0plus", ram: 0x20000000, unit: 0x400}

func (p port) dir() string { return filepath.Join(library, "port", p.name) }

// test returns the name of the port's tests.
func (p port) test() string { return strings.TrimSpace(p.name + " " + p.variant) }

// source returns the file that has the text of the driver.
func (p port) source() string {
	name := p.driver
	if name == "" {
		name = p.name
	}
	return filepath.Join(library, "port", name, "quine_port_"+name+".c")
}

// run runs a tool and returns what it printed.
func run(t *testing.T, tool string, args ...string) string {
	t.Helper()
	out, err := exec.Command(tool, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", tool, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// hostFlags are the compiler's arguments for a port's driver and model.
func (p port) hostFlags() []string {
	args := append(strings.Fields("-std=gnu11 -g -O1"), warnings...)
	for _, d := range p.defines {
		args = append(args, "-D"+d)
	}
	for _, dir := range []string{"test/ports/model", "test/ports", "port/" + p.name, "include", "src", "store/internal"} {
		args = append(args, "-I", filepath.Join(library, dir))
	}
	return args
}

// hostFiles are the files of the test program but the driver.
func (p port) hostFiles() []string {
	var files []string
	for _, name := range []string{"test_port", "model", "model_" + p.model} {
		files = append(files, filepath.Join(library, "test/ports/model", name+".c"))
	}
	return files
}

// hostObjects compiles the files of the test program but the driver to dir.
func (p port) hostObjects(t *testing.T, dir string, flags ...string) []string {
	t.Helper()
	var objects []string
	for i, file := range p.hostFiles() {
		object := filepath.Join(dir, fmt.Sprintf("%d.o", i))
		run(t, "cc", append(append(p.hostFlags(), flags...), "-c", file, "-o", object)...)
		objects = append(objects, object)
	}
	return objects
}

// hostProgram compiles a driver and links it with the objects of hostObjects.
func (p port) hostProgram(t *testing.T, driver, program string, objects []string, flags ...string) {
	t.Helper()
	args := append(p.hostFlags(), flags...)
	// A driver that a test has spoilt may leave something unused.
	args = append(args, "-Wno-unused-function", "-Wno-unused-variable", "-Wno-unused-parameter", "-Wno-empty-body", driver)
	run(t, "cc", append(append(args, objects...), "-o", program)...)
}
