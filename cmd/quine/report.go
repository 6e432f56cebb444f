// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/patch"
	patchreport "github.com/quine-fw/quine/patch/report"
)

// reportFlags are the flags of quine report.
type reportFlags struct {
	elf, oldELF, html string
	raw, json         bool
	top, effort       int
}

func newReport(c *console) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report OLD NEW",
		Short: "Show where the bytes of a patch go, and what makes it large",
		Long: `Report makes the patch from OLD to NEW and tells what its bytes are spent on: by kind,
and by function and object of the new image if its ELF file is known, by blocks
otherwise. It names causes that a developer can remove, such as a build date, and how.

OLD and NEW are sealed images, ELF files, or any two binaries. Images are compared as
diff does, all else as diff --raw does.`,
		Example: `  quine report app-1.0.0.bin app-1.1.0.bin --elf app.elf --html report.html
  quine report old.elf new.elf
  quine report old.bin new.bin --json | jq '.causes[].name'`,
		Args: operands("OLD", "NEW"),
	}
	cmd.RunE = verb(func(args []string) error { return c.patchReport(args[0], args[1], &f) })
	flags := cmd.Flags()
	flags.StringVar(&f.elf, "elf", "", "take the symbols of NEW from this `file`")
	flags.StringVar(&f.oldELF, "old-elf", "", "the ELF `file` of OLD, to compare compilers")
	flags.StringVar(&f.html, "html", "", "also write the report as a page to this `file`")
	flags.BoolVar(&f.raw, "raw", false, "compare images as any two files")
	flags.IntVar(&f.top, "top", 20, "show this `number` of places")
	effortFlag(cmd, &f.effort)
	jsonFlag(cmd, &f.json)
	return cmd
}

// A side is OLD or NEW of a report.
type side struct {
	data []byte
	im   *image.Image     // if it is a sealed image
	elf  *patchreport.ELF // if that is known
}

// side reads one side; elf is the name of its ELF file, empty if there is none.
func (c *console) side(name, elf string) (*side, error) {
	data, err := c.read(name)
	if err != nil {
		return nil, err
	}
	s := &side{data: data}
	switch {
	case isELF(data):
		if s.elf, err = patchreport.ParseELF(data); err != nil {
			return nil, inFile(name, err)
		}
		s.data = s.elf.Image
	case isContainer(data):
		raw, err := image.Read(data)
		if err != nil {
			return nil, inFile(name, err)
		}
		s.data = raw.Data
	}
	if im, err := image.Parse(s.data); err == nil && im.Verify() == nil {
		s.im = im
	}
	if elf != "" {
		s.elf, err = c.elf(elf, name, s.data)
	}
	return s, err
}

// elf reads the ELF file that an image was made of.
func (c *console) elf(name, imageName string, image []byte) (*patchreport.ELF, error) {
	data, err := c.read(name)
	if err != nil {
		return nil, err
	}
	e, err := patchreport.ParseELF(data)
	if err != nil {
		return nil, inFile(name, err)
	}
	if !e.Fit(image) {
		return nil, &hinted{inFile(name, fmt.Errorf("most of %s is not in this file", imageName)), "give the ELF file that this very image was made of"}
	}
	return e, nil
}

// address returns where the side is loaded, 0 if that is not known.
func (s *side) address() uint32 {
	switch {
	case s.im != nil:
		return s.im.Manifest.LoadAddress
	case s.elf != nil:
		return s.elf.Base()
	}
	return 0
}

// patchReport is the verb.
func (c *console) patchReport(oldName, newName string, f *reportFlags) error {
	if f.top < 0 {
		return usagef("--top must not be negative")
	}
	if err := checkEffort(f.effort); err != nil {
		return err
	}
	if f.html != "" {
		if err := c.checkOutput(f.html, oldName, newName, f.elf, f.oldELF); err != nil {
			return err
		}
	}
	from, err := c.side(oldName, f.oldELF)
	if err != nil {
		return err
	}
	to, err := c.side(newName, f.elf)
	if err != nil {
		return err
	}
	r, err := c.examine(from, to, f)
	if err != nil {
		return err
	}
	if f.html != "" {
		var page bytes.Buffer
		title := fmt.Sprintf("Patch from %s to %s", filepath.Base(oldName), filepath.Base(newName))
		if err := r.WriteHTML(&page, title); err != nil {
			return err
		}
		if err := c.write(f.html, page.Bytes()); err != nil {
			return err
		}
	}
	if f.json {
		return writeJSON(c.report(f.html), r)
	}
	return r.WriteText(c.report(f.html), f.top)
}

// examine makes the patch between two sides and reports on it.
func (c *console) examine(from, to *side, f *reportFlags) (*patchreport.Report, error) {
	defer c.progress("comparing")()
	in := patchreport.Input{
		Old: from.data, New: to.data, Address: to.address(),
		OldELF: from.elf, NewELF: to.elf,
	}
	visit := func(p patch.Part) { in.Parts = append(in.Parts, p) }
	var address uint32
	var err error
	if from.im != nil && to.im != nil && !f.raw {
		keys := patch.Keys{}
		if from.im.Boot.Flags&image.BootEncrypted != 0 {
			keys.Decrypt = make([]byte, 32) // any will do, the patch is only looked at
		}
		opts := &patch.Options{AllowBootChange: true, Effort: f.effort, Key: keys.Decrypt}
		if in.Patch, err = patch.Create(from.im, to.im, opts); err == nil {
			address, err = keys.Trace(from.im, in.Patch, visit)
		}
	} else if in.Patch, err = patch.CreateRaw(from.data, to.data, &patch.Options{Effort: f.effort}); err == nil {
		address, err = patch.TraceRaw(from.data, in.Patch, visit)
	}
	if err != nil {
		return nil, err
	}
	if in.Address == 0 {
		in.Address = address // as the encoder has guessed
	}
	return patchreport.New(in), nil
}
