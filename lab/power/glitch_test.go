// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"math/big"
	"testing"

	"github.com/quine-fw/quine/image"
)

// quick is how often an instruction is skipped in a test that is to be quick.
const quick = 2

var timesFlag = flag.Int("times", quick, "skip an instruction of a signed boot sector this often, 0 for always")

// An attack makes a glitch of what a device is offered, from the image that it runs.
type attack struct {
	name string
	make func(a *attacker) Glitch
}

// An attacker has images to choose from.
type attacker struct {
	t    *testing.T
	data []byte            // of the first release
	key  *ecdsa.PrivateKey // of the releases, nil if they are unsigned
}

// small returns an image with the boot sector of the release and little else.
func (a *attacker) small(key *ecdsa.PrivateKey, counter uint32) *image.Image {
	a.t.Helper()
	raw, err := image.ReadBinary(bytes.Clone(a.data))
	if err != nil {
		a.t.Fatal(err)
	}
	raw.Data = raw.Data[:max(raw.Boot.ManifestOffset, raw.Boot.SealOffset)+1024]
	opts := image.Options{Version: image.Version{Major: 2}, Counter: counter}
	if key != nil {
		opts.Signer = key
	}
	im, err := image.Seal(raw, opts)
	if err != nil {
		a.t.Fatal(err)
	}
	return im
}

// stranger returns what small does, signed with a key that the device does not know.
func (a *attacker) stranger() (im *image.Image, staged []byte) {
	a.t.Helper()
	im = a.small(a.key, 0)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	digest := im.Digest()
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		a.t.Fatal(err)
	}
	staged = im.Blank()
	signature := staged[im.Boot.ManifestOffset+0x40:]
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:64])
	return im, staged
}

// offer returns a glitch that offers an image.
func offer(im *image.Image, change func(staged []byte)) Glitch {
	staged := im.Blank()
	if change != nil {
		change(staged)
	}
	return Glitch{Staged: staged, ID: im.Manifest.ID}
}

var damaged = attack{"damaged", func(a *attacker) Glitch {
	return offer(a.small(a.key, 0), func(staged []byte) { staged[len(staged)-1] ^= 1 })
}}

var stranger = attack{"wrongly signed", func(a *attacker) Glitch {
	im, staged := a.stranger()
	return Glitch{Staged: staged, ID: im.Manifest.ID}
}}

// known has the generator's x for r, and an s that makes the first bits of the two scalars 1 and 0: a verification that
// ended there would have computed the generator. Of all s, each fourth does.
var known = attack{"known point", func(a *attacker) Glitch {
	im := a.small(a.key, 0)
	digest := im.Digest()
	curve := elliptic.P256().Params()
	hash, r := new(big.Int).SetBytes(digest[:]), curve.Gx
	u1, u2, s := new(big.Int), new(big.Int), big.NewInt(1)
	for u1.Bit(255) == 0 || u2.Bit(255) == 1 {
		s.Add(s, big.NewInt(1))
		inverse := new(big.Int).ModInverse(s, curve.N)
		u1.Mod(u1.Mul(hash, inverse), curve.N)
		u2.Mod(u2.Mul(r, inverse), curve.N)
	}
	staged := im.Blank()
	signature := staged[im.Boot.ManifestOffset+0x40:]
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:64])
	return Glitch{Staged: staged, ID: im.Manifest.ID, Within: "quine_p256_verify"}
}}

// signedAttacks are those that a device which takes signed images only must withstand.
var signedAttacks = []attack{
	{"unsigned", func(a *attacker) Glitch {
		im := a.small(a.key, 0)
		return offer(im, func(staged []byte) {
			m := staged[im.Boot.ManifestOffset:]
			m[0x05] = 0 // flags
			copy(m[0x40:], bytes.Repeat([]byte{0xFF}, 64))
		})
	}},
	{"blank signature", func(a *attacker) Glitch {
		im := a.small(a.key, 0)
		return offer(im, func(staged []byte) {
			copy(staged[im.Boot.ManifestOffset+0x40:], bytes.Repeat([]byte{0xFF}, 64))
		})
	}},
	stranger,
	{"rolled back", func(a *attacker) Glitch {
		g := offer(a.small(a.key, 4), nil)
		g.Update = a.small(a.key, 5)
		return g
	}},
	// The same right after that update, with all that its verification has left in RAM.
	{"rolled back, warm", func(a *attacker) Glitch {
		g := offer(a.small(a.key, 4), nil)
		g.Update, g.Warm = a.small(a.key, 5), true
		return g
	}},
	// What an install leaves whose store gave other bytes than boot had verified.
	{"not verified", func(a *attacker) Glitch {
		im, staged := a.stranger()
		return Glitch{Staged: staged, ID: im.Manifest.ID, Installed: staged}
	}},
}

// try makes an attack on a board.
func (k attack) try(t *testing.T, board, build string, times int, emulate bool) *GlitchResult {
	t.Helper()
	a := &attacker{t: t, data: read(t, board+build+"/v1.bin")}
	if build != "" {
		block, _ := pem.Decode(read(t, "keys/release.pem"))
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		a.key = key.(*ecdsa.PrivateKey)
	}
	g := k.make(a)
	g.Old, g.Part, g.OldELF, g.Times = parse(t, a.data), part(t, board), read(t, board+build+"/v1.elf"), times
	g.Emulate = emulate
	r, err := g.Try()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d instructions skipped: %d installs begun, %d images started", r.Tried, r.Path, r.Begun, r.Booted)
	for _, through := range r.Through {
		t.Logf("%+v", through)
	}
	if r.Tried < 500 && g.Within == "" {
		t.Error("too few")
	}
	return r
}

// TestGlitch skips each instruction of a boot that meets a damaged image.
func TestGlitch(t *testing.T) {
	for _, board := range boards[:2] {
		t.Run(board, func(t *testing.T) {
			if r := damaged.try(t, board, "", 0, false); r.Booted > 0 {
				t.Error("the image is started")
			}
		})
	}
}

// TestGlitchSigned skips instructions of boot sectors that verify signatures: what is
// executed often, -times times. All attacks on all boards are for make lab-glitch.
func TestGlitchSigned(t *testing.T) {
	for _, board := range boards {
		for _, k := range append([]attack{damaged}, signedAttacks...) {
			if *timesFlag == quick && board != "microbit" && k.name != "wrongly signed" {
				continue
			}
			t.Run(board+"/"+k.name, func(t *testing.T) { k.fails(t, board, *timesFlag, false) })
		}
	}
}

// TestGlitchVerification skips instructions inside the verification of a signature, too. Each trial takes ten million
// instructions and more, so all but the shortest attack are for make lab-glitch.
func TestGlitchVerification(t *testing.T) {
	for _, board := range boards {
		for _, k := range []attack{stranger, known} {
			if *timesFlag == quick && (board != "mps2-an386" || k.name != known.name) {
				continue
			}
			t.Run(board+"/"+k.name, func(t *testing.T) { k.fails(t, board, 2, true) })
		}
	}
}

// fails makes an attack on a signed board, which must come to nothing.
func (k attack) fails(t *testing.T, board string, times int, emulate bool) {
	t.Helper()
	if r := k.try(t, board, "-signed", times, emulate); r.Booted > 0 || r.Begun > 0 {
		t.Error("the attack succeeds")
	}
}
