// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/quine-fw/quine/cmd/quine/internal/ldscript"
	"github.com/quine-fw/quine/cmd/quine/internal/setup"
	"github.com/quine-fw/quine/device"
)

// initFlags are the flags of quine init.
type initFlags struct {
	setup.Options
	elf, script, output string
	dirs, defsym        []string
	force               bool
}

func newInit(c *console) *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init --elf ELF --ld SCRIPT --part PART",
		Short: "Plan how Quine gets into your firmware, and write what it needs",
		Long: `Init looks at firmware that has never heard of Quine: the ELF file and the linker
script of GNU ld that it was linked with. It says what fits, and writes beside the old
script, or to the folder -o: the script with Quine in it as SCRIPT.quine.ld, the
settings as quine_config.h, and the start of a port if the library has none for the
part. It changes no file that is there.

The parts of the library are ` + strings.Join(device.Parts(), ", ") + `.
For any other part, name it and tell --page and --program-unit.`,
		Example: `  quine init --elf build/app.elf --ld STM32G071.ld --part stm32g0
  quine init --elf app.elf --ld link.ld --part nrf52 --store spinor -o quine-port
  quine init --elf app.elf --ld link.ld --part efm32 --page 2048 --program-unit 4`,
		Args: operands(),
	}
	cmd.RunE = verb(func([]string) error { return c.init(&f, cmd.Flags().Changed("product")) })
	flags := cmd.Flags()
	flags.StringVar(&f.elf, "elf", "", "the firmware as the linker writes it today, an ELF `file`")
	flags.StringVar(&f.script, "ld", "", "the linker script of that firmware, a `file`")
	flags.StringArrayVarP(&f.dirs, "library-path", "L", nil, "look for what the script includes in this `folder`, too")
	flags.StringArrayVar(&f.defsym, "defsym", nil, "a symbol of the linker's command line, as `NAME=VALUE`")
	flags.StringVar(&f.Part, "part", "", "the `part`, as a port of the library is called, or a name for a new port")
	flags.StringVar(&f.Store, "store", "internal", "where a new image is rebuilt: internal, spinor or fram")
	flags.StringVarP(&f.output, "output", "o", "", "write to this `folder` (default: that of the script)")
	flags.Uint32Var(&f.Product, "product", 0, "`number` of your product (default: that of an earlier init, or drawn at random)")
	flags.BoolVar(&f.Signed, "signed", false, "for devices that take only signed images: reserve flash for the counter's floor")
	flags.Uint32Var(&f.Page, "page", 0, "erase unit of the part in `bytes`, where its port leaves a choice or there is none")
	flags.Uint32Var(&f.ProgramUnit, "program-unit", 0, "start a new port for a part that programs so many `bytes` at once")
	flags.BoolVar(&f.force, "force", false, "overwrite what an earlier init has written")
	return cmd
}

// init is the verb.
func (c *console) init(f *initFlags, productSet bool) error {
	for _, flag := range [][2]string{{"--elf", f.elf}, {"--ld", f.script}, {"--part", f.Part}} {
		if flag[1] == "" {
			return usagef("missing flag %s", flag[0])
		}
	}
	if f.output == "" {
		f.output = filepath.Dir(f.script)
	}
	if !productSet {
		f.Product = productIn(filepath.Join(f.output, "quine_config.h"))
	}
	plan, err := c.plan(f)
	if err != nil {
		return err
	}
	files, err := plan.Files()
	if err != nil {
		return err
	}
	writePlan(c.out, plan)
	if err := writeNew(f.output, files, f.force); err != nil {
		return err
	}
	for _, name := range setup.Names(files) {
		fmt.Fprintf(c.out, "wrote %s\n", filepath.Join(f.output, name))
	}
	script := filepath.Join(f.output, plan.ScriptName())
	fmt.Fprintf(c.out, "\n%s\n", diff.Diff(f.script, []byte(plan.Script.Text), script, []byte(files[plan.ScriptName()])))
	return writeNext(c.out, plan, f)
}

var productLine = regexp.MustCompile(`(?m)^#define QUINE_PRODUCT (0x[0-9A-Fa-f]+)u`)

// productIn returns the product number that an earlier init has put into a file, or a
// new one.
func productIn(config string) uint32 {
	if data, err := os.ReadFile(config); err == nil {
		if m := productLine.FindSubmatch(data); m != nil {
			if v, err := strconv.ParseUint(string(m[1]), 0, 32); err == nil {
				return uint32(v)
			}
		}
	}
	var b [4]byte
	rand.Read(b[:])
	return binary.LittleEndian.Uint32(b[:])
}

// plan reads the files and makes the plan.
func (c *console) plan(f *initFlags) (*setup.Plan, error) {
	data, err := c.read(f.elf)
	if err != nil {
		return nil, err
	}
	firmware, err := setup.ReadELF(data)
	if err != nil {
		return nil, inFile(f.elf, cured(err))
	}
	if data, err = c.read(f.script); err != nil {
		return nil, err
	}
	symbols, err := f.symbols()
	if err != nil {
		return nil, err
	}
	try := func(text []byte) (*setup.Plan, error) {
		script, err := ldscript.Parse(f.script, text, symbols)
		if err != nil {
			return nil, cured(err)
		}
		plan, err := setup.New(firmware, script, f.Options)
		return plan, cured(err)
	}
	plan, err := try(data)
	if err != nil {
		// What is missing may be in a file that the script includes.
		if text, names := ldscript.Expand(string(data), f.include); len(names) > 0 {
			if plan, err = try([]byte(text)); err == nil {
				fmt.Fprintf(c.out, "script       %s with the text of %s, which it includes\n", f.script, strings.Join(names, ", "))
			}
		}
	}
	if err != nil {
		return nil, err
	}
	plan.ELFName = filepath.Base(f.elf)
	return plan, nil
}

