// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/lab/power"
)

// labFlags are the flags of quine lab.
type labFlags struct {
	part, geometry string
	page           uint32
	oldELF, newELF string
	encryptKey     string
	html, replay   string
	json           bool
	cuts           int
}

func newLab(c *console) *cobra.Command {
	var f labFlags
	cmd := &cobra.Command{
		Use:   "lab OLD NEW --part PART",
		Short: "Cut the power of an emulated device at every flash operation of an update",
		Long: `Lab runs the update from the sealed image OLD to NEW in an emulator, with the boot
sector that is in the images and the erase units of the part, and cuts the power at
every flash operation: before it, inside it so that cells are torn or read differently
each time, and at the end. After each cut the device must come to run OLD or NEW.

Without ELF files NEW lies in the staging store from the start and boot's install is
tried. With the file of OLD its update client downloads the patch, too. A store that
cannot be read as memory needs the files of both.

The one brick there may be is that of a release that changes the boot sector: it is
counted apart. Lab ends with 1 if there is any other.

The drivers of flash are not tried, nor is the application; the report names what it
does not cover, and both images by version, id and SHA-256. To certify a release, leave
out --cuts and keep the report with the images.`,
		Example: `  quine lab app-1.0.0.bin app-1.1.0.bin --part nrf51
  quine lab app-1.0.0.bin app-1.1.0.bin --part stm32l4 --old-elf app-1.0.0.elf --html lab.html
  quine lab app-1.0.0.bin app-1.1.0.bin --part stm32f1 --page 2048
  quine lab app-1.0.0.bin app-1.1.0.bin --geometry board.json --cuts 1000000
  quine lab app-1.0.0.bin app-1.1.0.bin --part nrf51 --replay 17-weak-3`,
		Args: operands("OLD", "NEW"),
	}
	cmd.RunE = verb(func(args []string) error {
		if cmd.Flags().Changed("replay") && f.replay == "" {
			return usagef("--replay names no trial")
		}
		return c.lab(args[0], args[1], &f)
	})
	flags := cmd.Flags()
	flags.StringVar(&f.part, "part", "", "the `part` that runs the images: "+strings.Join(device.Parts(), ", "))
	flags.StringVar(&f.geometry, "geometry", "", "describe another part by this `file`, in the form of device/port/*/part.json")
	flags.Uint32Var(&f.page, "page", 0, "erase unit of the part in `bytes`, where its members differ in it")
	flags.StringVar(&f.oldELF, "old-elf", "", "the ELF `file` of OLD: its update client is tried, too")
	flags.StringVar(&f.newELF, "elf", "", "the ELF `file` of NEW, for a store that is not mapped")
	encryptKeyFlag(cmd, &f.encryptKey, "if it has an encrypted store")
	flags.IntVar(&f.cuts, "cuts", 0, "make about this `number` of trials, and some 130 at least; 0 cuts each operation in every way")
	flags.StringVar(&f.html, "html", "", "also write the report as a page to this `file`")
	flags.StringVar(&f.replay, "replay", "", "make only the `trial` that a report names, such as 17-weak-3 or @1234")
	jsonFlag(cmd, &f.json)
	return cmd
}

// lab is the verb.
func (c *console) lab(oldName, newName string, f *labFlags) error {
	cfg, err := c.labConfig(oldName, newName, f)
	if err != nil {
		return err
	}
	if c.errTerminal {
		bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(c.err), progressbar.OptionSetDescription("quine: cutting power"),
			progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
		cfg.Progress = func(done, total int) {
			bar.ChangeMax(total)
			_ = bar.Set(min(done, total)) // nothing depends on what a terminal shows
		}
		defer func() { _ = bar.Finish() }()
	}
	r, err := power.Run(*cfg)
	if err != nil {
		return err
	}
	if c.errTerminal {
		fmt.Fprint(c.err, "\r\x1b[K")
	}
	r.Tool = programVersion()
	if f.json {
		err = writeJSON(c.report(f.html), r)
	} else {
		err = r.WriteText(c.report(f.html), f.command(oldName, newName))
	}
	if err == nil && f.html != "" {
		err = c.writePage(f.html, r, fmt.Sprintf("Power cuts from %s to %s", filepath.Base(oldName), filepath.Base(newName)))
	}
	if err == nil && r.Bricks > 0 {
		err = fmt.Errorf("%d of %d trials end in a brick", r.Bricks, r.Trials())
	}
	return err
}

