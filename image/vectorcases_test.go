// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/quine-fw/quine"
)

// The layout of the images in the vectors.
const (
	vectorInfo     = 0x0C0
	vectorManifest = 0x10C0
	vectorSeal     = 0x1140
	vectorSize     = 0x11A0
)

// A vectorCase says how to make one vector: from a good image by one fault.
type vectorCase struct {
	name    string
	want    quine.Code // 0 for a good image
	host    bool       // only a host can judge it
	section string     // of spec/image.md
	comment string

	// edit changes an image before its id is computed, spoil afterwards. Both may
	// be nil.
	edit, spoil func(data []byte) []byte
}

// build makes the vector's bytes.
func (c *vectorCase) build() []byte {
	data := goodVector()
	if c.edit != nil {
		data = c.edit(data)
		binary.LittleEndian.PutUint32(data[vectorManifest+0x30:], crc32.ChecksumIEEE(data[:BootSize]))
		identify(data)
	}
	if c.spoil != nil {
		data = c.spoil(data)
	}
	return data
}

// goodVector returns a sealed image of vectorSize bytes.
func goodVector() []byte {
	data := bytes.Repeat([]byte{0xFF}, vectorSize)
	for i := range 48 { // both vector tables
		binary.LittleEndian.PutUint32(data[4*i:], 0x00000101)
		binary.LittleEndian.PutUint32(data[BootSize+4*i:], 0x00001161)
	}
	copy(data[vectorInfo:], bootInfoMagic)
	le := binary.LittleEndian
	info := data[vectorInfo:]
	for _, f := range []struct{ at, v uint32 }{
		{0x08, BootABI}, {0x0C, 0}, {0x10, vectorManifest}, {0x14, vectorSeal}, {0x18, 7<<16 | 8},
		{0x1C, 0x2000}, {0x20, 0x1800}, {0x24, 0x51554943}, {0x28, 4<<16 | 10},
	} {
		le.PutUint32(info[f.at:], f.v)
	}
	for i := 0x1160; i < vectorSize-10; i++ { // application
		data[i] = byte(i*7 ^ i>>3)
	}
	raw, err := ReadBinary(data)
	if err != nil {
		panic(err)
	}
	im, err := Seal(raw, Options{Version: Version{1, 2, 3, 4}, Counter: 9, HardwareMin: 5, HardwareMax: 8})
	if err != nil {
		panic(err)
	}
	return im.Data
}

// identify gives an image the id of its content, whatever its manifest says, and a
// seal if it had one.
func identify(data []byte) {
	boot := BootInfo{ManifestOffset: vectorManifest, SealOffset: vectorSeal, SealSize: 8}
	sealed := !isBlank(data[vectorSeal:][:8])
	fill(data[vectorSeal:][:8], 0xFF)
	fill(data[vectorManifest+idOffset:][:8], 0xFF)
	id := headID(data, &boot, data[vectorManifest+5]&FlagSigned != 0)
	copy(data[vectorManifest+idOffset:], id[:])
	if sealed {
		copy(data[vectorSeal:], id[:])
	}
}

// set returns an edit that stores b at offset at.
func set(at int, b ...byte) func([]byte) []byte {
	return func(data []byte) []byte {
		copy(data[at:], b)
		return data
	}
}

// flip returns an edit that flips one bit of the byte at offset at.
func flip(at int) func([]byte) []byte {
	return func(data []byte) []byte {
		data[at] ^= 0x10
		return data
	}
}

