// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/youmark/pkcs8"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/patch"
)

// secretMax is the largest file in bytes that is read for a key or a passphrase.
const secretMax = 64 << 10

// passphraseOptions say how keygen encrypts a private key; OpenSSL reads it.
var passphraseOptions = pkcs8.Opts{
	Cipher:  pkcs8.AES256CBC,
	KDFOpts: pkcs8.PBKDF2Opts{SaltSize: 16, IterationCount: 600_000, HMACHash: crypto.SHA256},
}

// encryptKeyFlag adds the flag --encrypt-key to cmd.
func encryptKeyFlag(cmd *cobra.Command, name *string, what string) {
	cmd.Flags().StringVar(name, "encrypt-key", "", "AES key `file` of the device, made by keygen --aes, "+what)
	_ = cmd.MarkFlagFilename("encrypt-key")
}

// pubFlag adds the flag --pub to cmd.
func pubFlag(cmd *cobra.Command, name *string, what string) {
	cmd.Flags().StringVar(name, "pub", "", "public key `file` in PEM form, "+what)
	_ = cmd.MarkFlagFilename("pub")
}

// readSecret returns the content of a file that nobody but its owner may read.
func readSecret(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, plain(err)
	}
	mode := info.Mode().Perm()
	if info.Mode().IsRegular() && mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, &hinted{inFile(name, fmt.Errorf("others than its owner may read or write this secret (mode %04o)", mode)), "chmod 600 " + name}
	}
	data, err := io.ReadAll(io.LimitReader(f, secretMax))
	return data, plain(err)
}

// createSecret writes a secret to a new file that only its owner may read.
func createSecret(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return &hinted{inFile(name, errors.New("file exists, and a key is never overwritten")), "choose another name, or move the old key away"}
	}
	if err != nil {
		return plain(err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(name)
	}
	return plain(err)
}

// passphrase returns the first line of the file name, or what is typed if there is no
// file. It may be asked for twice.
func (c *console) passphrase(name string, twice bool) ([]byte, error) {
	if name != "" {
		data, err := readSecret(name)
		if err != nil {
			return nil, err
		}
		line, _, _ := bytes.Cut(data, []byte("\n"))
		if line = bytes.TrimSuffix(line, []byte("\r")); len(line) == 0 {
			return nil, inFile(name, errors.New("passphrase is empty"))
		}
		return line, nil
	}
	if c.ask == nil {
		return nil, &hinted{errors.New("no terminal to ask for the passphrase on"), "give it with --passphrase-file"}
	}
	p, err := c.ask("passphrase: ")
	if err == nil && len(p) == 0 {
		err = errors.New("passphrase is empty")
	}
	if err != nil || !twice {
		return p, err
	}
	again, err := c.ask("once more: ")
	if err == nil && !bytes.Equal(p, again) {
		err = errors.New("passphrases differ")
	}
	return p, err
}

// privateKey returns the private key in the PEM file name. Of an encrypted one, the
// passphrase comes from the second file, or is asked for.
func (c *console) privateKey(name, passphraseFile string) (*ecdsa.PrivateKey, error) {
	data, err := readSecret(name)
	if err != nil {
		return nil, err
	}
	var key any
	block := firstKey(data)
	switch {
	case block == nil:
		err = &hinted{errors.New("file holds no private key in PEM form"), "quine keygen makes one"}
	case block.Type == "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case block.Type == "ENCRYPTED PRIVATE KEY":
		key, err = c.decryptKey(block.Bytes, passphraseFile)
	case block.Type == "EC PRIVATE KEY" && block.Headers["DEK-Info"] == "":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		err = &hinted{fmt.Errorf("file holds a %q of a form that is not read", block.Type), "openssl pkcs8 -topk8 -in " + name + " converts a private key"}
	}
	if err != nil {
		return nil, inFile(name, err)
	}
	if private, ok := key.(*ecdsa.PrivateKey); ok && private.Curve == elliptic.P256() {
		return private, nil
	}
	return nil, inFile(name, errors.New("key is not one of ECDSA P-256"))
}

// decryptKey returns the private key in an encrypted PKCS#8 structure.
func (c *console) decryptKey(der []byte, passphraseFile string) (any, error) {
	p, err := c.passphrase(passphraseFile, false)
	if err != nil {
		return nil, err
	}
	key, _, err := pkcs8.ParsePrivateKey(der, p)
	if err != nil {
		return nil, fmt.Errorf("passphrase is wrong, or the key is damaged (%w)", err)
	}
	return key, nil
}

// firstKey returns the first PEM block that is not just the name of a curve, as
// OpenSSL puts it in front.
func firstKey(data []byte) *pem.Block {
	block, rest := pem.Decode(data)
	for block != nil && block.Type == "EC PARAMETERS" {
		block, rest = pem.Decode(rest)
	}
	return block
}

// publicKey returns the public key in the PEM file name.
func (c *console) publicKey(name string) (*ecdsa.PublicKey, error) {
	data, err := c.read(name)
	if err != nil {
		return nil, err
	}
	block := firstKey(data)
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, &hinted{inFile(name, errors.New("file holds no public key in PEM form")), "quine pubkey gives that of a private key"}
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, inFile(name, err)
	}
	if public, ok := key.(*ecdsa.PublicKey); ok && public.Curve == elliptic.P256() {
		return public, nil
	}
	return nil, inFile(name, errors.New("key is not one of ECDSA P-256"))
}

// aesKey returns the AES key in the file name, nil for "".
func aesKey(name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	data, err := readSecret(name)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(string(bytes.TrimSpace(data)))
	if err != nil || len(key) != 16 && len(key) != 32 {
		return nil, &hinted{inFile(name, errors.New("file holds no AES key, which is 32 or 64 hexadecimal digits")), "quine keygen --aes makes one"}
	}
	return key, nil
}

// deviceKeys returns the keys of a device from their files; "" where it has none.
func (c *console) deviceKeys(encryptKey, pub string) (*patch.Keys, error) {
	key, err := aesKey(encryptKey)
	if err != nil {
		return nil, err
	}
	keys := &patch.Keys{Decrypt: key}
	if pub != "" {
		keys.Verify, err = c.publicKey(pub)
	}
	return keys, err
}

// withKeyCure is [withCure] for what is wrong with a patch, which shows a wrong key in
// the same way as damage.
func withKeyCure(err error) error {
	if errors.Is(err, quine.CodeTag) {
		return &hinted{err, "the patch is damaged, or was encrypted with another key than that of --encrypt-key"}
	}
	return withCure(err)
}

// marshalPublic returns pub as SubjectPublicKeyInfo, the form that PEM files have.
func marshalPublic(pub *ecdsa.PublicKey) ([]byte, error) { return x509.MarshalPKIXPublicKey(pub) }

// fingerprint returns the start of the SHA-256 of pub's SubjectPublicKeyInfo.
func fingerprint(pub *ecdsa.PublicKey) (string, error) {
	der, err := marshalPublic(pub)
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:8]), err
}