// writePage writes a result as a page of that title to the file name.
func (c *console) writePage(name string, r *power.Result, title string) error {
	var page bytes.Buffer
	if err := r.WriteHTML(&page, title); err != nil {
		return err
	}
	return c.write(name, page.Bytes())
}

// labConfig reads what the lab needs.
func (c *console) labConfig(oldName, newName string, f *labFlags) (cfg *power.Config, err error) {
	if (f.part == "") == (f.geometry == "") {
		return nil, usagef("name either --part or --geometry")
	}
	if f.cuts < 0 {
		return nil, usagef("--cuts must not be negative")
	}
	if f.html == "-" && f.json {
		return nil, usagef("--json and --html both write to standard output; give --html a file")
	}
	if f.html != "" {
		if err := c.checkOutput(f.html, oldName, newName, f.oldELF, f.newELF, f.geometry, f.encryptKey); err != nil {
			return nil, err
		}
		if _, err := os.Stat(filepath.Dir(f.html)); err != nil { // not after minutes of work
			return nil, plain(err)
		}
	}
	cfg = &power.Config{Cuts: f.cuts, Replay: f.replay}
	if cfg.Part, err = c.labPart(f); err != nil {
		return nil, err
	}
	if cfg.Old, err = c.image(oldName); err != nil {
		return nil, err
	}
	if cfg.New, err = c.image(newName); err != nil {
		return nil, err
	}
	if f.oldELF != "" {
		if cfg.OldELF, err = c.labELF(f.oldELF); err != nil {
			return nil, err
		}
	}
	if f.newELF != "" {
		if cfg.NewELF, err = c.labELF(f.newELF); err != nil {
			return nil, err
		}
	}
	cfg.Key, err = aesKey(f.encryptKey)
	return cfg, err
}

// labELF reads an ELF file.
func (c *console) labELF(name string) ([]byte, error) {
	data, err := c.read(name)
	if err == nil && !isELF(data) {
		err = &hinted{inFile(name, errors.New("file is no ELF file")), "give the linker's output that the image was sealed from"}
	}
	return data, err
}

// labPart returns the part that runs the images.
func (c *console) labPart(f *labFlags) (*device.Part, error) {
	p, err := c.describedPart(f)
	if err != nil || f.page == 0 {
		return p, err
	}
	if len(p.Erase) > 1 || f.page%p.Program.Unit != 0 || f.page > 1<<24 {
		return nil, usagef("--page %d cannot be the erase unit of %s", f.page, p.Name)
	}
	p.Erase[0].Unit = f.page
	return p, nil
}

// describedPart returns it as its description has it.
func (c *console) describedPart(f *labFlags) (*device.Part, error) {
	if f.geometry == "" {
		p, err := device.Lookup(f.part)
		if err != nil {
			return nil, usageError{err}
		}
		return p, nil
	}
	data, err := c.read(f.geometry)
	if err != nil {
		return nil, err
	}
	p, err := device.Parse(data)
	if err != nil {
		return nil, &hinted{inFile(f.geometry, errors.New(oneLine(err.Error()))), "take device/port/nrf51/part.json as an example"}
	}
	return p, nil
}

// command returns the command line that replays a trial, but for which.
func (f *labFlags) command(oldName, newName string) string {
	page := ""
	if f.page > 0 {
		page = fmt.Sprint(f.page)
	}
	s := fmt.Sprintf("quine lab %s %s", oldName, newName)
	for _, flag := range [][2]string{
		{"part", f.part}, {"geometry", f.geometry}, {"page", page}, {"old-elf", f.oldELF}, {"elf", f.newELF}, {"encrypt-key", f.encryptKey},
	} {
		if flag[1] != "" {
			s += fmt.Sprintf(" --%s %s", flag[0], flag[1])
		}
	}
	return s
}
