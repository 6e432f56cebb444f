// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine/image"
)

// sealFlags are the flags of quine seal.
type sealFlags struct {
	output, hex       string
	version, hardware string
	bootFrom          string
	build             uint32
	buildSet          bool
	counter           uint32
	skipOutside, json bool
}

func newSeal(c *console) *cobra.Command {
	var f sealFlags
	cmd := &cobra.Command{
		Use:     "seal FIRMWARE -o IMAGE --version VERSION",
		Aliases: []string{"sign"},
		Short:   "Make an image from what the linker wrote",
		Long: `Seal reads firmware in ELF, Intel HEX or binary form, fills in its manifest and
sets its seal. The result is what is programmed at the factory, and what diff takes.`,
		Example: `  quine seal app.elf -o app-1.2.3.bin --hex app-1.2.3.hex --version 1.2.3
  quine seal app.elf -o app.bin --version v1.2.3+45 --counter 2 --hardware 1-3
  quine seal app.elf -o app-1.3.0.bin --version 1.3.0 --boot-from app-1.2.3.bin`,
		Args: operands("FIRMWARE"),
	}
	cmd.RunE = verb(func(args []string) error {
		f.buildSet = cmd.Flags().Changed("build")
		return c.seal(args[0], &f)
	})
	flags := cmd.Flags()
	outputFlag(cmd, &f.output, "image")
	flags.StringVar(&f.hex, "hex", "", "write the image as Intel HEX to this `file`")
	flags.StringVar(&f.version, "version", "", "`version` as 1.2.3 or 1.2.3+4, at most 255.255.65535")
	flags.Uint32Var(&f.build, "build", 0, "build `number`, instead of +4 in the version")
	flags.Uint32Var(&f.counter, "counter", 0, "security counter; devices refuse a lower `number` than they run")
	flags.StringVar(&f.hardware, "hardware", "", "hardware revisions as 2 or 1-3 (default: that of the boot sector)")
	flags.StringVar(&f.bootFrom, "boot-from", "", "carry over the boot sector of this older sealed `image`, so that an update does not touch it")
	flags.BoolVar(&f.skipOutside, "skip-outside", false, "leave out what lies outside the application region, such as option bytes")
	jsonFlag(cmd, &f.json)
	return cmd
}

// options turns the flags into those of package image.
func (f *sealFlags) options() (image.Options, error) {
	opts := image.Options{Counter: f.counter, SkipOutside: f.skipOutside}
	if f.version == "" {
		return opts, usagef("missing flag --version")
	}
	v, err := image.ParseVersion(f.version)
	if err != nil {
		return opts, usageError{err}
	}
	if f.buildSet {
		if strings.Contains(f.version, "+") && v.Build != f.build {
			return opts, usagef("--build %d and --version %s name two build numbers", f.build, f.version)
		}
		v.Build = f.build
	}
	opts.Version = v
	if f.hardware != "" {
		if opts.HardwareMin, opts.HardwareMax, err = parseRange(f.hardware); err != nil {
			return opts, err
		}
	}
	return opts, nil
}

// parseRange parses "2" or "1-3".
func parseRange(s string) (lo, hi uint16, err error) {
	first, last, isRange := strings.Cut(s, "-")
	if !isRange {
		last = first
	}
	a, err1 := strconv.ParseUint(first, 10, 16)
	b, err2 := strconv.ParseUint(last, 10, 16)
	if err1 != nil || err2 != nil || b < a {
		return 0, 0, usagef("hardware %q is not of the form 2 or 1-3, up to 65535", s)
	}
	return uint16(a), uint16(b), nil
}

// seal is the verb.
func (c *console) seal(input string, f *sealFlags) error {
	opts, err := f.options()
	if err != nil {
		return err
	}
	outputs := []string{f.output, f.hex}
	if f.output != "" && f.output == f.hex {
		return usagef("-o and --hex name the same file %s", f.output)
	}
	for i, name := range outputs {
		if name == "" && outputs[1-i] != "" {
			continue
		}
		if err := c.checkOutput(name, input, f.bootFrom); err != nil {
			return err
		}
	}
	data, err := c.read(input)
	if err != nil {
		return err
	}
	raw, err := image.Read(data)
	if err != nil {
		return inFile(input, err)
	}
	if f.bootFrom != "" {
		old, err := c.image(f.bootFrom)
		if err != nil {
			return err
		}
		if err := raw.CarryBoot(old); err != nil {
			return inFile(f.bootFrom, err)
		}
	}
	im, err := image.Seal(raw, opts)
	if err != nil {
		return inFile(input, err)
	}
	return c.writeSealed(im, f)
}

// writeSealed writes the outputs of quine seal and reports.
func (c *console) writeSealed(im *image.Image, f *sealFlags) error {
	if f.output != "" {
		if err := c.write(f.output, im.Data); err != nil {
			return err
		}
	}
	if f.hex != "" {
		var b bytes.Buffer
		if err := im.WriteHEX(&b); err != nil {
			return err
		}
		if err := c.write(f.hex, b.Bytes()); err != nil {
			return err
		}
	}
	w := c.out
	if f.output == "-" || f.hex == "-" {
		w = c.err
	}
	if f.json {
		return writeJSON(w, newImageReport(im))
	}
	m := &im.Manifest
	_, err := fmt.Fprintf(w, "sealed version %v, id %v, %d of %d bytes, unsigned\n", m.Version, m.ID, m.Size, im.Boot.ImageMax)
	return err
}
