// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"testing"

	"github.com/quine-fw/quine"
)

func newKey(t testing.TB, c elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// signedFixture returns the committed ELF file for a device that takes signed images.
func signedFixture(t testing.TB) *Raw {
	raw := readFixture(t)
	raw.Data[raw.Boot.Offset+0x0A] |= byte(BootSigned)
	raw.Boot.Flags |= BootSigned
	return raw
}

// otherSigner is a signer that is not a private key in memory.
type otherSigner struct {
	public crypto.PublicKey
	sign   func(digest []byte) ([]byte, error)
}

func (s otherSigner) Public() crypto.PublicKey { return s.public }

func (s otherSigner) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	return s.sign(digest)
}

func TestSealSigned(t *testing.T) {
	raw, key := signedFixture(t), newKey(t, elliptic.P256())
	opts := Options{Version: Version{1, 2, 3, 4}, Signer: key, KeyID: 7}
	im, err := Seal(raw, opts)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := Parse(im.Data)
	if err != nil {
		t.Fatal(err)
	}
	if m := parsed.Manifest; !m.Signed() || m.KeyID != 7 || m.ID != ID(first8(im.Digest())) {
		t.Errorf("manifest %+v", m)
	}
	if err := parsed.VerifySignature(&key.PublicKey); err != nil {
		t.Error(err)
	}
	if again, err := Seal(raw, opts); err != nil || !bytes.Equal(again.Data, im.Data) {
		t.Errorf("Seal gives other bytes the second time, or %v", err)
	}
	if err := parsed.VerifySignature(&newKey(t, elliptic.P256()).PublicKey); !errors.Is(err, quine.CodeSignature) {
		t.Errorf("another key: got %v", err)
	}
	for _, at := range []int{0, 31, 32, 63} {
		parsed.Data[int(im.Boot.ManifestOffset)+signatureOffset+at] ^= 1
		spoiled, err := Parse(bytes.Clone(parsed.Data))
		if err != nil || spoiled.Verify() != nil {
			t.Errorf("signature is part of the digest: %v", err)
		} else if err := spoiled.VerifySignature(&key.PublicKey); !errors.Is(err, quine.CodeSignature) {
			t.Errorf("byte %d of the signature altered: got %v", at, err)
		}
		parsed.Data[int(im.Boot.ManifestOffset)+signatureOffset+at] ^= 1
	}
	parsed.Data[len(parsed.Data)-1] ^= 1
	if err := parsed.VerifySignature(&key.PublicKey); !errors.Is(err, quine.CodeDigest) {
		t.Errorf("altered image: got %v", err)
	}
	if err := sealFixture(t, Options{}).VerifySignature(&key.PublicKey); !errors.Is(err, quine.CodeUnsigned) {
		t.Errorf("unsigned image: got %v", err)
	}
}

func first8(d [32]byte) []byte { return d[:8] }

// TestDetached signs away from Seal, with a signature in either form.
func TestDetached(t *testing.T) {
	raw, key := signedFixture(t), newKey(t, elliptic.P256())
	opts := Options{Version: Version{1, 0, 0, 0}}
	digest, err := ToSign(raw, opts)
	if err != nil {
		t.Fatal(err)
	}
	der, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	plain, err := ParseSignature(der)
	if err != nil {
		t.Fatal(err)
	}
	for _, signature := range [][]byte{der, plain[:]} {
		opts.Signer = Detached(&key.PublicKey, signature)
		im, err := Seal(raw, opts)
		if err != nil {
			t.Fatal(err)
		}
		if err := im.VerifySignature(&key.PublicKey); err != nil || im.Manifest.KeyID != 1 {
			t.Errorf("key %d, %v", im.Manifest.KeyID, err)
		}
		opts.Counter++ // what was signed is no longer what is sealed
		if _, err := Seal(raw, opts); !errors.Is(err, quine.CodeSignature) {
			t.Errorf("signature over another image: got %v", err)
		}
		opts.Counter--
	}
}

func TestSealRefusesSigner(t *testing.T) {
	broken := errors.New("token is locked")
	key := newKey(t, elliptic.P256())
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	give := func(b []byte, err error) crypto.Signer {
		return otherSigner{&key.PublicKey, func([]byte) ([]byte, error) { return b, err }}
	}
	tests := []struct {
		name   string
		signer crypto.Signer
		want   error
	}{
		{"P-384", newKey(t, elliptic.P384()), quine.CodeSignature},
		{"Ed25519", edwards, quine.CodeSignature},
		{"no signature", give(nil, nil), quine.CodeSignature},
		{"zeros", give(make([]byte, 64), nil), quine.CodeSignature},
		{"blank", give(bytes.Repeat([]byte{0xFF}, 64), nil), quine.CodeSignature},
		{"by another key", otherSigner{&key.PublicKey, func(d []byte) ([]byte, error) {
			return ecdsa.SignASN1(rand.Reader, newKey(t, elliptic.P256()), d)
		}}, quine.CodeSignature},
		{"error", give(nil, broken), broken},
	}
	for _, tt := range tests {
		if _, err := Seal(signedFixture(t), Options{Signer: tt.signer}); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
	if _, err := Seal(readFixture(t), Options{Signer: key}); !errors.Is(err, quine.CodeUnsigned) {
		t.Errorf("signed image for a device that takes unsigned ones: got %v", err)
	}
}

func TestParseSignature(t *testing.T) {
	good := []byte{0x30, 6, 2, 1, 5, 2, 1, 9}
	sig, err := ParseSignature(good)
	if err != nil || sig[31] != 5 || sig[63] != 9 {
		t.Errorf("got %x, %v", sig, err)
	}
	long := append([]byte{0x30, 38, 2, 33, 1}, make([]byte, 32)...)
	for _, bad := range [][]byte{
		nil, good[:7], {0x30, 9, 2, 1, 5, 2, 1, 9, 2, 1, 9}, append(bytes.Clone(good), 0),
		{0x30, 6, 2, 1, 0, 2, 1, 9}, {0x30, 6, 2, 1, 5, 2, 1, 0x80}, append(long, 2, 1, 1), make([]byte, 65),
	} {
		if sig, err := ParseSignature(bad); !errors.Is(err, quine.CodeSignature) {
			t.Errorf("%x: got %x, %v", bad, sig, err)
		}
	}
}
