// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"crypto/elliptic"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/quine-fw/quine"
)

// putKeys puts keys into the boot sector in data, from offset 0x800 on.
func putKeys(t testing.TB, data []byte, keys ...Key) {
	t.Helper()
	at := data[0x800:0x800]
	for _, k := range keys {
		var err error
		if at, err = k.AppendBinary(at); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKeys(t *testing.T) {
	a, b := newKey(t, elliptic.P256()), newKey(t, elliptic.P256())
	boot := bytes.Repeat([]byte{0xFF}, 3*BootSize)
	r := rand.New(rand.NewPCG(1, 2))
	for at := range boot {
		if boot[at] = byte(r.Uint32()); at%4 > 0 && at%3 == 0 {
			boot[at] = 0
		}
	}
	if keys := Keys(boot); keys != nil {
		t.Errorf("found %+v in noise", keys)
	}
	putKeys(t, boot, Key{ID: 1, Public: &a.PublicKey}, Key{ID: 255, Public: &b.PublicKey})
	putKeys(t, boot[BootSize-0x800-keySize:], Key{ID: 3, Public: &a.PublicKey})
	putKeys(t, boot[BootSize:], Key{ID: 4, Public: &a.PublicKey}) // in the application
	keys := Keys(boot)
	if len(keys) != 3 || keys[0].ID != 1 || keys[1].ID != 255 || keys[2].ID != 3 ||
		!keys[0].Public.Equal(&a.PublicKey) || !keys[1].Public.Equal(&b.PublicKey) ||
		keys[0].Offset != 0x800 || keys[2].Offset != BootSize-keySize {
		t.Errorf("found %+v", keys)
	}
	boot[0x800+5] ^= 1
	if keys := Keys(boot); len(keys) != 2 {
		t.Errorf("a point off the curve is a key: %+v", keys)
	}
	for n := range 2 * keySize {
		Keys(boot[:n])
	}
	if _, err := (&Key{ID: 1, Public: &newKey(t, elliptic.P384()).PublicKey}).AppendBinary(nil); !errors.Is(err, quine.CodeSignature) {
		t.Errorf("P-384: got %v", err)
	}
}

// TestSealForKeys seals for boot sectors that hold keys.
func TestSealForKeys(t *testing.T) {
	key, other := newKey(t, elliptic.P256()), newKey(t, elliptic.P256())
	raw := signedFixture(t)
	putKeys(t, raw.Data, Key{ID: 1, Public: &other.PublicKey}, Key{ID: 2, Public: &key.PublicKey})
	im, err := Seal(raw, Options{Signer: key, KeyID: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckKeys(Keys(im.Data), 2, im.Digest(), im.Manifest.Signature); err != nil {
		t.Error(err)
	}
	for _, id := range []uint8{1, 3} {
		if _, err := Seal(raw, Options{Signer: key, KeyID: id}); !errors.Is(err, quine.CodeSignature) {
			t.Errorf("key id %d: got %v", id, err)
		}
	}
}
