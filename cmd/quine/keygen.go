// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/youmark/pkcs8"
)

// keygenFlags are the flags of quine keygen.
type keygenFlags struct {
	output, passphraseFile string
	aes, passphrase        bool
}

func newKeygen(c *console) *cobra.Command {
	var f keygenFlags
	cmd := &cobra.Command{
		Use:   "keygen -o KEY",
		Short: "Make a key: to sign with, or to encrypt with",
		Long: `Keygen makes an ECDSA P-256 private key, which signs releases and which nobody but
you may have, as PKCS#8 in PEM form. With --aes it makes the AES-256 key that patches
are encrypted with and that every device holds, as a line of hexadecimal digits. The
file can be read by its owner alone; an existing one is never overwritten.

Lose the private key, and no device will ever take an update again: keep a copy, and
give devices a second public key whose private key lies elsewhere.`,
		Example: `  quine keygen -o release.pem --passphrase
  quine pubkey release.pem -o release.pub
  quine keygen --aes -o device.aes`,
		Args: operands(),
	}
	cmd.RunE = verb(func([]string) error { return c.keygen(&f) })
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "write the key to this new `file`")
	flags.BoolVar(&f.aes, "aes", false, "make an AES-256 key")
	flags.BoolVar(&f.passphrase, "passphrase", false, "encrypt the private key with a passphrase, which is asked for")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "encrypt the private key with the first line of this `file`")
	_ = cmd.MarkFlagFilename("output")
	return cmd
}

// keygen is the verb.
func (c *console) keygen(f *keygenFlags) error {
	encrypt := f.passphrase || f.passphraseFile != ""
	switch {
	case f.output == "" || f.output == "-":
		return usagef("missing output; name a new file with -o")
	case f.aes && encrypt:
		return usagef("--aes goes neither with --passphrase nor with --passphrase-file")
	case f.aes:
		return c.keygenAES(f.output)
	}
	var secret []byte
	var err error
	if encrypt {
		if secret, err = c.passphrase(f.passphraseFile, true); err != nil {
			return err
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "PRIVATE KEY"}
	if encrypt {
		block.Type = "ENCRYPTED PRIVATE KEY"
	}
	if block.Bytes, err = pkcs8.MarshalPrivateKey(key, secret, &passphraseOptions); err != nil {
		return err
	}
	if err := createSecret(f.output, pem.EncodeToMemory(block)); err != nil {
		return err
	}
	print, err := fingerprint(&key.PublicKey)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s: private key, fingerprint %s\n", f.output, print)
	return err
}

// keygenAES makes an AES key.
func (c *console) keygenAES(name string) error {
	var key [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return err
	}
	if err := createSecret(name, fmt.Appendf(nil, "%x\n", key)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "%s: AES-256 key\n", name)
	return err
}
