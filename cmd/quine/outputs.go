// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine/image"
)

// uf2Families are the numbers of the parts by uf2families.json of the UF2 project.
var uf2Families = map[string]uint32{
	"nrf52": 0x1B57745F, "rp2040": 0xE48BFF56, "samd21": 0x68ED2B88,
	"stm32f0": 0x647824B6, "stm32f1": 0x5EE21072, "stm32f4": 0x57755A57, "stm32g0": 0x300F5633,
	"stm32g4": 0x4C71240A, "stm32l0": 0x202E3A91, "stm32l4": 0x00FF6919,
}

// sealOutputs are the files that quine seal writes an image to.
type sealOutputs struct {
	binary, hex, uf2, dfu string
	family                string // of --uf2
	dfuID                 string
}

// add adds the flags to cmd.
func (o *sealOutputs) add(cmd *cobra.Command) {
	outputFlag(cmd, &o.binary, "image")
	flags := cmd.Flags()
	flags.StringVar(&o.hex, "hex", "", "write the image as Intel HEX to this `file`")
	flags.StringVar(&o.uf2, "uf2", "", "write the image as UF2, for loaders that look like a disk, to this `file`")
	flags.StringVar(&o.family, "uf2-family", "", "what the UF2 file is for: a `part` or the number of a family such as 0xada52840")
	flags.StringVar(&o.dfu, "dfu", "", "write the image with a DFU suffix, for dfu-util, to this `file`")
	flags.StringVar(&o.dfuID, "dfu-id", "ffff:ffff", "USB vendor and product in the suffix, in `hexadecimal`; ffff for any")
	_ = cmd.RegisterFlagCompletionFunc("uf2-family", cobra.FixedCompletions(slices.Sorted(maps.Keys(uf2Families)), cobra.ShellCompDirectiveNoFileComp))
}

// An outputFile is one of them.
type outputFile struct {
	flag, name string
	write      func(w io.Writer, im *image.Image) error
}

// files returns the files that are asked for.
func (o *sealOutputs) files() ([]outputFile, error) {
	family, err := parseFamily(o.family)
	if err != nil {
		return nil, err
	}
	vendor, product, err := parseUSB(o.dfuID)
	if err != nil {
		return nil, err
	}
	all := []outputFile{
		{"-o", o.binary, func(w io.Writer, im *image.Image) error { _, err := w.Write(im.Data); return err }},
		{"--hex", o.hex, func(w io.Writer, im *image.Image) error { return im.WriteHEX(w) }},
		{"--uf2", o.uf2, func(w io.Writer, im *image.Image) error { return im.WriteUF2(w, family) }},
		{"--dfu", o.dfu, func(w io.Writer, im *image.Image) error { return im.WriteDFU(w, vendor, product) }},
	}
	list := slices.DeleteFunc(all, func(f outputFile) bool { return f.name == "" })
	for i, f := range list {
		for _, g := range list[:i] {
			if f.name == g.name {
				return nil, usagef("%s and %s name the same file %s", g.flag, f.flag, f.name)
			}
		}
	}
	return list, nil
}

// parseFamily returns the UF2 family that s names, 0 if it names none.
func parseFamily(s string) (uint32, error) {
	if id, ok := uf2Families[s]; ok || s == "" {
		return id, nil
	}
	n, err := strconv.ParseUint(s, 0, 32)
	if err != nil || n == 0 {
		return 0, &hinted{usagef("UF2 family %q is neither a part nor a number", s),
			"parts are " + strings.Join(slices.Sorted(maps.Keys(uf2Families)), ", ")}
	}
	return uint32(n), nil
}

// parseUSB parses "0483:df11".
func parseUSB(s string) (vendor, product uint16, err error) {
	first, last, _ := strings.Cut(s, ":")
	a, err1 := strconv.ParseUint(first, 16, 16)
	b, err2 := strconv.ParseUint(last, 16, 16)
	if err1 != nil || err2 != nil {
		return 0, 0, usagef("USB vendor and product %q are not of the form 0483:df11", s)
	}
	return uint16(a), uint16(b), nil
}

// check refuses outputs that are missing, or inputs.
func (o *sealOutputs) check(c *console, inputs ...string) error {
	files, err := o.files()
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return c.checkOutput("")
	}
	for _, f := range files {
		if err := c.checkOutput(f.name, inputs...); err != nil {
			return err
		}
	}
	return nil
}

// write writes im to all of them, and returns where to report.
func (o *sealOutputs) write(c *console, im *image.Image) (io.Writer, error) {
	files, err := o.files()
	if err != nil {
		return nil, err
	}
	report := c.out
	for _, f := range files {
		var b bytes.Buffer
		if err := f.write(&b, im); err != nil {
			return nil, inFile(f.name, err)
		}
		if err := c.write(f.name, b.Bytes()); err != nil {
			return nil, err
		}
		if f.name == "-" {
			report = c.err
		}
	}
	return report, nil
}
