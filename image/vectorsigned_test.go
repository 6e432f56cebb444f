// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/binary"
	"hash/crc32"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/quine-fw/quine"
)

// vectorKeys is where the boot sectors of signed vectors hold their keys.
const vectorKeys = 0x400

// vectorSignature is where their signature lies.
const vectorSignature = vectorManifest + signatureOffset

// A signedCase says how to make a vector of a device with the keys 1 and 2: from an
// image that key 1 has signed, by one fault. Its keys are made for it and thrown away,
// so it cannot be made again as it was.
type signedCase struct {
	name    string
	want    quine.Code
	comment string
	keyID   uint8 // in the manifest
	signer  int   // 0 is key 1, 1 is key 2, 2 is none of the device's
	spoil   func(data []byte) []byte
}

var signedCases = []signedCase{
	{name: "signed_good", comment: "signed with key 1", keyID: 1},
	{name: "signed_good_second", comment: "signed with key 2", keyID: 2, signer: 1},
	{name: "signed_good_staged", comment: "signed with key 1, seal blank", keyID: 1,
		spoil: set(vectorSeal, bytes.Repeat([]byte{0xFF}, 8)...)},
	{name: "signed_good_negated", comment: "s is the order of the group less what was signed", keyID: 1, spoil: negateS},
	{name: "signature_r", want: quine.CodeSignature, comment: "a bit of r differs", keyID: 1, spoil: flip(vectorSignature + 31)},
	{name: "signature_s", want: quine.CodeSignature, comment: "a bit of s differs", keyID: 1, spoil: flip(vectorSignature + 63)},
	{name: "signature_exchanged", want: quine.CodeSignature, comment: "s, then r", keyID: 1, spoil: func(data []byte) []byte {
		sig := bytes.Clone(data[vectorSignature:][:64])
		copy(data[vectorSignature:], append(sig[32:], sig[:32]...))
		return data
	}},
	{name: "signature_zero", want: quine.CodeSignature, comment: "r and s are zero", keyID: 1, spoil: set(vectorSignature, make([]byte, 64)...)},
	{name: "signature_blank", want: quine.CodeSignature, comment: "r and s are blank", keyID: 1,
		spoil: set(vectorSignature, bytes.Repeat([]byte{0xFF}, 64)...)},
	{name: "signature_r_zero", want: quine.CodeSignature, comment: "r is zero", keyID: 1, spoil: set(vectorSignature, make([]byte, 32)...)},
	{name: "signature_s_zero", want: quine.CodeSignature, comment: "s is zero", keyID: 1, spoil: set(vectorSignature+32, make([]byte, 32)...)},
	{name: "signature_r_order", want: quine.CodeSignature, comment: "r is the order of the group", keyID: 1, spoil: set(vectorSignature, order()...)},
	{name: "signature_s_order", want: quine.CodeSignature, comment: "s is the order of the group", keyID: 1, spoil: set(vectorSignature+32, order()...)},
	{name: "signature_other_image", want: quine.CodeSignature, comment: "the id is right, the signature is over another image", keyID: 1,
		spoil: func(data []byte) []byte {
			data[vectorSize-1] ^= 1
			identify(data)
			return data
		}},
	{name: "signature_other_key", want: quine.CodeSignature, comment: "names key 1, signed with key 2", keyID: 1, signer: 1},
	{name: "signature_unknown_key", want: quine.CodeSignature, comment: "signed with a key that the device does not have", keyID: 1, signer: 2},
	{name: "signature_key_missing", want: quine.CodeSignature, comment: "names key 3, which the device does not have", keyID: 3},
	{name: "signature_key_zero", want: quine.CodeSignature, comment: "names key 0", keyID: 0},
}

// order is the order of the group, the first number that r and s must not be.
func order() []byte { return elliptic.P256().Params().N.Bytes() }

// negateS replaces s by the order less s, which is as good a signature.
func negateS(data []byte) []byte {
	s := new(big.Int).SetBytes(data[vectorSignature+32:][:32])
	s.Sub(elliptic.P256().Params().N, s).FillBytes(data[vectorSignature+32:][:32])
	return data
}

// build makes the vector's bytes with new keys.
func (c *signedCase) build(t *testing.T) []byte {
	var keys [3]*ecdsa.PrivateKey
	for i := range keys {
		keys[i] = newKey(t, elliptic.P256())
	}
	data := goodVector()
	data[vectorInfo+0x0A] |= byte(BootSigned)
	record := data[vectorKeys:vectorKeys]
	for i := range 2 {
		var err error
		if record, err = (&Key{ID: uint8(i + 1), Public: &keys[i].PublicKey}).AppendBinary(record); err != nil {
			t.Fatal(err)
		}
	}
	data[vectorManifest+0x05], data[vectorManifest+0x2E] = FlagSigned, c.keyID
	binary.LittleEndian.PutUint32(data[vectorManifest+0x30:], crc32.ChecksumIEEE(data[:BootSize]))
	identify(data)
	boot := BootInfo{ManifestOffset: vectorManifest, SealOffset: vectorSeal, SealSize: 8}
	d := (&Image{Data: data, Boot: boot}).Digest()
	der, err := ecdsa.SignASN1(rand.Reader, keys[c.signer], d[:])
	if err != nil {
		t.Fatal(err)
	}
	signature, err := ParseSignature(der)
	if err != nil {
		t.Fatal(err)
	}
	copy(data[vectorSignature:], signature[:])
	if c.spoil != nil {
		data = c.spoil(data)
	}
	return data
}

// TestSignedVectors checks that each vector of signedCases says what it should; TestVectors
// runs them. With -update it writes them, with other keys.
func TestSignedVectors(t *testing.T) {
	for i := range signedCases {
		c := &signedCases[i]
		name := filepath.Join(vectorDir, c.name+".vec")
		if *update {
			if err := os.WriteFile(name, vectorFile(c.build(t), "4", c.comment, c.want, false), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		v := readVector(t, name)
		want := "OK"
		if c.want != 0 {
			want = c.want.Name()
		}
		if v.header["comment"] != c.comment || v.header["expect"] != want {
			t.Errorf("%s is out of date: run go test ./image -run Vectors -update", name)
		}
	}
}
