// SPDX-License-Identifier: BSD-3-Clause

package suit

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
)

// An opened envelope.
type opened struct {
	digest    []byte
	signature []byte // COSE_Sign1
	manifest  []byte
	content   struct {
		Version  uint64          `cbor:"1,keyasint"`
		Sequence uint64          `cbor:"2,keyasint"`
		Common   []byte          `cbor:"3,keyasint"`
		Validate []byte          `cbor:"7,keyasint"`
		Install  cbor.RawMessage `cbor:"20,keyasint"`
	}
}

// open takes an envelope apart, and checks what is signed.
func open(envelope []byte, key crypto.PublicKey) (*opened, error) {
	var tagged cbor.RawTag
	if err := cbor.Unmarshal(envelope, &tagged); err != nil {
		return nil, err
	}
	var parts struct {
		Authentication []byte `cbor:"2,keyasint"`
		Manifest       []byte `cbor:"3,keyasint"`
	}
	if err := cbor.Unmarshal(tagged.Content, &parts); err != nil {
		return nil, err
	}
	var blocks [][]byte
	if err := cbor.Unmarshal(parts.Authentication, &blocks); err != nil {
		return nil, err
	}
	var digest struct {
		_         struct{} `cbor:",toarray"`
		Algorithm int
		Bytes     []byte
	}
	if err := cbor.Unmarshal(blocks[0], &digest); err != nil {
		return nil, err
	}
	if tagged.Number != 107 || digest.Algorithm != -16 || !bytes.Equal(digest.Bytes, hash(parts.Manifest)) {
		return nil, errors.New("digest is not that of the manifest")
	}
	o := &opened{digest: digest.Bytes, manifest: parts.Manifest}
	if key != nil {
		o.signature = blocks[1]
		var m cose.Sign1Message
		if err := m.UnmarshalCBOR(blocks[1]); err != nil {
			return nil, err
		}
		verifier, err := cose.NewVerifier(cose.AlgorithmES256, key)
		if err != nil {
			return nil, err
		}
		m.Payload = blocks[0]
		if err := m.Verify(nil, verifier); err != nil {
			return nil, err
		}
	}
	return o, cbor.Unmarshal(parts.Manifest, &o.content)
}

// example is example 2 of the draft without its severable elements, and key the public
// one of the key that it is signed with.
const (
	example = `d86ba2025873825824822f58206a5197ed8f9dccf733d1c89a359441708e070b4c6dcb9a1c2c82c6165f609b90584ad28443a1
0126a0f65840073d8d80ca67d61cdf04d813c748b2de98fe786fc67b764431307c8dbcbe91dc6f762c2c4d7bb998ff9ead4798e03c8ee26b89ef7a
9ad4569f6e187ce89e16c50358d1a80101020203585fa202818141000458568614a40150fa6b4a53d5ad5fdfbe9de663e4d41ffe02501492af1425
695e48bf429b2d51f2ab45035824822f582000112233445566778899aabbccddeeff0123456789abcdeffedcba98765432100e1987d0010f020f0474
68747470733a2f2f6769742e696f2f4a4a596f6a074382030f094382170214822f5820cfa90c5c58595e7f5119a72f803fd0370b3e6abbec6315cd38
f63135281bc49817822f5820302196d452bce5e8bfeaf71e395645ede6d365e63507a081379721eeecf00007`
	key = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhJaBGq4LqqvSYVcYnuzaJr6qi/Eb
bz/m4rVlnIXbwK07HypLbAmBMcCjbazR14vTgdzfsJwFLbM5kdtzOLSolg==
-----END PUBLIC KEY-----`
)

// What is hashed and signed here is what the draft's own example hashes and signs.
func TestExample(t *testing.T) {
	envelope, err := hex.DecodeString(strings.Join(strings.Fields(example), ""))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(key))
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	o, err := open(envelope, public)
	if err != nil || o.content.Sequence != 2 {
		t.Fatalf("sequence %d, %v", o.content.Sequence, err)
	}
	for _, at := range []int{40, 120, 200} {
		bad := bytes.Clone(envelope)
		bad[at] ^= 1
		if _, err := open(bad, public); err == nil {
			t.Errorf("byte %d altered: no error", at)
		}
	}
}

func TestEnvelope(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	firmware, patch := Of(make([]byte, 1000)), Of([]byte("patch"))
	u := &Update{
		Sequence: 1<<56 | 7, Domain: "example.com", Model: "thermostat", Version: "1.0.0+7",
		URI: "https://example.com/update", Firmware: firmware,
	}
	for _, p := range []*Digest{nil, &patch} {
		u.Patch = p
		envelope, err := Envelope(u, private)
		if err != nil {
			t.Fatal(err)
		}
		o, err := open(envelope, private.Public())
		if err != nil {
			t.Fatal(err)
		}
		if o.content.Version != 1 || o.content.Sequence != u.Sequence {
			t.Errorf("manifest %+v", o.content)
		}
		sum := sha256.Sum256([]byte("patch"))
		if got := bytes.Contains(o.content.Common, sum[:]); got != (p != nil) {
			t.Errorf("digest of the patch: %v", got)
		}
		if !bytes.Contains(o.content.Common, firmware.SHA256[:]) || !bytes.Contains(o.content.Install, []byte(u.URI)) {
			t.Error("digest or URI is missing")
		}
		plain, err := Envelope(u, nil)
		if err != nil {
			t.Fatal(err)
		}
		if without, err := open(plain, nil); err != nil || !bytes.Equal(without.manifest, o.manifest) {
			t.Errorf("another manifest without a signer, %v", err)
		}
	}
}
