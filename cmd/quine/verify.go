// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"crypto/ecdsa"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine"
)

func newVerify(c *console) *cobra.Command {
	var json bool
	var pub string
	cmd := &cobra.Command{
		Use:   "verify IMAGE",
		Short: "Check that an image is whole and unaltered",
		Long: `Verify checks the layout, the head id over every byte and the seal of an image in
binary, Intel HEX or UF2 form, and its signature if the public key is given. It ends with
status 1 if anything is wrong.`,
		Example: `  quine verify app-1.2.3.bin
  quine verify app-1.2.3.bin --pub release.pub
  quine verify --json - < app-1.2.3.hex`,
		Args: operands("IMAGE"),
	}
	cmd.RunE = verb(func(args []string) error { return c.verify(args[0], pub, json) })
	pubFlag(cmd, &pub, "that the image must be signed with")
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
	KeyID   uint8  `json:"key_id,omitempty"`

	// Signature is "good", "bad", or "not checked" without a public key or if the
	// image is damaged.
	Signature string `json:"signature"`
}

// verify is the verb.
func (c *console) verify(name, pubName string, json bool) error {
	var pub *ecdsa.PublicKey
	var err error
	if pubName != "" {
		if pub, err = c.publicKey(pubName); err != nil {
			return err
		}
	}
	im, err := c.image(name)
	v := verdict{File: name, Signature: "not checked"}
	if err == nil {
		m := &im.Manifest
		v.ID, v.Version, v.Signed, v.KeyID = m.ID.String(), m.Version.String(), m.Signed(), m.KeyID
		if pub != nil {
			v.Signature = "good"
			if err = inFile(name, im.VerifySignature(pub)); err != nil {
				v.Signature = "bad"
			}
		}
	}
	v.Valid = err == nil
	if err != nil {
		v.Error = message(err)
		var e *quine.Error
		if errors.As(err, &e) {
			v.Code = int(e.Code)
		}
	}
	if json {
		return errors.Join(err, writeJSON(c.out, v))
	}
	if err != nil {
		return err
	}
	signed := "unsigned"
	if v.Signed {
		signed = fmt.Sprintf("signed with key %d, signature %s", v.KeyID, v.Signature)
	}
	_, err = fmt.Fprintf(c.out, "%s: whole and unaltered, version %s, id %s, seal %v, %s\n", name, v.Version, v.ID, im.SealState(), signed)
	return err
}
