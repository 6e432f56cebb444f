// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
)

// sealFlags are the flags of quine seal.
type sealFlags struct {
	out               sealOutputs
	version, hardware string
	bootFrom          string
	build             uint32
	buildSet          bool
	counter           uint32
	skipOutside, json bool
	sign              signFlags
}

func newSeal(c *console) *cobra.Command {
	var f sealFlags
	cmd := &cobra.Command{
		Use:     "seal FIRMWARE -o IMAGE --version VERSION",
		Aliases: []string{"sign"},
		Short:   "Make an image from what the linker wrote",
		Long: `Seal reads firmware in ELF, Intel HEX, UF2 or binary form, fills in its manifest and
sets its seal. The result is what is programmed at the factory, and what diff takes.

Devices that take signed images need one of --key, --signer (a command, for a smart
card or a key service) or --signature-in. The last takes two calls: the first writes
what is to be signed with --digest-out; the second has the same firmware and flags.`,
		Example: `  quine seal app.elf -o app-1.2.3.bin --hex app-1.2.3.hex --version 1.2.3
  quine seal app.elf --uf2 app.uf2 --uf2-family rp2040 --version 1.2.3
  quine seal app.elf -o app.bin --version v1.2.3+45 --counter 2 --hardware 1-3
  quine seal app.elf -o app-1.3.0.bin --version 1.3.0 --boot-from app-1.2.3.bin
  quine seal app.elf -o app.bin --version 1.2.3 --key release.pem
  quine seal app.elf --version 1.2.3 --digest-out digest.bin
  quine seal app.elf --version 1.2.3 --signature-in sig.der --pub release.pub -o app.bin`,
		Args: operands("FIRMWARE"),
	}
	cmd.RunE = verb(func(args []string) error {
		f.buildSet = cmd.Flags().Changed("build")
		if err := f.sign.check(cmd.Flags().Changed("key-id")); err != nil {
			return err
		}
		return c.seal(args[0], &f)
	})
	flags := cmd.Flags()
	f.out.add(cmd)
	flags.StringVar(&f.version, "version", "", "`version` as 1.2.3 or 1.2.3+4, at most 255.255.65535")
	flags.Uint32Var(&f.build, "build", 0, "build `number`, instead of +4 in the version")
	flags.Uint32Var(&f.counter, "counter", 0, "security counter; devices refuse a lower `number` than they run")
	flags.StringVar(&f.hardware, "hardware", "", "hardware `revisions` as 2 or 1-3 (default: that of the boot sector)")
	flags.StringVar(&f.bootFrom, "boot-from", "", "carry over the boot sector of this older sealed `image`, so that an update does not touch it")
	flags.BoolVar(&f.skipOutside, "skip-outside", false, "leave out what lies outside the application region, such as option bytes")
	f.sign.add(cmd)
	jsonFlag(cmd, &f.json)
	return cmd
}

// options turns the flags into those of package image.
func (f *sealFlags) options() (image.Options, error) {
	opts := image.Options{Counter: f.counter, SkipOutside: f.skipOutside, KeyID: f.sign.keyID}
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
	if err := c.checkSealOutputs(input, f); err != nil {
		return err
	}
	raw, err := c.firmware(input, f.bootFrom)
	if err != nil {
		return err
	}
	if f.sign.digestOut != "" {
		return c.writeDigest(input, raw, opts, f)
	}
	if opts.Signer, err = c.newSigner(&f.sign); err != nil {
		return err
	}
	im, err := image.Seal(raw, opts)
	switch {
	case errors.Is(err, quine.CodeSignature) && hint(err) == "" && f.sign.pub != "":
		return inFile(input, explainSignature(err, &f.sign))
	case err != nil:
		return inFile(input, withCure(err))
	}
	return c.writeSealed(im, f)
}

// checkSealOutputs refuses outputs that are missing, inputs, or one the other.
func (c *console) checkSealOutputs(input string, f *sealFlags) error {
	inputs := []string{input, f.bootFrom, f.sign.key, f.sign.passphraseFile, f.sign.signatureIn, f.sign.pub}
	if f.sign.digestOut != "" {
		if files, err := f.out.files(); err != nil || len(files) > 0 {
			return usagef("--digest-out writes no image, so it goes neither with -o nor with another output")
		}
		return c.checkOutput(f.sign.digestOut, inputs...)
	}
	return f.out.check(c, inputs...)
}

// firmware reads what the linker wrote, with the boot sector of the image bootFrom if
// there is one.
func (c *console) firmware(name, bootFrom string) (*image.Raw, error) {
	data, err := c.read(name)
	if err != nil {
		return nil, err
	}
	raw, err := image.Read(data)
	if err != nil {
		return nil, inFile(name, err)
	}
	if bootFrom == "" {
		return raw, nil
	}
	old, err := c.image(bootFrom)
	if err != nil {
		return nil, err
	}
	return raw, inFile(bootFrom, raw.CarryBoot(old))
}

// writeDigest writes what is to be signed elsewhere.
func (c *console) writeDigest(input string, raw *image.Raw, opts image.Options, f *sealFlags) error {
	digest, err := image.ToSign(raw, opts)
	if err != nil {
		return inFile(input, withCure(err))
	}
	if err := c.write(f.sign.digestOut, digest[:]); err != nil {
		return err
	}
	w := c.report(f.sign.digestOut)
	if f.json {
		return writeJSON(w, map[string]string{"digest": hex.EncodeToString(digest[:])})
	}
	_, err = fmt.Fprintf(w, "to sign: %x\n", digest)
	return err
}

// writeSealed writes the outputs of quine seal and reports.
func (c *console) writeSealed(im *image.Image, f *sealFlags) error {
	w, err := f.out.write(c, im)
	if err != nil {
		return err
	}
	m := &im.Manifest
	signed := fmt.Sprintf("signed with key %d", m.KeyID)
	if !m.Signed() {
		signed = "unsigned"
		fmt.Fprintln(c.err, "quine: warning: unsigned, so not secure: it is safe from accidents, not from forgery")
	}
	if f.json {
		return writeJSON(w, newImageReport(im))
	}
	_, err = fmt.Fprintf(w, "sealed version %v, id %v, %d of %d bytes, %s\n", m.Version, m.ID, m.Size, im.Boot.ImageMax, signed)
	return err
}
