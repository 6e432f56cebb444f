// SPDX-License-Identifier: BSD-3-Clause

// Command quine-pkcs11 signs with a key that a PKCS#11 token holds, for quine seal
// --signer. It is a module of its own because it needs cgo, which quine does not.
//
//	quine-pkcs11 URI            reads the 32 bytes of a digest, writes the signature (DER)
//	quine-pkcs11 -public URI    writes the public key, as PEM
//
// The URI is one of RFC 7512. It names the library of the token and the key:
//
//	pkcs11:token=release;object=firmware?module-path=/usr/lib/softhsm/libsofthsm2.so
//
// The PIN is asked for, unless pin-source=file:/path/to/pin says where it stands.
package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ThalesGroup/crypto11"
	"golang.org/x/term"
)

func main() {
	public := flag.Bool("public", false, "write the public key instead of signing")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: quine-pkcs11 [-public] 'pkcs11:token=NAME;object=LABEL?module-path=LIBRARY&pin-source=file:PIN'")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *public); err != nil {
		fmt.Fprintf(os.Stderr, "quine-pkcs11: error: %v\n", err)
		os.Exit(1)
	}
}

// run signs standard input with the key of the URI, or writes the public key.
func run(text string, public bool) error {
	u, err := parseURI(text)
	if err != nil {
		return err
	}
	pin, err := readPIN(u.pinFile)
	if err != nil {
		return err
	}
	c, err := crypto11.Configure(&crypto11.Config{
		Path: u.module, TokenLabel: u.token, TokenSerial: u.serial, Pin: pin,
	})
	if err != nil {
		return err
	}
	defer c.Close()
	key, err := findKey(c, u)
	if err != nil {
		return err
	}
	if public {
		der, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			return err
		}
		return pem.Encode(os.Stdout, &pem.Block{Type: "PUBLIC KEY", Bytes: der})
	}
	digest, err := io.ReadAll(io.LimitReader(os.Stdin, 33))
	if err != nil {
		return err
	}
	if len(digest) != 32 {
		return errors.New("standard input is not the 32 bytes of a digest")
	}
	signature, err := key.Sign(rand.Reader, digest, crypto.SHA256)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(signature)
	return err
}

// findKey returns the one ECDSA P-256 key pair of the URI.
func findKey(c *crypto11.Context, u *uri) (crypto.Signer, error) {
	keys, err := c.FindKeyPairs([]byte(u.id), []byte(u.object))
	if err != nil {
		return nil, err
	}
	if len(keys) != 1 {
		return nil, fmt.Errorf("token has %d key pairs of that label and id, instead of one", len(keys))
	}
	if pub, ok := keys[0].Public().(*ecdsa.PublicKey); !ok || pub.Curve != elliptic.P256() {
		return nil, errors.New("key is not one of ECDSA P-256")
	}
	return keys[0], nil
}

// readPIN returns the first line of a file that only its owner may read, or what is
// typed if there is no file. The digest comes in by standard input, so the terminal is
// opened by its name.
func readPIN(name string) (string, error) {
	if name == "" {
		tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
		if err != nil {
			return "", errors.New("no terminal to ask for the PIN on; give it with pin-source=file:/path")
		}
		defer tty.Close()
		fmt.Fprint(tty, "PIN: ")
		defer fmt.Fprintln(tty)
		pin, err := term.ReadPassword(int(tty.Fd()))
		return string(pin), err
	}
	info, err := os.Stat(name)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("others than its owner may read or write %s; chmod 600 it", name)
	}
	data, err := os.ReadFile(name)
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return strings.TrimSuffix(string(line), "\r"), err
}
