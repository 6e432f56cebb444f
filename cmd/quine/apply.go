// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/patch"
)

// applyFlags are the flags of quine apply.
type applyFlags struct {
	output          string
	raw, full, json bool
	encryptKey, pub string
}

func newApply(c *console) *cobra.Command {
	var f applyFlags
	cmd := &cobra.Command{
		Use:   "apply OLD PATCH -o NEW",
		Short: "Do on this computer what a device does with a patch",
		Long: `Apply rebuilds the image that a device which runs OLD makes of PATCH, with the same
checks. The result carries its seal, as an installed image does. With --full, the
patch is a full one and there is no OLD. With --raw, the patch is one that diff
--raw made.`,
		Example: `  quine apply app-1.0.0.bin update.patch -o app-1.1.0.bin
  quine apply --full full.patch -o app-1.1.0.bin
  quine apply app-1.0.0.bin update.patch -o app-1.1.0.bin --encrypt-key device.aes --pub release.pub
  quine apply --raw old.bin raw.patch -o new.bin`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.full {
				return operands("PATCH")(cmd, args)
			}
			return operands("OLD", "PATCH")(cmd, args)
		},
	}
	cmd.RunE = verb(func(args []string) error { return c.apply(args, &f) })
	flags := cmd.Flags()
	outputFlag(cmd, &f.output, "new image")
	flags.BoolVar(&f.raw, "raw", false, "the patch is one of diff --raw")
	flags.BoolVar(&f.full, "full", false, "the patch is one of diff --full, and there is no OLD")
	encryptKeyFlag(cmd, &f.encryptKey, "to decrypt the patch")
	pubFlag(cmd, &f.pub, "that the patch must be signed with, instead of a key in OLD")
	jsonFlag(cmd, &f.json)
	return cmd
}

// apply is the verb.
func (c *console) apply(args []string, f *applyFlags) error {
	if f.raw && (f.full || f.encryptKey != "" || f.pub != "") {
		return usagef("--raw goes neither with --full nor with keys")
	}
	if err := c.checkOutput(f.output, append(args, f.encryptKey, f.pub)...); err != nil {
		return err
	}
	name := args[len(args)-1]
	p, err := c.read(name)
	if err != nil {
		return err
	}
	if f.raw {
		return c.applyRaw(args[0], name, p, f)
	}
	var from *image.Image
	if !f.full {
		if from, err = c.image(args[0]); err != nil {
			return err
		}
	}
	keys, err := c.deviceKeys(f.encryptKey, f.pub)
	if err != nil {
		return err
	}
	im, err := keys.Apply(from, p)
	if err != nil {
		return inFile(name, withKeyCure(err))
	}
	if err := c.write(f.output, im.Factory()); err != nil {
		return err
	}
	w := c.report(f.output)
	if f.json {
		sealed, err := image.Parse(im.Factory())
		if err != nil {
			return err
		}
		return writeJSON(w, newImageReport(sealed))
	}
	_, err = fmt.Fprintf(w, "rebuilt version %v, id %v, %d bytes\n", im.Manifest.Version, im.Manifest.ID, len(im.Data))
	return err
}

// applyRaw applies the patch p from the file name to the file old.
func (c *console) applyRaw(old, name string, p []byte, f *applyFlags) error {
	from, err := c.read(old)
	if err != nil {
		return err
	}
	data, err := patch.ApplyRaw(from, p)
	if err != nil {
		return inFile(name, withCure(err))
	}
	if err := c.write(f.output, data); err != nil {
		return err
	}
	w := c.report(f.output)
	if f.json {
		return writeJSON(w, map[string]int{"size": len(data)})
	}
	_, err = fmt.Fprintf(w, "rebuilt %d bytes\n", len(data))
	return err
}
