// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"crypto"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/internal/suit"
	"github.com/quine-fw/quine/patch"
)

// suitFlags are the flags of quine suit.
type suitFlags struct {
	output, patch, uri  string
	domain, model       string
	key, passphraseFile string
}

func newSUIT(c *console) *cobra.Command {
	var f suitFlags
	cmd := &cobra.Command{
		Use:   "suit IMAGE -o ENVELOPE --uri URI --vendor DOMAIN",
		Short: "Describe an image or a patch for it in a SUIT envelope",
		Long: `Suit writes the envelope of IETF SUIT by which some services distribute updates,
following draft-ietf-suit-manifest-37, which is no RFC yet. The payload at URI is the
image as seal writes it with -o, or the patch if one is named. Devices with Quine do
not read the envelope: it is for the service in between.

The sequence number is the version: 8 bits major, 8 minor, 16 patch, 32 build.`,
		Example: `  quine suit app-1.1.0.bin --patch update.patch --uri https://example.com/update.patch \
    --vendor example.com --model thermostat --key service.pem -o update.suit`,
		Args: operands("IMAGE"),
	}
	cmd.RunE = verb(func(args []string) error { return c.suit(args[0], &f) })
	outputFlag(cmd, &f.output, "envelope")
	flags := cmd.Flags()
	flags.StringVar(&f.patch, "patch", "", "the payload is this patch `file` that makes the image")
	flags.StringVar(&f.uri, "uri", "", "where the payload will be found, as a `URI`")
	flags.StringVar(&f.domain, "vendor", "", "`domain` of the vendor")
	flags.StringVar(&f.model, "model", "", "`name` of the product (default: its number in the manifest)")
	flags.StringVar(&f.key, "key", "", "sign the envelope with the private key in this PEM `file`")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "the first line of this `file` opens the private key")
	return cmd
}

// suit is the verb.
func (c *console) suit(name string, f *suitFlags) error {
	switch {
	case f.uri == "":
		return usagef("missing flag --uri")
	case f.domain == "":
		return usagef("missing flag --vendor")
	case f.key == "" && f.passphraseFile != "":
		return usagef("--passphrase-file goes only with --key")
	}
	if err := c.checkOutput(f.output, name, f.patch, f.key, f.passphraseFile); err != nil {
		return err
	}
	u, err := c.suitUpdate(name, f)
	if err != nil {
		return err
	}
	var signer crypto.Signer
	signed := "not authenticated"
	if f.key != "" {
		if signer, err = c.privateKey(f.key, f.passphraseFile); err != nil {
			return err
		}
		signed = "signed"
	}
	envelope, err := suit.Envelope(u, signer)
	if err != nil {
		return err
	}
	if err := c.write(f.output, envelope); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.report(f.output), "envelope of %d bytes for version %s, %s, by draft-ietf-suit-manifest-37\n",
		len(envelope), u.Version, signed)
	return err
}

// suitUpdate returns what the envelope is about.
func (c *console) suitUpdate(name string, f *suitFlags) (*suit.Update, error) {
	im, err := c.image(name)
	if err != nil {
		return nil, err
	}
	m := &im.Manifest
	u := &suit.Update{
		Sequence: sequence(m.Version), Domain: f.domain, Model: f.model, Version: m.Version.String(), URI: f.uri,
		Firmware: suit.Of(im.Factory()),
	}
	if u.Model == "" {
		u.Model = fmt.Sprintf("%08x", m.Product)
	}
	if f.patch == "" {
		return u, nil
	}
	data, err := c.read(f.patch)
	if err != nil {
		return nil, err
	}
	h, err := patch.ParseHeader(data)
	if err == nil && (h.Raw || h.ID != m.ID) {
		err = quine.Errorf(quine.CodeBase, "patch does not make the image %s; give the image that it makes", name)
	}
	if err != nil {
		return nil, inFile(f.patch, err)
	}
	d := suit.Of(data)
	u.Patch = &d
	return u, nil
}

// sequence returns a number that rises with the version.
func sequence(v image.Version) uint64 {
	return uint64(v.Major)<<56 | uint64(v.Minor)<<48 | uint64(v.Patch)<<32 | uint64(v.Build)
}
