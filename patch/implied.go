// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
)

// What of an image the stream does not carry: the seal is blank on both sides, and
// the manifest is the base's on both sides, since the header announces the new one.

// base returns the running image as the stream sees it; nil when there is none.
func (d *device) base() []byte {
	if d.old == nil {
		return nil
	}
	b := bytes.Clone(d.old)
	fill(d.seal(b), 0xFF)
	return b
}

// baseManifest returns the manifest that the header's differences refer to; nil
// when nothing runs.
func (d *device) baseManifest() []byte {
	if d.old == nil {
		return nil
	}
	return d.manifest()
}

// implied makes of data, the new image, what the stream sees of it.
func (d *device) implied(data []byte) []byte {
	m := data[d.boot.ManifestOffset:][:image.ManifestSize]
	if d.old == nil {
		fill(m, 0xFF)
	} else {
		copy(m, d.manifest())
	}
	fill(d.seal(data), 0xFF)
	return data
}

// overlay is the reverse of implied: it puts the announced manifest into data.
func (d *device) overlay(data, manifest []byte) {
	copy(data[d.boot.ManifestOffset:], manifest)
	fill(d.seal(data), 0xFF)
}

// seal returns the bytes of the seal in data.
func (d *device) seal(data []byte) []byte {
	return data[d.boot.SealOffset:][:d.boot.SealSize]
}

func fill(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}

// sizeOf and addressOf return two fields of a manifest.
func sizeOf(m []byte) uint32    { return binary.LittleEndian.Uint32(m[offsetSize:]) }
func addressOf(m []byte) uint32 { return binary.LittleEndian.Uint32(m[offsetLoadAddress:]) }

// shift moves the offset of an error, which counts from the start of the body, to
// count from the start of the patch.
func shift(err error, by int) error {
	var e *quine.Error
	if errors.As(err, &e) && e.Offset >= 0 {
		moved := *e
		moved.Offset += int64(by)
		return &moved
	}
	return err
}
