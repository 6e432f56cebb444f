// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/patch/internal/stream"
)

// Options are the choices of [Create] and [CreateRaw]. A nil *Options has the
// defaults.
type Options struct {
	// AllowBootChange permits a patch that changes the boot sector. Its install
	// has a window in which a power cut leaves the device without one.
	AllowBootChange bool

	// Effort is how hard to try for a small patch: from 1, fast, to [MaxEffort]. 0
	// means [DefaultEffort]. The same images and effort give the same patch.
	Effort int

	// Key is the AES key of the device, 16 or 32 bytes. It must be given if the device
	// takes encrypted patches, and must not otherwise.
	Key []byte

	// Rand is where the nonce of an encrypted patch comes from; nil means
	// [crypto/rand.Reader]. Two patches with the same nonce give their content away
	// to whoever has both, so nothing but a test has a reason to set it.
	Rand io.Reader

	// Moves say where pieces of the new image, by rising New, were in the old one, for
	// instance its functions by their symbols. They may be wrong: they can only make
	// the patch smaller, at twice the time.
	Moves []Move
}

// A Move is a piece of the new image that lay elsewhere in the old one; both are
// offsets in bytes.
type Move = stream.Move

// Levels of [Options.Effort].
const (
	DefaultEffort = stream.DefaultEffort
	MaxEffort     = stream.MaxEffort
)

// stream returns the options of the stream.
func (o *Options) stream() stream.Options {
	if o == nil {
		o = &Options{}
	}
	return stream.Options{Effort: cmp.Or(o.Effort, DefaultEffort), Moves: o.Moves}
}

// Create returns the patch that turns old into new on a device that runs old. If
// old is nil, it is a full patch, which needs no base.
//
// Both images must be whole; [image.Image.Verify] is called on them. Create fails
// with the code with which the device would refuse the patch, and with BOOT if the
// boot sectors differ where that is not allowed. It applies each patch before it
// returns it.
func Create(old, new *image.Image, opts *Options) ([]byte, error) {
	if opts == nil {
		opts = &Options{}
	}
	if err := new.Verify(); err != nil {
		return nil, err
	}
	d := &device{boot: new.Boot, counter: new.Manifest.Counter}
	h := &Header{
		Profile:   stream.Profile,
		Signed:    new.Manifest.Signed(),
		Encrypted: opts.Key != nil,
		Full:      old == nil,
	}
	if old != nil {
		if err := old.Verify(); err != nil {
			return nil, err
		}
		d = deviceOf(old)
		copy(h.BaseID[:], old.Manifest.ID[:])
	}
	if h.Encrypted {
		if _, err := io.ReadFull(cmp.Or(opts.Rand, rand.Reader), h.Nonce[:]); err != nil {
			return nil, fmt.Errorf("patch: no nonce: %w", err)
		}
	} else if d.boot.Flags&image.BootEncrypted != 0 {
		return nil, quine.Errorf(quine.CodeEncryption, "the device takes only encrypted patches; its key makes them (--encrypt-key)")
	}
	if h.Signed {
		h.Digest = new.Digest()
	}
	h.announce(d.baseManifest(), new.Data[new.Boot.ManifestOffset:][:image.ManifestSize])
	if _, err := d.accept(h); err != nil {
		return nil, err
	}
	if old != nil {
		if err := checkPair(old, new, opts); err != nil {
			return nil, err
		}
	}
	if !d.boot.SameStore(&new.Boot) {
		return nil, quine.Errorf(quine.CodeLayout, "the new boot sector has another staging store: "+
			"after a power cut in its install it would not find what the old one staged")
	}
	from, to := d.base(), d.implied(new.Blank())
	p, err := h.seal(opts.Key, h.append(nil), stream.Encode(from, to, stream.Params{Address: d.boot.LoadAddress}, opts.stream()))
	if err != nil {
		return nil, err
	}
	back, err := (&Keys{Decrypt: opts.Key}).Apply(old, p)
	if err == nil && !bytes.Equal(back.Data, new.Blank()) {
		err = errors.New("another image")
	}
	if err != nil {
		return nil, fmt.Errorf("patch: internal error: the patch made gives %w", err)
	}
	return p, nil
}

