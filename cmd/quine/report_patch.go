// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"encoding/hex"
	"io"
	"strings"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/patch"
)

// A patchReport tells about a patch for an image.
type patchReport struct {
	Kind       string `json:"kind"` // "patch"
	Size       int    `json:"size"`
	HeaderSize int    `json:"header_size"`
	Profile    int    `json:"profile"`
	Full       bool   `json:"full"`
	Signed     bool   `json:"signed"`
	Encrypted  bool   `json:"encrypted"`
	BaseID     string `json:"base_id,omitempty"` // its first 4 bytes
	ID         string `json:"id"`
	Nonce      string `json:"nonce,omitempty"`
	Pieces     int    `json:"pieces,omitempty"`    // of an encrypted body
	TagsSize   int    `json:"tags_size,omitempty"` // bytes of it that are their tags

	// Changes names the fields of the manifest in which the new image differs
	// from its base.
	Changes []string `json:"changes,omitempty"`

	// Target is the manifest of the new image. It is known of a full patch, and
	// of another one if its base was given.
	Target *manifestReport `json:"target,omitempty"`

	// Applied tells whether the patch was applied: Target is known, and the key is if
	// it is encrypted. Error says why it does not make that image then.
	Applied bool   `json:"applied"`
	Error   string `json:"error,omitempty"`

	err error
}

// A rawPatchReport tells about a patch for any two files.
type rawPatchReport struct {
	Kind       string `json:"kind"` // "raw patch"
	Size       int    `json:"size"`
	HeaderSize int    `json:"header_size"`
	Profile    int    `json:"profile"`
	Growth     int32  `json:"growth"` // bytes that the new file has more than the old
	NewCRC     uint32 `json:"new_crc"`
	OldCheck   byte   `json:"old_check"`
}

// wordNames are the fields in each word of a manifest.
var wordNames = [...]string{
	"magic", "format", "id", "id", "size", "load_address", "product", "hardware",
	"counter", "version", "build", "salt and key_id", "boot_crc", "reserved", "build_id", "build_id",
}

// newPatchReport examines a patch. Base is the image that it is for, key opens it if
// it is encrypted; nil if that is not at hand.
func newPatchReport(data []byte, base *image.Image, key []byte) (report, error) {
	h, err := patch.ParseHeader(data)
	if err != nil {
		return nil, err
	}
	if h.Raw {
		return &rawPatchReport{
			Kind: "raw patch", Size: len(data), HeaderSize: h.Size, Profile: h.Profile,
			Growth: h.Growth, NewCRC: h.NewCRC, OldCheck: h.OldCheck,
		}, nil
	}
	r := &patchReport{
		Kind: "patch", Size: len(data), HeaderSize: h.Size, Profile: h.Profile,
		Full: h.Full, Signed: h.Signed, Encrypted: h.Encrypted, ID: h.ID.String(),
	}
	if h.Encrypted {
		r.Nonce = hex.EncodeToString(h.Nonce[:])
		r.Pieces, r.TagsSize = h.Pieces(len(data))
	}
	var old []byte
	if h.Full {
		base = nil
	} else {
		r.BaseID = hex.EncodeToString(h.BaseID[:])
		r.Changes = changes(h.Changed)
		switch {
		case base == nil:
			return r, nil
		case !strings.HasPrefix(base.Manifest.ID.String(), r.BaseID):
			return nil, quine.Errorf(quine.CodeBase, "patch is for a base with the id %s…, not %v", r.BaseID, base.Manifest.ID)
		}
		old = base.Data[base.Boot.ManifestOffset:]
	}
	b := h.Manifest(old)
	m, err := image.ParseManifest(b[:])
	if err != nil {
		return nil, err
	}
	target := newManifestReport(&m)
	r.Target = &target
	if h.Encrypted && key == nil {
		return r, nil
	}
	r.Applied = true
	if _, err := (&patch.Keys{Decrypt: key}).Apply(base, data); err != nil {
		r.Error, r.err = message(err), withKeyCure(err)
	}
	return r, nil
}

// changes returns the names of the words that are set in mask.
func changes(mask uint16) []string {
	var names []string
	for i, name := range wordNames {
		if mask>>i&1 != 0 && (len(names) == 0 || names[len(names)-1] != name) {
			names = append(names, name)
		}
	}
	return names
}

func (r *patchReport) verdict() error { return r.err }

func (r *patchReport) write(w io.Writer) {
	kind := "for the base " + r.BaseID + "…"
	if r.Full {
		kind = "full, needs no base"
	}
	field(w, "patch", "%s", kind)
	field(w, "new id", "%s", r.ID)
	field(w, "size", "%d bytes: header %d, body %d", r.Size, r.HeaderSize, r.Size-r.HeaderSize)
	field(w, "profile", "%d", r.Profile)
	field(w, "signed", "%s", yesNo(r.Signed))
	if r.Encrypted {
		field(w, "encrypted", "yes, nonce %s", r.Nonce)
		field(w, "pieces", "%d, with %d bytes of tags", r.Pieces, r.TagsSize)
	} else {
		field(w, "encrypted", "no")
	}
	if len(r.Changes) > 0 {
		field(w, "changes", "%s", strings.Join(r.Changes, ", "))
	}
	if r.Target == nil {
		field(w, "new image", "tell the old one with --base to see more")
		return
	}
	switch {
	case !r.Applied:
		field(w, "applied", "not tried, tell the key with --encrypt-key")
	case r.Error == "":
		field(w, "applied", "gives the new image, whole and unaltered")
	default:
		field(w, "applied", "FAILS: %s", r.Error)
	}
	r.Target.write(w, "new ")
}

func (r *rawPatchReport) verdict() error { return nil }

func (r *rawPatchReport) write(w io.Writer) {
	field(w, "raw patch", "for a file with the check 0x%02x", r.OldCheck)
	field(w, "makes", "%+d bytes, with the CRC 0x%08x", r.Growth, r.NewCRC)
	field(w, "size", "%d bytes: header %d, body %d", r.Size, r.HeaderSize, r.Size-r.HeaderSize)
	field(w, "profile", "%d", r.Profile)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
