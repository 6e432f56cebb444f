// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
)

func newInspect(c *console) *cobra.Command {
	var json bool
	var base, encryptKey string
	cmd := &cobra.Command{
		Use:     "inspect FILE",
		Aliases: []string{"dumpinfo", "info"},
		Short:   "Tell everything about an image, a patch or a staging store",
		Long: `Inspect tells what a file is and everything in it: a sealed image in binary,
Intel HEX or UF2 form, firmware that is not sealed yet, a patch, or the dump of a staging
store. It ends with status 1 if the file is none of these, or if the image in it
does not verify.`,
		Example: `  quine inspect app-1.2.3.bin
  quine inspect update.patch --base app-1.0.0.bin
  quine inspect update.patch --base app-1.0.0.bin --encrypt-key device.aes
  quine inspect --json full.patch | jq .target.version`,
		Args: operands("FILE"),
	}
	cmd.RunE = verb(func(args []string) error { return c.inspect(args[0], base, encryptKey, json) })
	cmd.Flags().StringVar(&base, "base", "", "image `file` that a patch is for, to tell more about the patch")
	encryptKeyFlag(cmd, &encryptKey, "to look into an encrypted patch or store")
	jsonFlag(cmd, &json)
	return cmd
}

// A report tells about one file. It is also what --json writes.
type report interface {
	// write writes the report for people, as lines of a name, a tab and a value.
	write(w io.Writer)

	// verdict returns what is wrong with the content, nil if nothing is.
	verdict() error
}

// inspect is the verb.
func (c *console) inspect(name, base, encryptKey string, json bool) error {
	data, err := c.read(name)
	if err != nil {
		return err
	}
	var old *image.Image
	if base != "" {
		if old, err = c.image(base); err != nil {
			return err
		}
	}
	key, err := aesKey(encryptKey)
	if err != nil {
		return err
	}
	r, err := examine(data, old, key)
	if err != nil {
		return inFile(name, err)
	}
	if json {
		err = writeJSON(c.out, r)
	} else {
		t := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		r.write(t)
		err = t.Flush()
	}
	if err != nil {
		return err
	}
	return inFile(name, r.verdict())
}

// examine finds out what data is. Base is the image that it is for if it is a patch,
// key opens it if it is an encrypted patch or store; nil if that is not at hand.
func examine(data []byte, base *image.Image, key []byte) (report, error) {
	if isContainer(data) {
		raw, err := image.Read(data)
		if err != nil {
			return nil, err
		}
		if im, err := image.Parse(raw.Data); err == nil {
			return newImageReport(im), nil
		}
		return newFirmwareReport(raw), nil
	}
	im, imageErr := image.Parse(data)
	if imageErr == nil {
		return newImageReport(im), nil
	}
	if s, err := parseStore(data, key); err == nil {
		return newStoreReport(s, len(data)), nil
	}
	raw, err := image.ReadBinary(data)
	switch {
	case err == nil && hasManifest(raw):
		return nil, imageErr
	case err == nil:
		return newFirmwareReport(raw), nil
	}
	r, err := newPatchReport(data, base, key)
	if errors.Is(err, quine.CodeFormat) {
		return nil, quine.Errorf(quine.CodeFormat, "file is neither an image nor a patch nor the dump of a staging store; "+
			"an image begins with a boot sector that holds the record QUINEBT1")
	}
	return r, err
}

// parseStore parses the dump of a store, which is encrypted if there is a key.
func parseStore(data, key []byte) (*image.Store, error) {
	if key != nil {
		return image.ParseEncryptedStore(data, key)
	}
	return image.ParseStore(data)
}

// hasManifest reports whether raw claims to be sealed.
func hasManifest(raw *image.Raw) bool {
	at := min(int(raw.Boot.ManifestOffset), len(raw.Data))
	return len(raw.Data)-at >= 4 && string(raw.Data[at:at+4]) == "QMAN"
}

// field writes one line of a report.
func field(w io.Writer, name, format string, args ...any) {
	fmt.Fprintf(w, name+"\t"+format+"\n", args...)
}