// checkPair checks what the header of a patch does not say: that a device that
// runs old finds the parts of new where it looks for them.
func checkPair(old, new *image.Image, opts *Options) error {
	a, b := &old.Boot, &new.Boot
	if a.ManifestOffset != b.ManifestOffset || a.SealOffset != b.SealOffset || a.SealSize != b.SealSize {
		return quine.Errorf(quine.CodeLayout, "manifest or seal lie elsewhere in the new image")
	}
	if gap := a.GapEnd(); !bytes.Equal(old.Data[image.BootSize:gap], new.Data[image.BootSize:gap]) {
		return quine.ErrorAt(quine.CodeBoot, image.BootSize, "the images differ between boot sector and manifest, where no install writes")
	}
	if bytes.Equal(old.Data[:image.BootSize], new.Data[:image.BootSize]) {
		return nil
	}
	if a.Flags&image.BootFixed != 0 {
		return quine.Errorf(quine.CodeBoot, "boot sectors differ, and the device never changes its own")
	}
	if !opts.AllowBootChange {
		return quine.Errorf(quine.CodeBoot, "boot sectors differ, and a change was not allowed")
	}
	return nil
}

// Keys are the keys of the device that applies a patch. The zero value has none.
type Keys struct {
	// Decrypt is the AES key, 16 or 32 bytes. An encrypted patch needs it.
	Decrypt []byte

	// Verify is the public key that a patch must be signed with, instead of one of the
	// keys in the boot sector of the old image.
	Verify *ecdsa.PublicKey
}

// Apply is [Keys.Apply] without keys: it takes no encrypted patch, and any signature.
func Apply(old *image.Image, patch []byte) (*image.Image, error) {
	return new(Keys).Apply(old, patch)
}

// Apply returns the image that a patch makes of old, with a blank seal. It checks
// what a device checks that runs old and has the keys, and the digest of the image. If
// old is nil, the patch must be a full one.
func (k *Keys) Apply(old *image.Image, patch []byte) (*image.Image, error) {
	h, err := parseImageHeader(patch)
	if err != nil {
		return nil, err
	}
	if old == nil {
		return k.applyFull(h, patch)
	}
	data, err := k.deviceOf(old).apply(h, patch)
	if err != nil {
		return nil, err
	}
	return check(data)
}

// deviceOf returns the device that runs an image and has the keys.
func (k *Keys) deviceOf(im *image.Image) *device {
	d := deviceOf(im)
	d.key, d.verify = k.Decrypt, k.Verify
	return d
}

// applyFull applies a full patch that is for no device in particular: the layout
// is that of the boot sector in the patch.
func (k *Keys) applyFull(h *Header, patch []byte) (*image.Image, error) {
	if !h.Full {
		return nil, quine.ErrorAt(quine.CodeBase, 4, "patch has the base %x…", h.BaseID)
	}
	m := h.Manifest(nil)
	data, err := decode(nil, m[:], h, k.Decrypt, patch)
	if err != nil {
		return nil, err
	}
	boot, err := image.ParseBootInfo(data)
	if err != nil {
		return nil, quine.Errorf(quine.CodeDigest, "image has no boot sector: %w", err)
	}
	d := &device{boot: boot, verify: k.Verify}
	if _, err := d.accept(h); err != nil {
		return nil, err
	}
	d.overlay(data, m[:])
	return check(data)
}

// apply decodes the patch with the header h and returns the image with the
// announced manifest and a blank seal, its digest unchecked.
func (d *device) apply(h *Header, patch []byte) ([]byte, error) {
	m, err := d.accept(h)
	if err != nil {
		return nil, err
	}
	from := d.base()
	if h.Full {
		from = nil
	}
	data, err := decode(from, m[:], h, d.key, patch)
	if err != nil {
		return nil, err
	}
	d.overlay(data, m[:])
	return data, nil
}

// decode decrypts and decodes the stream of a patch that announces the manifest m.
func decode(old, m []byte, h *Header, key, patch []byte) ([]byte, error) {
	size := sizeOf(m)
	if size > stream.MaxSize {
		return nil, quine.Errorf(quine.CodeSize, "image has %d bytes", size)
	}
	body, err := h.open(key, patch)
	if err != nil {
		return nil, err
	}
	data, err := stream.Decode(old, int(size), stream.Params{Address: addressOf(m)}, body)
	return data, shift(err, h.Size)
}

// check returns the image in data, which a patch has made.
func check(data []byte) (*image.Image, error) {
	im, err := image.Parse(data)
	if err == nil {
		err = im.Verify()
	}
	if e := (*quine.Error)(nil); errors.As(err, &e) {
		fault, _, _ := strings.Cut(e.Detail, "; ") // the cure is one for files
		return nil, quine.Errorf(quine.CodeDigest, "rebuilt image: %s", fault)
	}
	return im, err
}

// parseImageHeader parses the header of an image patch.
func parseImageHeader(patch []byte) (*Header, error) {
	h, err := ParseHeader(patch)
	if err != nil {
		return nil, err
	}
	if h.Raw {
		return nil, quine.ErrorAt(quine.CodeFormat, 0, "patch is a raw one")
	}
	return h, nil
}
