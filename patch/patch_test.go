// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
)

func TestCreateApply(t *testing.T) {
	for _, signed := range []bool{false, true} {
		for _, p := range pairs() {
			name := p.name
			if signed {
				name += ", signed"
			}
			t.Run(name, func(t *testing.T) {
				old := build{app: p.old, signed: signed}.image(t)
				new := build{app: p.new, signed: signed, version: image.Version{Minor: 1}}.image(t)
				testCreateApply(t, old, new)
				testCreateApply(t, nil, new)
			})
		}
	}
}

// testCreateApply makes a patch, applies it, and looks at its header.
func testCreateApply(t *testing.T, old, new *image.Image) {
	t.Helper()
	patch, err := Create(old, new, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Apply(old, patch)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Data, new.Blank()) {
		t.Error("Apply gives another image than Create was given")
	}
	if again, _ := Create(old, new, nil); !bytes.Equal(again, patch) {
		t.Error("Create gives another patch the second time")
	}
	h, err := ParseHeader(patch)
	if err != nil {
		t.Fatal(err)
	}
	if h.ID != new.Manifest.ID || h.Full != (old == nil) || h.Signed != new.Manifest.Signed() {
		t.Errorf("ParseHeader = %+v", h)
	}
	limit := 40
	if h.Signed {
		limit = 120
	}
	if old != nil && h.Size > limit {
		t.Errorf("header has %d bytes, more than %d", h.Size, limit)
	}
}

func TestEncrypted(t *testing.T) {
	old := build{app: code(1, 500), flags: image.BootEncrypted}.image(t)
	new := build{app: code(2, 500), flags: image.BootEncrypted}.image(t)
	key := noise(1, 32)
	for _, from := range []*image.Image{old, nil} {
		for _, key := range [][]byte{key, key[:16]} {
			patch := must(Create(from, new, &Options{Key: key}))
			h := must(ParseHeader(patch))
			again := must(ParseHeader(must(Create(from, new, &Options{Key: key}))))
			if !h.Encrypted || h.Nonce == again.Nonce {
				t.Errorf("nonce %x, then %x", h.Nonce, again.Nonce)
			}
			keys := &Keys{Decrypt: key}
			got, err := keys.Apply(from, patch)
			if err != nil || !bytes.Equal(got.Data, new.Blank()) {
				t.Errorf("Apply: %v, or another image", err)
			}
			if _, err := keys.Trace(from, patch, func(Part) {}); err != nil {
				t.Errorf("Trace: %v", err)
			}
			if _, err := Trace(from, patch, func(Part) {}); !errors.Is(err, quine.CodeEncryption) {
				t.Errorf("Trace without a key: %v", err)
			}
			if _, err := Apply(from, patch); !errors.Is(err, quine.CodeEncryption) {
				t.Errorf("Apply without a key: %v", err)
			}
			if _, err := (&Keys{Decrypt: key[1:]}).Apply(from, patch); !errors.Is(err, quine.CodeEncryption) {
				t.Errorf("Apply with a short key: %v", err)
			}
			if _, err := (&Keys{Decrypt: noise(2, 32)}).Apply(from, patch); err == nil {
				t.Error("Apply takes another key")
			}
		}
	}
	if _, err := Create(old, new, &Options{Key: key, Rand: strings.NewReader("short")}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Create without a nonce: %v", err)
	}
	if _, err := CreateRaw(old.Data, new.Data, &Options{Key: key}); !errors.Is(err, quine.CodeEncryption) {
		t.Errorf("CreateRaw: %v", err)
	}
}

// The patch is told from a signed one without a good signature by its header alone.
func TestSigned(t *testing.T) {
	key, other := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	seal := func(b build) *image.Image {
		raw := must(image.ReadBinary(b.image(t).Data))
		return must(image.Seal(raw, image.Options{Version: b.version, Signer: key}))
	}
	old := seal(build{app: code(1, 500), signed: true})
	new := seal(build{app: code(2, 500), signed: true, version: image.Version{Minor: 1}})
	for _, from := range []*image.Image{old, nil} {
		patch := must(Create(from, new, nil))
		if got, err := (&Keys{Verify: &key.PublicKey}).Apply(from, patch); err != nil || !bytes.Equal(got.Data, new.Blank()) {
			t.Errorf("Apply: %v, or another image", err)
		}
		if _, err := (&Keys{Verify: &other.PublicKey}).Apply(from, patch); !errors.Is(err, quine.CodeSignature) {
			t.Errorf("Apply with another key: %v", err)
		}
		h := must(ParseHeader(patch))
		h.Digest[31] ^= 1
		if _, err := (&Keys{Verify: &key.PublicKey}).Apply(from, join(h.append(nil), patch[h.Size:])); !errors.Is(err, quine.CodeSignature) {
			t.Errorf("Apply with another digest: %v", err)
		}
	}
	plain := build{app: code(1, 500)}.image(t)
	if _, err := (&Keys{Verify: &key.PublicKey}).Apply(nil, must(Create(nil, plain, nil))); !errors.Is(err, quine.CodeUnsigned) {
		t.Errorf("Apply of an unsigned patch: %v", err)
	}
}

