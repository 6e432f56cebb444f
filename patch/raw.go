// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"hash/crc32"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/patch/internal/stream"
)

// CreateRaw returns the patch that turns the binary old into new; either may be
// empty. It fails with SIZE if one of them has 2 GiB or more, and with ENCRYPTION if
// opts have a key, since raw patches are for no device.
func CreateRaw(old, new []byte, opts *Options) ([]byte, error) {
	if opts != nil && opts.Key != nil {
		return nil, quine.Errorf(quine.CodeEncryption, "raw patches are never encrypted")
	}
	if n := max(len(old), len(new)); n > stream.MaxSize {
		return nil, quine.Errorf(quine.CodeSize, "binary has %d bytes, more than %d", n, stream.MaxSize)
	}
	h := &Header{
		Profile:  stream.Profile,
		Raw:      true,
		Growth:   int32(len(new) - len(old)),
		OldCheck: byte(crc32.ChecksumIEEE(old)),
		NewCRC:   crc32.ChecksumIEEE(new),
	}
	return append(h.append(nil), stream.Encode(old, new, stream.Params{}, opts.stream())...), nil
}

// ApplyRaw returns the binary that a raw patch makes of old.
func ApplyRaw(old, patch []byte) ([]byte, error) {
	h, err := ParseHeader(patch)
	if err != nil {
		return nil, err
	}
	if !h.Raw {
		return nil, quine.ErrorAt(quine.CodeFormat, 0, "patch is for an image")
	}
	if sum := byte(crc32.ChecksumIEEE(old)); sum != h.OldCheck {
		return nil, quine.ErrorAt(quine.CodeBase, int64(h.Size-5), "old binary has the check 0x%02x, not 0x%02x", sum, h.OldCheck)
	}
	size := int64(len(old)) + int64(h.Growth)
	if size < 0 || size > stream.MaxSize {
		return nil, quine.ErrorAt(quine.CodeSize, 1, "new binary has %d bytes", size)
	}
	out, err := stream.Decode(old, int(size), stream.Params{}, patch[h.Size:])
	if err != nil {
		return nil, shift(err, h.Size)
	}
	if crc := crc32.ChecksumIEEE(out); crc != h.NewCRC {
		return nil, quine.Errorf(quine.CodeDigest, "new binary has the CRC 0x%08x, not 0x%08x", crc, h.NewCRC)
	}
	return out, nil
}
