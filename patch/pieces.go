// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"crypto/subtle"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/internal/cmac"
	"github.com/quine-fw/quine/internal/ctr"
)

// Sizes in an encrypted body, which spec/patch.md section 6 defines.
const (
	pieceSize = 256 // of the stream under one tag
	tagSize   = 8
)

// Pieces returns how many pieces the body of a patch of that size has, and how many bytes
// of it are their tags. A body that is not encrypted has none.
func (h *Header) Pieces(patchSize int) (count, tags int) {
	if h.Encrypted {
		count = (patchSize - h.Size + pieceSize + tagSize - 1) / (pieceSize + tagSize)
	}
	return count, count * tagSize
}

// A tagger makes the tags of the pieces of one patch, in order.
type tagger struct{ cmac *cmac.CMAC }

func newTagger(key []byte, nonce [ctr.NonceSize]byte, header []byte) (*tagger, error) {
	macKey, err := ctr.XOR(key, nonce, ctr.MACBlock, make([]byte, len(key)))
	if err != nil {
		return nil, err
	}
	c, err := cmac.New(macKey)
	if err != nil {
		return nil, err
	}
	c.Add(append(header[:len(header):len(header)], make([]byte, -len(header)&(cmac.Size-1))...))
	return &tagger{c}, nil
}

// tag returns the tag of the next piece, which is encrypted.
func (t *tagger) tag(piece []byte, last bool) []byte {
	var end [1]byte
	if last {
		end[0] = 1
	}
	whole := len(piece) / cmac.Size * cmac.Size
	t.cmac.Add(piece[:whole])
	sum := t.cmac.Sum(append(piece[whole:len(piece):len(piece)], end[:]...))
	return sum[:tagSize]
}

// seal returns a patch of a header, given both ways, and a stream, encrypted if h says
// so.
func (h *Header) seal(key, header, stream []byte) ([]byte, error) {
	if !h.Encrypted {
		return append(header, stream...), nil
	}
	t, err := newTagger(key, h.Nonce, header)
	if err != nil {
		return nil, err
	}
	if stream, err = ctr.XOR(key, h.Nonce, ctr.BodyBlock, stream); err != nil {
		return nil, err
	}
	patch := header[:len(header):len(header)]
	for len(stream) > 0 {
		piece := stream[:min(len(stream), pieceSize)]
		stream = stream[len(piece):]
		patch = append(append(patch, piece...), t.tag(piece, len(stream) == 0)...)
	}
	return patch, nil
}

// open returns the stream of a patch with the header h. It fails with ENCRYPTION if
// that is encrypted and key is not a key, and with TAG if a tag is wrong.
func (h *Header) open(key, patch []byte) ([]byte, error) {
	body := patch[h.Size:]
	switch {
	case !h.Encrypted:
		return body, nil
	case len(key) == 0:
		return nil, quine.ErrorAt(quine.CodeEncryption, 1, "patch is encrypted; the key of the device opens it (--encrypt-key)")
	}
	t, err := newTagger(key, h.Nonce, patch[:h.Size])
	if err != nil {
		return nil, err
	}
	var stream []byte
	for at, last := h.Size, false; !last; {
		n := min(len(patch)-at-tagSize, pieceSize)
		last = at+n+tagSize == len(patch)
		if n <= 0 || subtle.ConstantTimeCompare(t.tag(patch[at:at+n], last), patch[at+n:at+n+tagSize]) == 0 {
			return nil, quine.ErrorAt(quine.CodeTag, int64(at), "piece %d of the body is not what its tag says", (at-h.Size)/(pieceSize+tagSize)+1)
		}
		stream = append(stream, patch[at:at+n]...)
		at += n + tagSize
	}
	return ctr.XOR(key, h.Nonce, ctr.BodyBlock, stream)
}
