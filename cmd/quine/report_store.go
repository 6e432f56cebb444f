// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"io"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
)

// A storeReport tells about the dump of a staging store.
type storeReport struct {
	Kind      string       `json:"kind"` // "store"
	Size      int          `json:"size"`
	Pending   bool         `json:"pending"` // a valid header asks for an install
	ID        string       `json:"id,omitempty"`
	Base      string       `json:"base,omitempty"`
	ImageBase int          `json:"image_base,omitempty"`
	Image     *imageReport `json:"image,omitempty"`

	headerErr error
}

func newStoreReport(s *image.Store, size int) *storeReport {
	r := &storeReport{Kind: "store", Size: size, headerErr: s.HeaderErr}
	if s.Header != nil {
		r.Pending, r.ID, r.Base = true, s.Header.ID.String(), s.Header.Base.String()
	}
	if s.Image != nil {
		r.ImageBase, r.Image = s.ImageBase, newImageReport(s.Image)
	}
	return r
}

// verdict finds fault only with an image that is about to be installed: any other
// content of a store is scrap.
func (r *storeReport) verdict() error {
	switch {
	case !r.Pending:
		return nil
	case r.Image == nil:
		return quine.Errorf(quine.CodeNoImage, "staging header announces the image %s, which is not in the store; --encrypt-key finds it in an encrypted one", r.ID)
	case r.Image.ID != r.ID:
		return quine.Errorf(quine.CodeNoImage, "staging header announces the image %s, the store holds %s", r.ID, r.Image.ID)
	}
	return r.Image.verdict()
}

func (r *storeReport) write(w io.Writer) {
	field(w, "staging store", "%d bytes", r.Size)
	if r.Pending {
		field(w, "pending", "image %s for a device that runs %s", r.ID, r.Base)
	} else {
		field(w, "pending", "nothing: %s", message(r.headerErr))
	}
	if r.Image == nil {
		field(w, "image", "none found")
		return
	}
	field(w, "image base", "0x%x", r.ImageBase)
	r.Image.write(w)
}
