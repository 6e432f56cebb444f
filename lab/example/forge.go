// SPDX-License-Identifier: BSD-3-Clause

package example

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/binary"
	"hash/crc32"

	"github.com/quine-fw/quine/patch"
)

// Forge returns a signed patch with a signature by another key, one that is made for
// the purpose, or nil if the patch is not signed.
func Forge(p []byte) ([]byte, error) {
	h, err := patch.ParseHeader(p)
	if err != nil || !h.Signed {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	r, s, err := ecdsa.Sign(rand.Reader, key, h.Digest[:])
	if err != nil {
		return nil, err
	}
	forged := bytes.Clone(p)
	at := bytes.Index(forged[:h.Size], h.Digest[:]) + len(h.Digest) // the signature is behind the digest
	r.FillBytes(forged[at : at+32])
	s.FillBytes(forged[at+32 : at+64])
	binary.LittleEndian.PutUint16(forged[h.Size-2:], uint16(crc32.ChecksumIEEE(forged[:h.Size-2])))
	return forged, nil
}
