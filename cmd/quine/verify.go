// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine"
)

func newVerify(c *console) *cobra.Command {
	var json bool
	cmd := &cobra.Command{
		Use:   "verify IMAGE",
		Short: "Check that an image is whole and unaltered",
		Long: `Verify checks the layout, the head id over every byte and the seal of an image in
binary or Intel HEX form. It ends with status 1 if anything is wrong.`,
		Example: `  quine verify app-1.2.3.bin
  quine verify --json - < app-1.2.3.hex`,
		Args: operands("IMAGE"),
	}
	cmd.RunE = verb(func(args []string) error { return c.verify(args[0], json) })
	jsonFlag(cmd, &json)
	return cmd
}

// A verdict is what quine verify --json writes.
type verdict struct {
	File    string `json:"file"`
	Valid   bool   `json:"valid"`
	Code    int    `json:"code,omitempty"`  // error number of spec/errors.md
	Error   string `json:"error,omitempty"` // what is wrong
	ID      string `json:"id,omitempty"`
	Version string `json:"version,omitempty"`
	Signed  bool   `json:"signed"`
}

// verify is the verb.
func (c *console) verify(name string, json bool) error {
	im, err := c.image(name)
	v := verdict{File: name, Valid: err == nil}
	if err != nil {
		v.Error = message(err)
		var e *quine.Error
		if errors.As(err, &e) {
			v.Code = int(e.Code)
		}
	} else {
		v.ID, v.Version, v.Signed = im.Manifest.ID.String(), im.Manifest.Version.String(), im.Manifest.Signed()
	}
	if json {
		return errors.Join(err, writeJSON(c.out, v))
	}
	if err != nil {
		return err
	}
	signed := "unsigned"
	if v.Signed {
		signed = "signed, signature not checked"
	}
	_, err = fmt.Fprintf(c.out, "%s: whole and unaltered, version %s, id %s, seal %v, %s\n", name, v.Version, v.ID, im.SealState(), signed)
	return err
}
