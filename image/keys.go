// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/quine-fw/quine"
)

// keySize is the size of a key record in bytes.
const keySize = 4 + 32 + 32

// A Key is a public key that a boot sector takes images of.
type Key struct {
	Offset uint32 // of its record, in bytes from the start of the image
	ID     uint8  // by which a manifest names it
	Public *ecdsa.PublicKey
}

// Keys returns the keys in the first 4096 bytes of an image, in the order of their
// places. They are found by themselves: nothing but a key is a number from 1 to 255 and
// a point of the curve behind it.
func Keys(image []byte) []Key {
	boot := image[:min(len(image), BootSize)]
	var keys []Key
	for at := 0; at+keySize <= len(boot); at += 4 {
		id := binary.LittleEndian.Uint32(boot[at:])
		if id < 1 || id > 255 {
			continue
		}
		if pub := decodePoint(boot[at+4:]); pub != nil {
			keys = append(keys, Key{uint32(at), uint8(id), pub})
			at += keySize - 4
		}
	}
	return keys
}

// AppendBinary appends the record of k to b. It fails if the key is none of P-256.
func (k *Key) AppendBinary(b []byte) ([]byte, error) {
	if err := checkCurve(k.Public); err != nil {
		return b, err
	}
	point, err := k.Public.Bytes() // 4, X, Y; big-endian
	if err != nil {
		return b, err
	}
	slices.Reverse(point[1:33])
	slices.Reverse(point[33:65])
	return append(binary.LittleEndian.AppendUint32(b, uint32(k.ID)), point[1:]...), nil
}

// decodePoint decodes the 64 bytes of a point, nil if it is none of the curve.
func decodePoint(b []byte) *ecdsa.PublicKey {
	point := append([]byte{4}, b[:64]...)
	slices.Reverse(point[1:33])
	slices.Reverse(point[33:65])
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil
	}
	return pub
}

// CheckKeys checks, as a device does, a signature over a digest by the key that a
// manifest names. It fails with [quine.CodeSignature].
func CheckKeys(keys []Key, id uint8, digest [32]byte, signature [64]byte) error {
	at := slices.IndexFunc(keys, func(k Key) bool { return k.ID == id })
	if at < 0 {
		return quine.Errorf(quine.CodeSignature, "signed with key %d, which the boot sector does not have", id)
	}
	if CheckSignature(keys[at].Public, digest, signature) != nil {
		return quine.Errorf(quine.CodeSignature, "not signed with the key %d that is in the boot sector", id)
	}
	return nil
}

// checkOwnKeys checks that the boot sector in im takes im: once an install has
// replaced the boot sector, it is the new one that repairs it after a power cut. A boot
// sector in which no key is found is not checked.
func (im *Image) checkOwnKeys() error {
	keys, m := Keys(im.Data), &im.Manifest
	if len(keys) == 0 {
		return nil
	}
	err := CheckKeys(keys, m.KeyID, im.Digest(), m.Signature)
	if e := (*quine.Error)(nil); errors.As(err, &e) {
		return quine.Errorf(e.Code, "%s; an image must be signed with a key that its own boot sector has", e.Detail)
	}
	return err
}
