// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"

	"github.com/quine-fw/quine"
)

// ToSign returns the digest that [Seal] has signed with these options, whose Signer
// is not looked at. What signs may be out of reach of this program; [Detached] takes
// its signature.
func ToSign(raw *Raw, opts Options) ([sha256.Size]byte, error) {
	im, err := draft(raw, opts, true)
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	return im.Digest(), nil
}

// Detached returns a signer that has only this one signature, in any form that
// [ParseSignature] takes, by the owner of pub. [Seal] with it fails with
// [quine.CodeSignature] unless the signature is over what Seal has signed.
func Detached(pub *ecdsa.PublicKey, signature []byte) crypto.Signer {
	return &detached{pub, bytes.Clone(signature)}
}

type detached struct {
	public    *ecdsa.PublicKey
	signature []byte
}

func (d *detached) Public() crypto.PublicKey { return d.public }

func (d *detached) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return d.signature, nil
}

// ParseSignature parses an ECDSA P-256 signature: r then s, 32 bytes each and
// big-endian, or ASN.1 DER as OpenSSL and most key services give it. It fails with
// [quine.CodeSignature].
func ParseSignature(b []byte) (signature [64]byte, err error) {
	if len(b) == len(signature) { // DER so short is one in 2⁵⁶
		return [64]byte(b), nil
	}
	var v struct{ R, S *big.Int }
	_, err = asn1.Unmarshal(b, &v)
	var again []byte // what differs from b has more in it than two numbers
	if err == nil {
		again, err = asn1.Marshal(v)
	}
	if err != nil || !bytes.Equal(again, b) || v.R.Sign() <= 0 || v.S.Sign() <= 0 || v.R.BitLen() > 256 || v.S.BitLen() > 256 {
		return signature, quine.Errorf(quine.CodeSignature,
			"%d bytes are no ECDSA P-256 signature, which is 64 bytes or ASN.1 DER", len(b))
	}
	v.R.FillBytes(signature[:32])
	v.S.FillBytes(signature[32:])
	return signature, nil
}

// CheckSignature checks a signature of a manifest or of a patch over a digest. It
// fails with [quine.CodeSignature].
func CheckSignature(pub *ecdsa.PublicKey, digest [sha256.Size]byte, signature [64]byte) error {
	if err := checkCurve(pub); err != nil {
		return err
	}
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	if !ecdsa.Verify(pub, digest[:], r, s) {
		return quine.Errorf(quine.CodeSignature, "signature is not by this key, or not over the digest %x…", digest[:8])
	}
	return nil
}

// checkCurve refuses a key of another kind than ECDSA P-256.
func checkCurve(key crypto.PublicKey) error {
	if pub, ok := key.(*ecdsa.PublicKey); !ok || pub == nil || pub.Curve != elliptic.P256() {
		return quine.Errorf(quine.CodeSignature, "key is not one of ECDSA P-256")
	}
	return nil
}

// VerifySignature checks what [Image.Verify] checks, and that the image is signed by
// the owner of pub. It fails with [quine.CodeUnsigned] if it is not signed at all, and
// with [quine.CodeSignature].
func (im *Image) VerifySignature(pub *ecdsa.PublicKey) error {
	if err := im.Verify(); err != nil {
		return err
	}
	if !im.Manifest.Signed() {
		return quine.ErrorAt(quine.CodeUnsigned, int64(im.Boot.ManifestOffset)+0x05, "image is unsigned")
	}
	return CheckSignature(pub, im.Digest(), im.Manifest.Signature)
}

// sign signs the finished draft im. A private key in memory gives the same signature
// each time (RFC 6979); what others give is theirs.
func (im *Image) sign(s crypto.Signer) error {
	pub := s.Public()
	if err := checkCurve(pub); err != nil {
		return err
	}
	random := rand.Reader
	if _, inMemory := s.(*ecdsa.PrivateKey); inMemory {
		random = nil
	}
	digest := im.Digest()
	b, err := s.Sign(random, digest[:], crypto.SHA256)
	if err != nil {
		return fmt.Errorf("image: signing: %w", err)
	}
	m := &im.Manifest
	if m.Signature, err = ParseSignature(b); err != nil {
		return err
	}
	if err := CheckSignature(pub.(*ecdsa.PublicKey), digest, m.Signature); err != nil {
		return err
	}
	m.put(im.Data[im.Boot.ManifestOffset:im.Boot.manifestEnd()])
	return im.checkOwnKeys()
}
