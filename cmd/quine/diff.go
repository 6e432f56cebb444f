// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/patch"
	patchreport "github.com/quine-fw/quine/patch/report"
)

// diffFlags are the flags of quine diff.
type diffFlags struct {
	output, part    string
	elf, oldELF     string
	raw, full, json bool
	allowBootChange bool
	effort          int
	encryptKey      string
}

func newDiff(c *console) *cobra.Command {
	var f diffFlags
	cmd := &cobra.Command{
		Use:   "diff OLD NEW -o PATCH",
		Short: "Make the patch that turns one image into another",
		Long: `Diff makes the patch that a device which runs the image OLD needs to become NEW. It
applies every patch before it writes it. With --full there is no OLD, and the patch
suits whatever a device runs. With --raw both are any two files.

A release that changes the boot sector has a window in which a power cut leaves a
device without one, so diff refuses it unless told otherwise.`,
		Example: `  quine diff app-1.0.0.bin app-1.1.0.bin -o update.patch
  quine diff app-1.1.0.bin app-2.0.0.bin -o boot.patch --allow-boot-change --part stm32f4
  quine diff app-1.0.0.bin app-1.1.0.bin -o update.patch --old-elf old.elf --elf new.elf --effort 9
  quine diff --full app-1.1.0.bin -o full.patch
  quine diff app-1.0.0.bin app-1.1.0.bin -o update.patch --encrypt-key device.aes
  quine diff --raw old.bin new.bin -o - | wc -c`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.full {
				return operands("NEW")(cmd, args)
			}
			return operands("OLD", "NEW")(cmd, args)
		},
	}
	cmd.RunE = verb(func(args []string) error { return c.diff(args, &f) })
	flags := cmd.Flags()
	outputFlag(cmd, &f.output, "patch")
	flags.BoolVar(&f.raw, "raw", false, "compare any two files")
	flags.BoolVar(&f.full, "full", false, "make a patch that needs no OLD")
	flags.BoolVar(&f.allowBootChange, "allow-boot-change", false, "accept a release that changes the boot sector")
	flags.StringVar(&f.part, "part", "", "say how long the boot sector of this `part` is unprotected: "+strings.Join(device.Parts(), ", "))
	effortFlag(cmd, &f.effort)
	encryptKeyFlag(cmd, &f.encryptKey, "to encrypt the patch")
	flags.StringVar(&f.elf, "elf", "", "find moved functions by the symbols of this ELF `file` of NEW; with --old-elf")
	flags.StringVar(&f.oldELF, "old-elf", "", "the ELF `file` of OLD, for --elf")
	jsonFlag(cmd, &f.json)
	return cmd
}

// The values of [diffReport.BootSector].
const (
	bootUnchanged = "unchanged"
	bootChanged   = "CHANGED"
	bootUnknown   = "unknown, a full patch has no base"
)

// A diffReport tells about a patch just made.
type diffReport struct {
	PatchSize  int     `json:"patch_size"`
	NewSize    int     `json:"new_size"`
	Percent    float64 `json:"percent"` // of the new image's size
	BootSector string  `json:"boot_sector,omitempty"`

	Window *bootWindow `json:"boot_window,omitempty"` // if the part is known
}

// A bootWindow tells about the time in which a part has no boot sector.
type bootWindow struct {
	Part    string `json:"part"`
	Typical int64  `json:"typical_ms"`
	Max     int64  `json:"max_ms"`
	Lost    string `json:"lost"` // what a power cut in it means
}

// newBootWindow estimates the window of the part of that name.
func newBootWindow(name string) (*bootWindow, error) {
	part, err := device.Lookup(name)
	if err != nil {
		return nil, usageError{err}
	}
	typical, most := part.Window(image.BootSize)
	return &bootWindow{name, typical.Milliseconds(), most.Milliseconds(), part.BootSectorLost}, nil
}

// boot says what becomes of the boot sector.
func (r *diffReport) boot() string {
	if r.BootSector != bootChanged {
		return r.BootSector
	}
	w := r.Window
	if w == nil {
		return r.BootSector + " (--part tells how long it is unprotected)"
	}
	return fmt.Sprintf("%s (unprotected window about %d ms, at most %d ms; %s after a cut in it %s)",
		r.BootSector, w.Typical, w.Max, w.Part, w.Lost)
}