// A base whose seal is not set gives the same patch, and takes it.
func TestSealOfBaseDoesNotMatter(t *testing.T) {
	old, new := build{app: code(1, 500)}.image(t), build{app: code(2, 500)}.image(t)
	want, err := Create(old, new, nil)
	if err != nil {
		t.Fatal(err)
	}
	fill(old.Data[testSeal:][:8], 0)
	got, err := Create(old, new, nil)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the seal of the base changes the patch: %v", err)
	}
}

func TestCreateRefuses(t *testing.T) {
	good := build{app: code(1, 500), counter: 4}
	with := func(change func(*build)) build {
		b := good
		change(&b)
		return b
	}
	tests := []struct {
		name     string
		old, new build
		opts     *Options
		want     error
	}{
		{"nothing", good, with(func(b *build) { b.counter = 5 }), nil, nil},
		{"lower counter", good, with(func(b *build) { b.counter = 3 }), nil, quine.CodeRollback},
		{"other product", good, with(func(b *build) { b.product = 9 }), &Options{AllowBootChange: true}, quine.CodeProduct},
		{"other product, another boot sector", good, with(func(b *build) { b.product, b.boot = 9, 1 }), nil, quine.CodeProduct},
		{"other load address", good, with(func(b *build) { b.loadAddress = 0x8000000 }), &Options{AllowBootChange: true}, quine.CodeLayout},
		{"signed for unsigned", good, with(func(b *build) { b.signed = true }), &Options{AllowBootChange: true}, quine.CodeUnsigned},
		{"unsigned for signed", with(func(b *build) { b.signed = true }), good, &Options{AllowBootChange: true}, quine.CodeUnsigned},
		{"too large", with(func(b *build) { b.storeMax = 5000 }), with(func(b *build) { b.app = code(1, 5000) }), &Options{AllowBootChange: true}, quine.CodeSize},
		{"another boot sector", good, with(func(b *build) { b.boot = 1 }), nil, quine.CodeBoot},
		{"another boot sector, allowed", good, with(func(b *build) { b.boot = 1 }), &Options{AllowBootChange: true}, nil},
		{"another place of the store", good, with(func(b *build) { b.boot, b.storeOffset = 1, 4096 }), &Options{AllowBootChange: true}, quine.CodeLayout},
		{"fixed boot sector", with(func(b *build) { b.flags = image.BootFixed }), good, &Options{AllowBootChange: true}, quine.CodeBoot},
		{"no key", with(func(b *build) { b.flags = image.BootEncrypted }), with(func(b *build) { b.flags = image.BootEncrypted }), nil, quine.CodeEncryption},
		{"short key", with(func(b *build) { b.flags = image.BootEncrypted }), with(func(b *build) { b.flags = image.BootEncrypted }), &Options{Key: make([]byte, 24)}, quine.CodeEncryption},
		{"key for a device without", good, good, &Options{Key: make([]byte, 32)}, quine.CodeEncryption},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Create(tt.old.image(t), tt.new.image(t), tt.opts)
			if !errors.Is(err, tt.want) {
				t.Errorf("Create: %v, want %v", err, tt.want)
			}
		})
	}
}

func TestApplyRefuses(t *testing.T) {
	old, new := build{app: code(1, 500)}.image(t), build{app: code(2, 500)}.image(t)
	diff, err := Create(old, new, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := CreateRaw(old.Data, new.Data, nil)
	if err != nil {
		t.Fatal(err)
	}
	apply := func(old *image.Image, patch []byte) error {
		_, err := Apply(old, patch)
		return err
	}
	applyRaw := func(old, patch []byte) error {
		_, err := ApplyRaw(old, patch)
		return err
	}
	tests := []struct {
		name      string
		got, want error
	}{
		{"raw patch to an image", apply(old, raw), quine.CodeFormat},
		{"image patch to a binary", applyRaw(old.Data, diff), quine.CodeFormat},
		{"patch without its base", apply(nil, diff), quine.CodeBase},
		{"patch twice", apply(new, diff), quine.CodeBase},
		{"raw patch twice", applyRaw(new.Data, raw), quine.CodeBase},
		{"empty patch", apply(old, nil), quine.CodeTruncated},
		{"empty raw patch", applyRaw(old.Data, nil), quine.CodeTruncated},
	}
	for _, tt := range tests {
		if !errors.Is(tt.got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, tt.got, tt.want)
		}
	}
}
