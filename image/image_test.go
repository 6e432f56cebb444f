// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"

	"github.com/quine-fw/quine"
)

func TestParseTruncated(t *testing.T) {
	im := sealFixture(t, Options{})
	for n := range im.Data {
		if _, err := Parse(im.Data[:n]); err == nil {
			t.Fatalf("prefix of %d bytes is taken for an image", n)
		}
	}
	if _, err := Parse(append(bytes.Clone(im.Data), 0xFF)); !errors.Is(err, quine.CodeTrailing) {
		t.Errorf("one byte too many: got %v", err)
	}
}

// TestVerifyFindsEveryBit flips every bit of an image. Only the seal may change
// unnoticed by Parse, and nothing unnoticed by both.
func TestVerifyFindsEveryBit(t *testing.T) {
	im := sealFixture(t, Options{})
	step := 1
	if testing.Short() {
		step = 7
	}
	for at := 0; at < len(im.Data); at += step {
		bit := byte(1) << (at % 8)
		im.Data[at] ^= bit
		got, err := Parse(im.Data)
		if err == nil {
			err = got.Verify()
		}
		if err == nil {
			t.Errorf("byte 0x%x: change is not noticed", at)
		}
		im.Data[at] ^= bit
	}
}

func TestSealState(t *testing.T) {
	im := sealFixture(t, Options{})
	seal := im.Data[im.Boot.SealOffset:im.Boot.sealEnd()]
	id := bytes.Clone(seal)
	tests := []struct {
		name  string
		bytes []byte
		want  SealState
		valid bool
	}{
		{"set", id, SealSet, true},
		{"blank", bytes.Repeat([]byte{0xFF}, 8), SealBlank, true},
		{"destroyed", make([]byte, 8), SealDestroyed, true},
		{"torn", append(bytes.Clone(id[:4]), 0xFF, 0xFF, 0xFF, 0xFF), SealOther, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			copy(seal, tt.bytes)
			if got := im.SealState(); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if err := im.Verify(); (err == nil) != tt.valid {
				t.Errorf("Verify: %v", err)
			}
			if !isBlank(im.Blank()[im.Boot.SealOffset:][:8]) {
				t.Error("Blank leaves the seal")
			}
			if got := im.Factory()[im.Boot.SealOffset:][:8]; !bytes.Equal(got, id) {
				t.Errorf("Factory sets the seal to %x", got)
			}
		})
	}
}

// TestSignedID checks the id of a signed image, which Seal cannot make: it is the
// start of the digest, and the signature is not part of it.
func TestSignedID(t *testing.T) {
	im := sealFixture(t, Options{})
	im.Manifest.Flags, im.Manifest.KeyID = FlagSigned, 1
	fill(im.Manifest.Signature[:], 0x11)
	im.Manifest.put(im.Data[im.Boot.ManifestOffset:])
	d := im.Digest()
	im.Manifest.ID = ID(d[:8])
	im.Manifest.put(im.Data[im.Boot.ManifestOffset:])
	copy(im.Data[im.Boot.SealOffset:], d[:8])
	if err := im.Verify(); err != nil {
		t.Error(err)
	}
	im.Data[len(im.Data)-1] ^= 1
	if err := im.Verify(); !errors.Is(err, quine.CodeDigest) {
		t.Errorf("altered: got %v", err)
	}
}

func TestParseStore(t *testing.T) {
	im := sealFixture(t, Options{})
	header := binary.LittleEndian.AppendUint32(nil, stagingMagic)
	header = append(header, stagingLayout, 0, 0, 0)
	header = append(header, im.Manifest.ID[:]...)
	header = append(header, "baseid.."...)
	header = append(header, 0, 0, 0, 0)
	header = binary.LittleEndian.AppendUint32(header, crc32.ChecksumIEEE(header))
	for _, base := range []int{32, 256, 4096} {
		dump := bytes.Repeat([]byte{0xFF}, 16384)
		copy(dump, header)
		copy(dump[base:], im.Blank())
		s, err := ParseStore(dump)
		if err != nil {
			t.Fatal(err)
		}
		if s.Header == nil || s.Header.ID != im.Manifest.ID || string(s.Header.Base[:]) != "baseid.." {
			t.Errorf("base %d: header %+v", base, s.Header)
		}
		if s.Image == nil || s.ImageBase != base || s.Image.Verify() != nil {
			t.Errorf("base %d: image found at %d", base, s.ImageBase)
		}
		for at := range stagingHeaderSize {
			dump[at] ^= 1
			if s, err := ParseStore(dump); err != nil || s.Header != nil || s.Image == nil {
				t.Errorf("header with byte %d changed is taken", at)
			}
			dump[at] ^= 1
		}
	}
	dump := bytes.Repeat([]byte{0xFF}, 16384)
	if _, err := ParseStore(dump); !errors.Is(err, quine.CodeNoImage) {
		t.Errorf("blank store: got %v", err)
	}
}

func TestEncryptedStore(t *testing.T) {
	im := sealFixture(t, Options{})
	key, nonce := bytes.Repeat([]byte{7}, 32), [12]byte([]byte("twelve bytes"))
	staged, err := im.Stage(key, nonce)
	if err != nil {
		t.Fatal(err)
	}
	if len(staged) != 32+len(im.Data) || !bytes.Equal(staged[:12], nonce[:]) || !isBlank(staged[12:32]) {
		t.Fatalf("nonce block is %x", staged[:32])
	}
	dump := bytes.Repeat([]byte{0xFF}, 16384)
	copy(dump[4096:], staged)
	s, err := ParseEncryptedStore(dump, key)
	if err != nil {
		t.Fatal(err)
	}
	if s.Image == nil || s.ImageBase != 4096 || !bytes.Equal(s.Image.Data, im.Blank()) {
		t.Errorf("image found at %d", s.ImageBase)
	}
	if _, err := ParseEncryptedStore(dump, key[:16]); !errors.Is(err, quine.CodeNoImage) {
		t.Errorf("wrong key: got %v", err)
	}
	if _, err := ParseStore(dump); !errors.Is(err, quine.CodeNoImage) {
		t.Errorf("no key: got %v", err)
	}
	if _, err := ParseEncryptedStore(dump, key[:31]); !errors.Is(err, quine.CodeEncryption) {
		t.Errorf("key of 31 bytes: got %v", err)
	}
	if plain, err := im.Stage(nil, nonce); err != nil || !bytes.Equal(plain, im.Blank()) {
		t.Errorf("plain store: %v", err)
	}
}