// include reads a file that the linker script includes.
func (f *initFlags) include(name string) ([]byte, bool) {
	for _, dir := range append([]string{filepath.Dir(f.script)}, f.dirs...) {
		if data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			return data, true
		}
	}
	return nil, false
}

// symbols returns those of --defsym.
func (f *initFlags) symbols() (map[string]uint64, error) {
	symbols := map[string]uint64{}
	for _, text := range f.defsym {
		name, value, _ := strings.Cut(text, "=")
		v, err := strconv.ParseUint(value, 0, 64)
		if err != nil {
			return nil, usagef("--defsym %s is not of the form NAME=0x1000", text)
		}
		symbols[name] = v
	}
	return symbols, nil
}

// cured makes the cure of a problem the hint that is told with it.
func cured(err error) error {
	var p *setup.Problem
	var e *ldscript.Error
	switch {
	case errors.As(err, &p):
		return &hinted{err, p.Cure}
	case errors.As(err, &e):
		return &hinted{err, e.Cure}
	}
	return err
}

// writeNew writes files to a folder, and none of them if one is there with another
// content, unless force is set.
func writeNew(dir string, files map[string]string, force bool) error {
	for _, name := range setup.Names(files) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if has, err := os.ReadFile(path); err == nil && !force && !bytes.Equal(has, []byte(files[name])) {
			return inFile(path, &hinted{errors.New("file exists and would change"), "name another folder with -o, or overwrite it with --force"})
		}
	}
	for _, name := range setup.Names(files) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return plain(err)
		}
		if err := os.WriteFile(path, []byte(files[name]), 0o666); err != nil {
			return plain(err)
		}
	}
	return nil
}

// writePlan says what fits, and where everything goes.
func writePlan(w io.Writer, p *setup.Plan) {
	section, line := p.Vectors()
	fmt.Fprintf(w, "firmware     %d bytes of flash, %d of RAM; about %d and %d with Quine\n", p.FlashUsed, p.RAMUsed, p.FlashNeed, p.RAMNeed)
	fmt.Fprintf(w, "flash        %d KiB in %s at 0x%08x, erase units: %s\n", p.Flash.Length>>10, p.Flash.Name, p.Flash.Origin, p.Units(uint32(p.Flash.Length)))
	fmt.Fprintf(w, "  0x%08x boot sector, 4096 bytes\n", p.Flash.Origin)
	fmt.Fprintf(w, "  0x%08x application, up to 0x%08x\n", p.Flash.Origin+uint64(p.AppStart), p.Flash.Origin+uint64(p.ImageMax))
	if p.Store == "internal" {
		fmt.Fprintf(w, "  0x%08x staging store, %d KiB for an image\n", p.Flash.Origin+uint64(p.StoreOffset), p.StoreMax>>10)
	} else {
		fmt.Fprintf(w, "%-12s staging store, %d KiB for an image\n", p.Store, p.StoreMax>>10)
	}
	if p.Signed {
		fmt.Fprintf(w, "  0x%08x floor of the security counter, %d bytes\n", p.Flash.Origin+uint64(p.FloorOffset), p.FloorSize)
	}
	fmt.Fprintf(w, "RAM          %d KiB in %s at 0x%08x\n", p.RAM.Length>>10, p.RAM.Name, p.RAM.Origin)
	fmt.Fprintf(w, "vectors      in %s, line %d; they move behind the manifest\n\n", section, line)
}

// writeNext says what is left to do.
func writeNext(w io.Writer, p *setup.Plan, f *initFlags) error {
	port := p.Part
	if p.ProgramUnit > 0 {
		port = filepath.ToSlash(filepath.Join(f.output, "port", p.Part))
	}
	part, config := p.Part, ""
	if p.ProgramUnit > 0 {
		part = "template"
	}
	if dir := filepath.ToSlash(f.output); dir != "." {
		config = "       QUINE_CONFIG := " + dir + "\n"
	}
	var steps []string
	if p.Signed {
		config += "       QUINE_BUILD := signed\n       QUINE_KEYS := keys.c\n"
		steps = append(steps, "quine keygen -o release.pem; quine keygen -o spare.pem; quine pubkey --c release.pem spare.pem -o keys.c")
	}
	steps = append(steps,
		fmt.Sprintf("quine vendor quine --part %s --store %s", part, p.Store),
		fmt.Sprintf("build it with your firmware. In a makefile:\n"+
			"       QUINE_PORT := %s\n       QUINE_STORE := %s\n%s       QUINE_CPU := -mcpu=... -mthumb\n       include quine/quine.mk\n"+
			"   compile with $(QUINE_INCLUDES), link $(QUINE_OBJECTS) with $(QUINE_LDFLAGS) -T %s;\n   for CMake and others see quine/README.md",
			port, p.Store, config, filepath.ToSlash(filepath.Join(f.output, p.ScriptName()))))
	if p.ProgramUnit > 0 {
		steps = append(steps, fmt.Sprintf("write the flash driver: replace what is in capitals in %s", port))
	}
	if p.Store != "internal" {
		steps = append(steps, "write quine_spi.h beside quine_config.h: quine/store/spi/quine_spi_port.h says what it gives")
	}
	steps = append(steps,
		"call the five functions of quine/include/quine.h where your patches arrive")
	if p.Geometry.Core != "cortex-m0" {
		steps = append(steps, "drop what your startup code stores to SCB->VTOR: boot has set it")
	}
	steps = append(steps, "quine check on the new ELF file says what is left")
	var b strings.Builder
	b.WriteString("next:\n")
	for i, s := range steps {
		fmt.Fprintf(&b, "%d. %s\n", i+1, s)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
