// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"fmt"
	"io"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine/image"
)

// signFlags are the flags of quine seal that say how an image is signed.
type signFlags struct {
	key, passphraseFile string // a private key
	signer              string // a command
	signatureIn         string // a signature made elsewhere
	digestOut           string // what is to be signed elsewhere
	pub                 string
	keyID               uint8
}

func (f *signFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.key, "key", "", "sign with the private key in this PEM `file`")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "the first line of this `file` opens the private key")
	flags.StringVar(&f.signer, "signer", "", "sign with this shell `command`: the 32 bytes of the digest come in, the signature goes out")
	flags.StringVar(&f.digestOut, "digest-out", "", "write only the 32 bytes to sign to this `file`, and no image")
	flags.StringVar(&f.signatureIn, "signature-in", "", "put the signature in this `file` into the image: DER, or 64 bytes r and s")
	pubFlag(cmd, &f.pub, "that a signature made elsewhere is checked with")
	flags.Uint8Var(&f.keyID, "key-id", 1, "`number` that devices know the key by, from 1 to 255")
	for _, name := range []string{"key", "passphrase-file", "digest-out", "signature-in"} {
		_ = cmd.MarkFlagFilename(name)
	}
}

// check refuses flags that contradict each other. KeyIDSet tells whether there was a
// key id on the command line.
func (f *signFlags) check(keyIDSet bool) error {
	ways := 0
	for _, way := range []string{f.key, f.signer, f.signatureIn, f.digestOut} {
		if way != "" {
			ways++
		}
	}
	elsewhere := f.signer != "" || f.signatureIn != ""
	switch {
	case ways > 1:
		return usagef("of --key, --signer, --digest-out and --signature-in only one can be given")
	case ways == 0 && keyIDSet:
		return usagef("--key-id needs a key; sign with --key, --signer or --signature-in")
	case f.keyID == 0:
		return usagef("--key-id must be from 1 to 255")
	case elsewhere && f.pub == "":
		return usagef("a signature made elsewhere is only taken if it verifies; give the public key with --pub")
	case !elsewhere && f.pub != "":
		return usagef("--pub goes only with --signer and --signature-in")
	case f.key == "" && f.passphraseFile != "":
		return usagef("--passphrase-file goes only with --key")
	}
	return nil
}

// newSigner returns what signs the image, nil if nothing does.
func (c *console) newSigner(f *signFlags) (crypto.Signer, error) {
	if f.key != "" {
		key, err := c.privateKey(f.key, f.passphraseFile)
		if err != nil {
			return nil, err
		}
		return key, nil
	}
	if f.pub == "" {
		return nil, nil
	}
	pub, err := c.publicKey(f.pub)
	if err != nil {
		return nil, err
	}
	if f.signer != "" {
		return &commandSigner{pub, f.signer, c.err}, nil
	}
	signature, err := c.read(f.signatureIn)
	if err != nil {
		return nil, err
	}
	if _, err := image.ParseSignature(signature); err != nil {
		return nil, inFile(f.signatureIn, err)
	}
	return image.Detached(pub, signature), nil
}

// A commandSigner signs by a command of the user's.
type commandSigner struct {
	public  *ecdsa.PublicKey
	command string
	err     io.Writer
}

func (s *commandSigner) Public() crypto.PublicKey { return s.public }

func (s *commandSigner) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	shell, option := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, option = "cmd", "/C"
	}
	cmd := exec.Command(shell, option, s.command)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(digest), s.err
	out, err := cmd.Output()
	switch {
	case err != nil:
		return nil, fmt.Errorf("command %q: %w", s.command, err)
	case len(out) == 0:
		return nil, &hinted{fmt.Errorf("command %q gave no signature", s.command), "it reads 32 bytes of digest from its input and writes the signature to its output"}
	}
	return out, nil
}

// explainSignature adds a hint to what is wrong with a signature.
func explainSignature(err error, f *signFlags) error {
	if f.signatureIn != "" {
		return &hinted{err, "sign what --digest-out writes for the same firmware and flags, with the private key of --pub"}
	}
	return &hinted{err, "the private key that signs must be that of --pub"}
}
