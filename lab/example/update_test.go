// SPDX-License-Identifier: BSD-3-Clause

package example

import (
	"bytes"
	"errors"
	"testing"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/patch"
)

func TestUpdateTwice(t *testing.T) {
	onBoards(t, func(t *testing.T, r *releases) {
		b := r.start(t)
		b.send(r.p12, 0)
		b.install("2.0.0")
		b.wantFlash(r.v2)
		b.send(r.p23, 0)
		b.install("3.0.0")
		b.wantFlash(r.v3)
	})
}

// What the board refuses, by which number; after each the old release runs and
// the right patch succeeds.
func TestRefusals(t *testing.T) {
	onBoards(t, func(t *testing.T, r *releases) {
		header := bytes.Clone(r.p12)
		header[3] ^= 1
		short := r.p12[:len(r.p12)-20]
		tests := []struct {
			name  string
			patch []byte
			want  quine.Code
		}{
			{"wrong base", r.p23, quine.CodeBase},
			{"wrong product", create(t, nil, otherProduct(t, r.v2)), quine.CodeProduct},
			{"header bit", header, quine.CodeHeader},
			{"no patch", []byte("hello, this is not a patch"), quine.CodeFormat},
			{"truncated header", r.p12[:9], quine.CodeTruncated},
			{"truncated body", short, refusal(t, r.v1, short)},
			{"trailing byte", append(bytes.Clone(r.p12), 0), quine.CodeTrailing},
		}
		b := r.start(t)
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				b.t = t
				b.send(test.patch, test.want)
			})
		}
		b.t = t
		b.send(r.p12, 0)
		b.send(r.p12, 0) // the board has all of it already
		b.send(r.p23, quine.CodePending)
		b.install("2.0.0")
		b.wantFlash(r.v2)
		b.send(r.p12, quine.CodeBase)
	})
}

// A staged image that changes behind the client's back is refused by boot, the
// reason is told, and the next update succeeds.
func TestStagedImageAltered(t *testing.T) {
	onBoards(t, func(t *testing.T, r *releases) {
		b := r.start(t)
		b.send(r.p12, 0)
		b.interrupt()
		at := r.board.FlashBase + r.staged + uint32(len(r.v2)) - 64
		b.write(at, []byte{b.read(at, 1)[0] ^ 4})
		b.resume()
		b.install("1.0.0")
		ctx, cancel := b.context()
		defer cancel()
		pending, last, err := b.Status(ctx)
		if err != nil || pending || last != quine.CodeDigest {
			t.Fatalf("status: pending %v, last %v, %v; want refused with %v", pending, last, err, quine.CodeDigest)
		}
		b.send(r.p12, 0)
		b.install("2.0.0")
		b.wantFlash(r.v2)
	})
}

// The ordinary release leaves the boot sector as it is.
func TestBootSectorIsStable(t *testing.T) {
	onBoards(t, func(t *testing.T, r *releases) {
		if !bytes.Equal(r.v1[:image.BootSize], r.v2[:image.BootSize]) ||
			!bytes.Equal(r.v2[:image.BootSize], r.v3[:image.BootSize]) {
			t.Fatal("releases that differ in application code only have different boot sectors")
		}
	})
}

// A release may bring another boot sector.
func TestBootSectorChanges(t *testing.T) {
	onBoards(t, func(t *testing.T, r *releases) {
		data := bytes.Clone(r.v2)
		copy(data[image.BootSize-8:], "new boot")
		next := seal(t, data)
		b := r.start(t)
		b.send(create(t, r.v1, next), 0)
		b.install("2.0.0")
		b.wantFlash(next)
		b.send(create(t, next, r.v3), 0)
		b.install("3.0.0")
		b.wantFlash(r.v3)
	})
}

// refusal returns the number with which the host refuses a patch that lost its
// end: TRUNCATED, or DIGEST where what is left happens to decode (spec/patch.md,
// section 6). The board must say the same.
func refusal(t *testing.T, old, p []byte) quine.Code {
	t.Helper()
	from, err := image.Parse(old)
	if err != nil {
		t.Fatal(err)
	}
	_, err = patch.Apply(from, p)
	if errors.Is(err, quine.CodeTruncated) {
		return quine.CodeTruncated
	}
	if !errors.Is(err, quine.CodeDigest) {
		t.Fatalf("truncated patch: %v, want TRUNCATED or DIGEST", err)
	}
	return quine.CodeDigest
}

// seal returns the sealed image of version 2 with the given content.
func seal(t *testing.T, data []byte) []byte {
	t.Helper()
	raw, err := image.ReadBinary(data)
	if err != nil {
		t.Fatal(err)
	}
	im, err := image.Seal(raw, image.Options{Version: image.Version{Major: 2}})
	if err != nil {
		t.Fatal(err)
	}
	return im.Data
}

// otherProduct returns a sealed image for another product.
func otherProduct(t *testing.T, sealed []byte) []byte {
	t.Helper()
	data := bytes.Clone(sealed)
	info := bytes.Index(data[:image.BootSize], []byte("QUINEBT1"))
	data[info+0x24]++
	return seal(t, data)
}

// create returns a patch; without an old image, a full one.
func create(t *testing.T, old, new []byte) []byte {
	t.Helper()
	to, err := image.Parse(new)
	if err != nil {
		t.Fatal(err)
	}
	var from *image.Image
	if old != nil {
		if from, err = image.Parse(old); err != nil {
			t.Fatal(err)
		}
	}
	p, err := patch.Create(from, to, &patch.Options{AllowBootChange: true})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