var vectorCases = []vectorCase{
	{name: "good", section: "1", comment: "a factory image"},
	{name: "good_staged", section: "5", comment: "a staged image: seal blank",
		spoil: set(vectorSeal, bytes.Repeat([]byte{0xFF}, 8)...)},
	{name: "good_destroyed", section: "5", comment: "an install was begun: seal zero",
		spoil: set(vectorSeal, make([]byte, 8)...)},
	{name: "good_salted", section: "4", comment: "salt 0 gives an id with a blank or zero half, so the salt is 1",
		spoil: func([]byte) []byte { return saltedVector() }},

	{name: "manifest_magic", want: quine.CodeManifest, section: "2", comment: "magic is not QMAN",
		edit: set(vectorManifest, 'q')},
	{name: "manifest_format", want: quine.CodeManifest, section: "2", comment: "format is 2",
		edit: set(vectorManifest+4, 2)},
	{name: "manifest_flags", want: quine.CodeManifest, section: "2", comment: "flag bit 1 is set",
		edit: set(vectorManifest+5, 2)},
	{name: "manifest_reserved_byte", want: quine.CodeManifest, section: "2", comment: "byte 0x2f is 1",
		edit: set(vectorManifest+0x2F, 1)},
	{name: "manifest_reserved_word", want: quine.CodeManifest, section: "2", comment: "byte 0x37 is 0x80",
		edit: set(vectorManifest+0x37, 0x80)},
	{name: "manifest_key_id", want: quine.CodeManifest, section: "2", comment: "unsigned image names key 1",
		edit: set(vectorManifest+0x2E, 1)},
	{name: "manifest_hardware_empty", want: quine.CodeManifest, section: "2", comment: "hardware range 8 to 7",
		edit: set(vectorManifest+0x1C, 8, 0, 7, 0)},
	{name: "manifest_size_unaligned", want: quine.CodeManifest, section: "1", comment: "size is 16 bytes less",
		edit: set(vectorManifest+0x10, 0x90)},
	{name: "manifest_size_small", want: quine.CodeManifest, section: "1", comment: "size ends before the seal does",
		edit: set(vectorManifest+0x10, 0x40)},
	{name: "manifest_size_zero", want: quine.CodeManifest, section: "1", comment: "size is 0",
		edit: set(vectorManifest+0x10, 0, 0)},
	{name: "id_blank_half", want: quine.CodeManifest, section: "4", comment: "second half of the id is 0xffff",
		spoil: set(vectorManifest+idOffset+2, 0xFF, 0xFF)},
	{name: "id_zero_half", want: quine.CodeManifest, section: "4", comment: "last half of the id is 0x0000",
		spoil: set(vectorManifest+idOffset+6, 0, 0)},

	{name: "signed", want: quine.CodeUnsigned, section: "3", comment: "signed image for a device that takes unsigned ones",
		edit: set(vectorManifest+5, FlagSigned)},
	{name: "unsigned", want: quine.CodeUnsigned, section: "3", comment: "unsigned image for a device that takes signed ones",
		edit: set(vectorInfo+0x0A, byte(BootSigned))},
	{name: "product", want: quine.CodeProduct, section: "2", comment: "product differs in its last byte",
		edit: flip(vectorManifest + 0x1B)},
	{name: "hardware_above", want: quine.CodeHardware, section: "2", comment: "runs from revision 8 on, the device is 7",
		edit: set(vectorManifest+0x1C, 8)},
	{name: "hardware_below", want: quine.CodeHardware, section: "2", comment: "runs up to revision 6, the device is 7",
		edit: set(vectorManifest+0x1E, 6)},
	{name: "load_address", want: quine.CodeLayout, section: "2", comment: "made for another load address",
		edit: set(vectorManifest+0x17, 8)},
	{name: "boot_abi", want: quine.CodeLayout, section: "2", comment: "made for boot ABI 2",
		edit: set(vectorManifest+0x06, 2)},
	{name: "size_region", want: quine.CodeSize, section: "3", comment: "32 bytes larger than the application region",
		edit: set(vectorInfo+0x1C, 0x80, 0x11)},
	{name: "size_store", want: quine.CodeSize, section: "3", comment: "32 bytes larger than the staging store",
		edit: set(vectorInfo+0x20, 0x80, 0x11)},

	{name: "digest_application", want: quine.CodeDigest, section: "4", comment: "last byte of the image differs",
		spoil: flip(vectorSize - 1)},
	{name: "digest_boot", want: quine.CodeDigest, section: "4", comment: "a byte of the boot sector differs",
		spoil: flip(0x800)},
	{name: "digest_manifest", want: quine.CodeDigest, section: "4", comment: "build number differs",
		spoil: flip(vectorManifest + 0x28)},
	{name: "digest_signature", want: quine.CodeDigest, section: "4", comment: "a byte of the blank signature differs",
		spoil: flip(vectorManifest + 0x7F)},
	{name: "digest_id_crc", want: quine.CodeDigest, section: "4", comment: "the half of the id that is a CRC differs",
		spoil: flip(vectorManifest + idOffset)},
	{name: "digest_id_sha", want: quine.CodeDigest, section: "4", comment: "the half of the id that is a digest differs",
		spoil: flip(vectorManifest + idOffset + 7)},

	{name: "digest_forged_crc", want: quine.CodeDigest, host: true, section: "4",
		comment: "CRC is right, the half of the id from the digest is not", spoil: forge},
	{name: "boot_crc", want: quine.CodeManifest, host: true, section: "2", comment: "boot_crc is wrong, the id is right",
		spoil: func(data []byte) []byte {
			data[vectorManifest+0x30] ^= 1
			identify(data)
			return data
		}},
	{name: "signature_unsigned", want: quine.CodeManifest, host: true, section: "2",
		comment: "unsigned image with a signature, the id is right", edit: set(vectorManifest+0x40, 1)},
	{name: "seal_torn", want: quine.CodeDigest, host: true, section: "5", comment: "second word of the seal is blank",
		spoil: set(vectorSeal+4, 0xFF, 0xFF, 0xFF, 0xFF)},
	{name: "truncated", want: quine.CodeTruncated, host: true, section: "1", comment: "file lacks the last byte",
		spoil: func(data []byte) []byte { return data[:len(data)-1] }},
	{name: "trailing", want: quine.CodeTrailing, host: true, section: "1", comment: "a byte follows the image",
		spoil: func(data []byte) []byte { return append(data, 0xFF) }},
	{name: "info_missing", want: quine.CodeLayout, host: true, section: "3", comment: "no boot info record",
		edit: set(vectorInfo, 'q')},
	{name: "info_unaligned", want: quine.CodeLayout, host: true, section: "3", comment: "boot info record at an odd offset",
		edit: func(data []byte) []byte {
			copy(data[vectorInfo+1:], data[vectorInfo:vectorInfo+bootInfoSize])
			return data
		}},
	{name: "info_twice", want: quine.CodeLayout, host: true, section: "3", comment: "two boot info records",
		edit: func(data []byte) []byte {
			copy(data[0x800:], data[vectorInfo:vectorInfo+bootInfoSize])
			return data
		}},
	{name: "info_flags", want: quine.CodeLayout, host: true, section: "3", comment: "flag bit 5 is set",
		edit: set(vectorInfo+0x0A, 0x20)},
	{name: "info_seal_in_boot", want: quine.CodeLayout, host: true, section: "3", comment: "seal lies in the boot sector",
		edit: set(vectorInfo+0x14, 0xF8, 0x0F)},
	{name: "info_seal_in_manifest", want: quine.CodeLayout, host: true, section: "3", comment: "seal overlaps the manifest",
		edit: set(vectorInfo+0x14, 0x38, 0x11)},
	{name: "info_wraps", want: quine.CodeLayout, host: true, section: "3", comment: "region passes the end of the address space",
		edit: set(vectorInfo+0x0C, 0, 0xF0, 0xFF, 0xFF)},
}

// saltedVector returns the first image by counter that needs a salt.
func saltedVector() []byte {
	raw, err := ReadBinary(goodVector())
	if err != nil {
		panic(err)
	}
	for n := uint32(0); ; n++ {
		im, err := Seal(raw, Options{Version: Version{1, 2, 3, 4}, Counter: n, HardwareMin: 5, HardwareMax: 8})
		if err != nil {
			panic(err)
		}
		if im.Manifest.Salt != 0 {
			return im.Data
		}
	}
}

// forge changes the half of the id that comes from the digest and corrects the CRC,
// as someone does who knows only CRCs.
func forge(data []byte) []byte {
	data[vectorManifest+idOffset+7] ^= 0x10
	fill(data[vectorSeal:][:8], 0xFF)
	id := data[vectorManifest+idOffset:][:8]
	fill(id[:4], 0xFF)
	binary.LittleEndian.PutUint32(id, crc32.ChecksumIEEE(data))
	copy(data[vectorSeal:], id)
	return data
}
