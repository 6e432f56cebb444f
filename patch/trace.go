// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/patch/internal/stream"
)

// A PartKind says what a [Part] of a patch is for.
type PartKind uint8

// The kinds of parts.
const (
	PartOperation = PartKind(stream.KindOperation) // what to copy from where, and how much is new
	PartLiteral   = PartKind(stream.KindLiteral)   // new bytes
	PartChange    = PartKind(stream.KindChange)    // copied bytes that differ and refer to nothing
	PartReference = PartKind(stream.KindReference) // branches and loads whose target moved unexpectedly
	PartPointer   = PartKind(stream.KindPointer)   // copied words that differ: pointers, literal pools
	PartFlag      = PartKind(stream.KindFlag)      // that a prediction holds
	PartHeader    = PartKind(stream.KindHeader)    // the header, and the tags of an encrypted patch
	PartKinds     = PartKind(stream.Kinds)
)

// A Part is a piece of a patch, of any number of bits, and what it does.
type Part struct {
	Kind PartKind
	At   int     // first byte of the new image that it is about
	Size int     // how many bytes of it; of an operation, those that it makes
	From int     // of an operation that copies, the first byte of the base that it copies; else -1
	Bits float64 // its share of the patch
}

// Trace is [Keys.Trace] without keys: for patches that are not encrypted.
func Trace(old *image.Image, patch []byte, visit func(Part)) (address uint32, err error) {
	return new(Keys).Trace(old, patch, visit)
}

// Trace calls visit for each part of a patch that is for the image old, nil for a
// full patch. It fails if [Keys.Apply] would, except that it does not check the
// digest. It returns the address that the decoder takes the image to be loaded at.
func (k *Keys) Trace(old *image.Image, patch []byte, visit func(Part)) (address uint32, err error) {
	h, err := parseImageHeader(patch)
	if err != nil {
		return 0, err
	}
	var from []byte
	var m [image.ManifestSize]byte
	if h.Full {
		m = h.Manifest(nil)
	} else if old == nil {
		return 0, quine.ErrorAt(quine.CodeBase, 4, "patch has the base %x…", h.BaseID)
	} else {
		d := k.deviceOf(old)
		if m, err = d.accept(h); err != nil {
			return 0, err
		}
		from = d.base()
	}
	body, err := h.open(k.Decrypt, patch)
	if err != nil {
		return 0, err
	}
	if _, tags := h.Pieces(len(patch)); tags > 0 {
		visit(Part{Kind: PartHeader, From: -1, Bits: 8 * float64(tags)})
	}
	return trace(from, sizeOf(m[:]), addressOf(m[:]), h, body, visit)
}

// TraceRaw is [Trace] for a raw patch.
func TraceRaw(old, patch []byte, visit func(Part)) (address uint32, err error) {
	h, err := ParseHeader(patch)
	if err != nil {
		return 0, err
	}
	if !h.Raw {
		return 0, quine.ErrorAt(quine.CodeFormat, 0, "patch is for an image")
	}
	return trace(old, uint32(len(old))+uint32(h.Growth), 0, h, patch[h.Size:], visit)
}

// trace visits the parts of a patch with the header h and the decrypted body.
func trace(old []byte, size, address uint32, h *Header, body []byte, visit func(Part)) (uint32, error) {
	if size > stream.MaxSize {
		return 0, quine.Errorf(quine.CodeSize, "image has %d bytes", size)
	}
	visit(Part{Kind: PartHeader, From: -1, Bits: 8 * float64(h.Size)})
	address, err := stream.Trace(old, int(size), stream.Params{Address: address}, body, func(p stream.Part) {
		visit(Part{PartKind(p.Kind), p.At, p.Size, p.From, p.Bits})
	})
	return address, shift(err, h.Size)
}
