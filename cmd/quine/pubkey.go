// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"crypto/ecdsa"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine/image"
)

// pubkeyFlags are the flags of quine pubkey.
type pubkeyFlags struct {
	output, passphraseFile string
	c                      bool
	keyIDs                 []uint
}

func newPubkey(c *console) *cobra.Command {
	var f pubkeyFlags
	cmd := &cobra.Command{
		Use:   "pubkey KEY...",
		Short: "Give the public key of a private key, as PEM or as C for the boot sector",
		Long: `Pubkey gives the public key that belongs to a private key, in PEM form. With --c it
gives the C file that puts one or two public keys into the boot sector, each with the
number by which an image names it; KEY is a private or a public key then. Devices take
images signed with any of them.`,
		Example: `  quine pubkey release.pem -o release.pub
  quine pubkey --c release.pub spare.pub -o quine_keys.c
  quine pubkey --c spare.pub next.pub --key-id 2,3 -o quine_keys.c`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 && f.c {
				return nil
			}
			return operands("KEY")(cmd, args)
		},
	}
	cmd.RunE = verb(func(args []string) error {
		if cmd.Flags().Changed("key-id") && !f.c {
			return usagef("--key-id goes only with --c; a PEM file holds no number")
		}
		return c.pubkey(args, &f)
	})
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "-", "write the public key to this `file`, or to standard output for -")
	flags.BoolVar(&f.c, "c", false, "give one or two keys as a C file")
	flags.UintSliceVar(&f.keyIDs, "key-id", []uint{1, 2}, "the `numbers` of the keys in the C file, from 1 to 255")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "the first line of this `file` opens the private key")
	_ = cmd.MarkFlagFilename("output")
	return cmd
}

// pubkey is the verb.
func (c *console) pubkey(args []string, f *pubkeyFlags) error {
	for i, id := range f.keyIDs {
		if id < 1 || id > 255 || slices.Contains(f.keyIDs[:i], id) {
			return usagef("--key-id must be different numbers from 1 to 255")
		}
	}
	if len(f.keyIDs) < len(args) {
		return usagef("--key-id must give a number for each key")
	}
	if f.output != "-" {
		if err := c.checkOutput(f.output, append(args, f.passphraseFile)...); err != nil {
			return err
		}
	}
	var keys []image.Key
	for i, name := range args {
		pub, err := c.anyPublicKey(name, f)
		if err != nil {
			return err
		}
		keys = append(keys, image.Key{ID: uint8(f.keyIDs[i]), Public: pub})
	}
	if f.c {
		text, err := keyTable(keys)
		if err != nil {
			return err
		}
		return c.write(f.output, []byte(text))
	}
	der, err := marshalPublic(keys[0].Public)
	if err != nil {
		return err
	}
	return c.write(f.output, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// anyPublicKey returns the public key in, or of the private key in, a file.
func (c *console) anyPublicKey(name string, f *pubkeyFlags) (*ecdsa.PublicKey, error) {
	data, err := c.read(name)
	if err != nil {
		return nil, err
	}
	if block := firstKey(data); block != nil && block.Type == "PUBLIC KEY" {
		return c.publicKey(name)
	}
	private, err := c.privateKey(name, f.passphraseFile)
	if err != nil {
		return nil, err
	}
	return &private.PublicKey, nil
}

// keyTable returns the C file that defines the keys of a device (quine_p256.h).
func keyTable(keys []image.Key) (string, error) {
	var b strings.Builder
	b.WriteString("// Made by quine pubkey --c. The public keys whose images this device takes.\n\n" +
		"#include \"quine_p256.h\"\n#include \"quine_section.h\"\n\n" +
		"const QUINE_BOOT_DATA struct quine_key quine_keys[] = {\n")
	for _, k := range keys {
		record, err := k.AppendBinary(nil)
		if err != nil {
			return "", err
		}
		print, err := fingerprint(k.Public)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "    {\n        %d, // fingerprint %s\n%s%s    },\n", k.ID, print, words(record[4:36]), words(record[36:]))
	}
	fmt.Fprintf(&b, "};\nconst QUINE_BOOT_DATA uint32_t quine_keys_count = %d;\n", len(keys))
	return b.String(), nil
}

// words returns a number of 32 bytes as a list of words, lowest first.
func words(b []byte) string {
	var w []string
	for ; len(b) > 0; b = b[4:] {
		w = append(w, fmt.Sprintf("0x%08xu", binary.LittleEndian.Uint32(b)))
	}
	return fmt.Sprintf("        {%s,\n         %s},\n", strings.Join(w[:4], ", "), strings.Join(w[4:], ", "))
}