// diff is the verb.
func (c *console) diff(args []string, f *diffFlags) error {
	if (f.elf == "") != (f.oldELF == "") || f.full && f.elf != "" {
		return usagef("--elf and --old-elf go together, and not with --full")
	}
	if f.raw && (f.full || f.allowBootChange || f.encryptKey != "") {
		return usagef("--raw goes neither with --full nor with --allow-boot-change nor with --encrypt-key")
	}
	if err := checkEffort(f.effort); err != nil {
		return err
	}
	if err := c.checkOutput(f.output, append(args, f.elf, f.oldELF, f.encryptKey)...); err != nil {
		return err
	}
	create := c.diffImages
	if f.raw {
		create = c.diffRaw
	}
	w := c.report(f.output)
	p, r, err := create(args, f)
	if errors.Is(err, quine.CodeBoot) && !f.json {
		fmt.Fprintf(w, "boot sector: %s\n", r.boot())
	}
	if err != nil {
		return err
	}
	if err := c.write(f.output, p); err != nil {
		return err
	}
	r.PatchSize = len(p)
	if r.NewSize > 0 {
		r.Percent = 100 * float64(len(p)) / float64(r.NewSize)
	}
	if f.json {
		return writeJSON(w, r)
	}
	fmt.Fprintf(w, "patch: %d bytes, %.1f %% of %d\n", r.PatchSize, r.Percent, r.NewSize)
	if r.BootSector != "" {
		fmt.Fprintf(w, "boot sector: %s\n", r.boot())
	}
	return nil
}

// diffRaw makes a patch for any two files.
func (c *console) diffRaw(args []string, f *diffFlags) ([]byte, *diffReport, error) {
	from, err := c.read(args[0])
	if err != nil {
		return nil, nil, err
	}
	to, err := c.read(args[1])
	if err != nil {
		return nil, nil, err
	}
	opts := &patch.Options{Effort: f.effort}
	if opts.Moves, err = c.moves(args, f, from, to); err != nil {
		return nil, nil, err
	}
	defer c.progress("comparing")()
	p, err := patch.CreateRaw(from, to, opts)
	return p, &diffReport{NewSize: len(to)}, err
}

// diffImages makes a patch for one or two images.
func (c *console) diffImages(args []string, f *diffFlags) ([]byte, *diffReport, error) {
	var from *image.Image
	r := &diffReport{BootSector: bootUnknown}
	to, err := c.image(args[len(args)-1])
	if err != nil {
		return nil, nil, err
	}
	if !f.full {
		if from, err = c.image(args[0]); err != nil {
			return nil, nil, err
		}
		if from.Manifest.ID == to.Manifest.ID {
			fmt.Fprintf(c.err, "quine: warning: %s and %s are the same image, version %v\n", args[0], args[1], to.Manifest.Version)
		}
		r.BootSector = bootUnchanged
		if !bytes.Equal(from.Data[:image.BootSize], to.Data[:image.BootSize]) {
			r.BootSector = bootChanged
		}
	}
	if f.part != "" {
		w, err := newBootWindow(f.part)
		if err != nil {
			return nil, nil, err
		}
		if r.BootSector == bootChanged {
			r.Window = w
		}
	}
	r.NewSize = len(to.Data)
	opts := &patch.Options{AllowBootChange: f.allowBootChange, Effort: f.effort}
	if opts.Key, err = aesKey(f.encryptKey); err != nil {
		return nil, nil, err
	}
	if from != nil {
		if opts.Moves, err = c.moves(args, f, from.Data, to.Data); err != nil {
			return nil, nil, err
		}
	}
	stop := c.progress("comparing")
	p, err := patch.Create(from, to, opts)
	stop()
	if errors.Is(err, quine.CodeBoot) && from.Boot.Flags&image.BootFixed == 0 {
		err = &hinted{err, "a power cut while a device rewrites its boot sector can disable it; --allow-boot-change accepts that"}
	}
	return p, r, err
}

// moves returns what the symbols of both ELF files tell, nothing without these.
func (c *console) moves(args []string, f *diffFlags, from, to []byte) ([]patch.Move, error) {
	if f.elf == "" {
		return nil, nil
	}
	old, err := c.elf(f.oldELF, args[0], from)
	if err != nil {
		return nil, err
	}
	new, err := c.elf(f.elf, args[1], to)
	if err != nil {
		return nil, err
	}
	return patchreport.Moves(old, new, len(from), len(to)), nil
}

// effortFlag adds the flag --effort to cmd.
func effortFlag(cmd *cobra.Command, effort *int) {
	cmd.Flags().IntVar(effort, "effort", patch.DefaultEffort,
		fmt.Sprintf("look for a small patch at this `level`, from 1 to %d", patch.MaxEffort))
}

// checkEffort refuses an effort that there is not.
func checkEffort(effort int) error {
	if effort < 1 || effort > patch.MaxEffort {
		return usagef("--effort must be from 1 to %d", patch.MaxEffort)
	}
	return nil
}
