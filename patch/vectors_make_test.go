// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/internal/ctr"
	"github.com/quine-fw/quine/patch/internal/stream"
)

// makeVectors makes all vectors of spec/vectors/patch. Each tests one thing.
func makeVectors(t *testing.T) []*vector {
	m := newMaker(t)
	m.good()
	m.format()
	m.header()
	m.mode()
	m.encrypted()
	m.manifest()
	m.refused()
	m.body()
	m.raw()
	m.elements()
	return m.vectors
}

// A maker collects vectors. Most are made from one good patch from base to next.
type maker struct {
	t          *testing.T
	base, next *image.Image
	signed     *image.Image // base, signed
	signedNext *image.Image
	patch      []byte // from base to next
	vectors    []*vector
}

func newMaker(t *testing.T) *maker {
	b := build{app: code(1, 300), counter: 3, version: image.Version{Major: 1}, product: 0x51554E45, storeMax: 5056}
	n := b
	n.app, n.version = join(b.app[:100], code(2, 60), b.app[100:]), image.Version{Major: 1, Minor: 1}
	m := &maker{t: t, base: b.image(t), next: n.image(t)}
	b.signed, n.signed = true, true
	m.signed, m.signedNext = b.image(t), n.image(t)
	m.patch = m.create(m.base, m.next)
	return m
}

func (m *maker) create(old, new *image.Image) []byte {
	m.t.Helper()
	p, err := Create(old, new, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

// add adds a vector for the device that runs base, which change, if any, adapts,
// and checks that it does what it should.
func (m *maker) add(name, section, comment string, code quine.Code, patch []byte, change func(*device)) {
	m.t.Helper()
	v := &vector{name: name, section: section, comment: comment, code: code, patch: patch,
		base: "base.bin", device: deviceOf(m.base)}
	if change != nil {
		change(v.device)
	}
	switch {
	case v.device.old == nil:
		v.base = ""
	case v.device.key != nil && v.device.boot.Flags&image.BootSigned != 0:
		v.base = "encrypted_signed.bin"
	case v.device.key != nil:
		v.base = "encrypted.bin"
	case bytes.Equal(v.device.old, m.signed.Data):
		v.base = "signed.bin"
	case bytes.Equal(v.device.old, m.next.Data):
		v.base = "next.bin"
	}
	m.done(v)
}

func (m *maker) done(v *vector) {
	m.t.Helper()
	code, result := v.run()
	if code != v.code {
		m.t.Errorf("%s has the code %d, not %d", v.name, code, v.code)
	}
	v.result = result
	m.vectors = append(m.vectors, v)
}

// runsSigned makes the device one that runs the signed base.
func (m *maker) runsSigned(d *device) { *d = *deviceOf(m.signed) }

// withHeader returns the good patch with another header.
func (m *maker) withHeader(change func(*Header)) []byte {
	h, err := ParseHeader(m.patch)
	if err != nil {
		m.t.Fatal(err)
	}
	body := m.patch[h.Size:]
	change(h)
	return append(h.append(nil), body...)
}

// withManifest returns the good patch with another manifest announced.
func (m *maker) withManifest(change func(b []byte)) []byte {
	return m.withHeader(func(h *Header) {
		b := bytes.Clone(m.next.Data[testManifest:][:image.ManifestSize])
		change(b)
		h.Changed, h.Delta = 0, [words]uint32{}
		h.announce(deviceOf(m.base).manifest(), b)
	})
}

// withBytes returns the good patch with bytes of its header replaced and the check
// made right.
func (m *maker) withBytes(at, n int, with ...byte) []byte {
	h, err := ParseHeader(m.patch)
	if err != nil {
		m.t.Fatal(err)
	}
	return append(m.check(join(m.patch[:at], with, m.patch[at+n:h.Size-checkSize])), m.patch[h.Size:]...)
}

// withBody returns the good patch with another body.
func (m *maker) withBody(body []byte) []byte {
	h, err := ParseHeader(m.patch)
	if err != nil {
		m.t.Fatal(err)
	}
	return join(m.patch[:h.Size], body)
}

// encode returns the stream that makes new of the base, followed by more.
func (m *maker) encode(more, new []byte) []byte {
	return stream.Encode(join(deviceOf(m.base).base(), more), new, stream.Params{}, stream.Options{})
}

// implied returns what the stream must make.
func (m *maker) implied() []byte { return deviceOf(m.base).implied(m.next.Blank()) }

func (m *maker) good() {
	m.add("ok_insert", "2", "bytes inserted, addresses move", 0, m.patch, nil)
	m.add("ok_shrink", "2", "the new image is the smaller one", 0, m.create(m.base, build{
		app: code(1, 100), counter: 3, product: 0x51554E45, storeMax: 5056}.image(m.t)), nil)
	m.add("ok_same_code", "2", "only version and salt differ", 0, m.create(m.base, build{
		app: code(1, 300), counter: 3, product: 0x51554E45, storeMax: 5056, version: image.Version{Major: 255, Minor: 255, Patch: 65535, Build: 1<<32 - 1}}.image(m.t)), nil)
	m.add("ok_counter_rises", "3", "the security counter rises by a large number", 0, m.create(m.base, build{
		app: code(1, 300), counter: 1<<31 + 3, product: 0x51554E45, storeMax: 5056}.image(m.t)), nil)
	m.add("ok_signed", "2", "signed; the signature is not one, its check is the caller's", 0,
		m.create(m.signed, m.signedNext), m.runsSigned)
	m.add("ok_full", "2", "full patch on a device that runs an image", 0, m.create(nil, m.next), nil)
	m.add("ok_full_no_base", "2", "full patch on a device that runs none", 0, m.create(nil, m.next),
		func(d *device) { d.old = nil })
	m.add("ok_full_signed", "2", "full patch, signed", 0, m.create(nil, m.signedNext), m.runsSigned)
	m.add("ok_counter_floor", "5", "counter equal to the lowest accepted", 0, m.patch, func(d *device) { d.counter = 3 })
	m.add("ok_exact_fit", "5", "image exactly as large as region and store", 0, m.patch, func(d *device) {
		d.boot.ImageMax, d.boot.StoreMax = m.next.Manifest.Size, m.next.Manifest.Size
	})
}

func (m *maker) format() {
	first := func(b byte) []byte { return join([]byte{b}, m.patch[1:]) }
	m.add("format_other", "2", "another container format", quine.CodeFormat, first(0x61), nil)
	m.add("format_erased", "2", "first byte is 0xFF", quine.CodeFormat, first(0xFF), nil)
	raw, err := CreateRaw(m.base.Data, m.next.Data, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	m.add("format_raw", "2", "raw patch where an image patch belongs", quine.CodeFormat, raw, nil)
	m.add("profile_other", "2", "stream profile 15", quine.CodeProfile, first(0x5F), nil)
	m.add("profile_zero", "2", "stream profile 0", quine.CodeProfile, first(0x50), nil)
	m.add("reserved_flag", "2", "lowest reserved flag is set", quine.CodeReserved, m.withBytes(1, 1, 0x08), nil)
	m.add("reserved_flag_high", "2", "highest flag is set", quine.CodeReserved, m.withBytes(1, 1, 0x80), nil)
	m.add("reserved_word_2", "2", "word 2 of the manifest changed", quine.CodeReserved, m.withBytes(2, 1, m.patch[2]|4), nil)
	m.add("reserved_word_3", "2", "word 3 of the manifest changed", quine.CodeReserved, m.withBytes(2, 1, m.patch[2]|8), nil)
}

func (m *maker) header() {
	h, err := ParseHeader(m.patch)
	if err != nil {
		m.t.Fatal(err)
	}
	check := bytes.Clone(m.patch)
	check[h.Size-1] ^= 1
	m.add("header_check", "2", "last byte of the check is wrong", quine.CodeHeader, check, nil)
	id := bytes.Clone(m.patch)
	id[4] ^= 0x10
	m.add("header_base_id", "2", "a bit of the base id is wrong, the check is not", quine.CodeHeader, id, nil)
	m.add("header_varint_long", "3", "number in two bytes that one would hold", quine.CodeHeader, m.withBytes(8, 1, m.patch[8]|0x80, 0), nil)
	m.add("header_varint_33_bits", "3", "number of more than 32 bits", quine.CodeHeader, m.withBytes(8, 1, 0x80, 0x80, 0x80, 0x80, 0x10), nil)
	m.add("header_varint_6_bytes", "3", "number of six bytes", quine.CodeHeader, m.withBytes(8, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01), nil)
	m.add("header_no_change", "3", "changed word with the difference zero", quine.CodeHeader, m.withBytes(8, 1, 0), nil)
	m.add("truncated_empty", "6", "no byte at all", quine.CodeTruncated, nil, nil)
	m.add("truncated_flags", "6", "one byte", quine.CodeTruncated, m.patch[:1], nil)
	m.add("truncated_header", "6", "all of the header but its last byte", quine.CodeTruncated, m.patch[:h.Size-1], nil)
}

func (m *maker) mode() {
	encrypted := m.withHeader(func(h *Header) { h.Encrypted, h.Nonce = true, [ctr.NonceSize]byte{1, 2, 3} })
	m.add("encryption_unwanted", "5", "encrypted patch, the device takes plain ones", quine.CodeEncryption, encrypted, nil)
	m.add("encryption_missing", "5", "plain patch, the device takes encrypted ones", quine.CodeEncryption, m.patch,
		func(d *device) { d.boot.Flags |= image.BootEncrypted })
	m.add("unsigned_missing", "5", "unsigned patch, the device takes signed ones", quine.CodeUnsigned, m.patch,
		func(d *device) { d.boot.Flags |= image.BootSigned })
	m.add("unsigned_unwanted", "5", "signed patch, the device takes unsigned ones", quine.CodeUnsigned,
		m.create(m.signed, m.signedNext), nil)
	m.add("unsigned_manifest", "5", "the header is unsigned, the manifest says signed", quine.CodeUnsigned,
		m.withManifest(func(b []byte) { b[offsetFlags] = 1 }), nil)
	m.add("base_other", "5", "made for another running image", quine.CodeBase,
		m.withHeader(func(h *Header) { h.BaseID[3] ^= 1 }), nil)
	m.add("base_none", "5", "the device runs no complete image", quine.CodeBase, m.patch, func(d *device) { d.old = nil })
	m.add("base_twice", "5", "the device runs the new image already", quine.CodeBase, m.patch,
		func(d *device) { *d = *deviceOf(m.next) })
}

// encrypted makes the vectors of devices that take encrypted patches.
func (m *maker) encrypted() {
	key := noise(6, 32)
	crc, signed := encryptedPair(m.t, false), encryptedPair(m.t, true)
	on := func(p [2]*image.Image, key []byte) func(*device) {
		return func(d *device) {
			*d = *deviceOf(p[0])
			d.key = key
		}
	}
	create := func(old, new *image.Image, key []byte, nonce string) []byte {
		m.t.Helper()
		return must(Create(old, new, &Options{Key: key, Rand: strings.NewReader(nonce)}))
	}
	add := func(name, comment string, code quine.Code, patch []byte, change func(*device)) {
		m.t.Helper()
		m.add(name, "6", comment, code, patch, change)
	}
	const nonce = "twelve bytes"
	patch, full := create(crc[0], crc[1], key, nonce), create(nil, crc[1], key, nonce)
	add("ok_encrypted", "AES-256", 0, patch, on(crc, key))
	add("ok_encrypted_aes128", "AES-128", 0, create(crc[0], crc[1], key[:16], nonce), on(crc, key[:16]))
	add("ok_encrypted_full", "full patch", 0, full, on(crc, key))
	add("ok_encrypted_full_no_base", "full patch on a device that runs no image", 0, full, func(d *device) {
		on(crc, key)(d)
		d.old = nil
	})
	add("ok_encrypted_signed", "signed and encrypted", 0, create(signed[0], signed[1], key, nonce), on(signed, key))
	whole := wholePiece(m.t, crc[0], key)
	add("ok_encrypted_whole_piece", "the last piece has 256 bytes", 0, whole, on(crc, key))

	h := must(ParseHeader(patch))
	other := create(crc[0], crc[1], key, "other nonce.")
	for _, r := range tampered(h, key, patch, whole, other) {
		add("encryption_"+r.name, r.comment, quine.CodeTag, r.patch, on(crc, key))
	}
	add("encryption_key", "another key", quine.CodeTag, patch, on(crc, noise(7, 32)))
	add("encryption_key_short", "the first half of the key, for AES-128", quine.CodeTag, patch, on(crc, key[:16]))
	add("encryption_truncated_nonce", "the header ends in the nonce", quine.CodeTruncated, patch[:h.Size-5], on(crc, key))

	// What only who has the key can make.
	made := must(h.open(key, patch))
	sealed := func(stream []byte) []byte { return must(h.seal(key, patch[:h.Size], stream)) }
	add("encryption_stream", "no operation that can be, the tags are right", quine.CodeStream,
		sealed(bytes.Repeat([]byte{0xFF}, 300)), on(crc, key))
	add("encryption_stream_truncated", "half of the stream, the tags are right", quine.CodeTruncated,
		sealed(made[:len(made)/2]), on(crc, key))
	add("encryption_stream_trailing", "a piece behind the end of the stream, the tags are right", quine.CodeTrailing,
		sealed(join(made, make([]byte, 256))), on(crc, key))
	add("encryption_stream_digest", "an image with one other byte, the tags are right", quine.CodeDigest,
		sealed(flipped(made, len(made)-16)), on(crc, key))
}

// A tamperedPatch is one that was altered on its way.
type tamperedPatch struct {
	name, comment string
	patch         []byte
}

// tampered returns an encrypted patch with the header h altered in many ways. Its body
// has two pieces of 256 bytes and one of less, that of whole ends in one of 256. Other is
// for the same images.
func tampered(h *Header, key, patch, whole, other []byte) []tamperedPatch {
	const size = pieceSize + tagSize
	header, body := patch[:h.Size], patch[h.Size:]
	first, second, last := body[:size], body[size:2*size], body[2*size:]
	announce := func(change func(h *Header)) []byte {
		changed := *h
		change(&changed)
		return join(changed.append(nil), body)
	}
	return []tamperedPatch{
		{"nonce", "another nonce, the check is right", announce(func(h *Header) { h.Nonce[0] ^= 1 })},
		{"announced", "another version is announced, the check is right", announce(func(h *Header) { h.Delta[9]++ })},
		{"id", "another head id is announced, the check is right", announce(func(h *Header) { h.ID[7] ^= 1 })},
		{"not_done", "the header says encrypted, the body is not", join(header, must(h.open(key, patch)))},
		{"no_tags", "encrypted, without tags", join(header, first[:pieceSize], second[:pieceSize], last[:len(last)-tagSize])},
		{"body", "a bit of the first piece is wrong", flipped(patch, h.Size+20)},
		{"body_late", "a bit of the last piece is wrong", flipped(patch, len(patch)-24)},
		{"tag", "a bit in the last byte of the first tag is wrong", flipped(patch, h.Size+size-1)},
		{"tag_late", "a bit in the first byte of the last tag is wrong", flipped(patch, len(patch)-tagSize)},
		{"missing_first", "without the first piece", join(header, second, last)},
		{"missing_middle", "without the second piece", join(header, first, last)},
		{"missing_last", "without the last piece", join(header, first, second)},
		{"swapped", "two pieces swapped", join(header, second, first, last)},
		{"repeated", "the first piece twice", join(header, first, first, second, last)},
		{"repeated_last", "the last piece twice", join(patch, last)},
		{"other_patch", "second piece of a patch between the same images", join(header, first, other[h.Size+size:][:size], last)},
		{"truncated", "the last byte is missing", patch[:len(patch)-1]},
		{"truncated_tag", "the last tag is missing", patch[:len(patch)-tagSize]},
		{"truncated_piece", "only the tag is left of the last piece", join(header, first, second, last[len(last)-tagSize:])},
		{"truncated_body", "the body is missing", header},
		{"trailing", "one byte more", join(patch, []byte{0})},
		{"trailing_piece", "a piece more", join(patch, make([]byte, size))},
		{"trailing_whole_piece", "one byte behind a last piece of 256 bytes", join(whole, []byte{0})},
	}
}

// flipped returns b with a bit of byte at flipped.
func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

// wholePiece returns an encrypted patch from old whose last piece has 256 bytes.
func wholePiece(t *testing.T, old *image.Image, key []byte) []byte {
	for n := range 300 {
		b := build{app: join(code(1, 600), noise(5, n)), counter: 3, product: 0x51554E45, storeMax: 8192, flags: image.BootEncrypted}
		p := must(Create(old, b.image(t), &Options{Key: key, Rand: strings.NewReader("twelve bytes")}))
		if h := must(ParseHeader(p)); (len(p)-h.Size)%(pieceSize+tagSize) == 0 {
			return p
		}
	}
	t.Fatal("no patch found")
	return nil
}

// encryptedPair returns an image for devices that take encrypted patches, and the next.
func encryptedPair(t testing.TB, signed bool) [2]*image.Image {
	b := build{app: code(1, 600), counter: 3, product: 0x51554E45, storeMax: 8192, flags: image.BootEncrypted, signed: signed}
	n := b
	n.app, n.version = join(b.app[:100], code(2, 300), noise(4, 400), b.app[100:]), image.Version{Major: 1, Minor: 1}
	return [2]*image.Image{b.image(t), n.image(t)}
}

// check appends the check to a header.
func (m *maker) check(header []byte) []byte {
	return binary.LittleEndian.AppendUint16(header, uint16(crc32.ChecksumIEEE(header)))
}

func (m *maker) manifest() {
	tests := []struct {
		name, comment string
		at            int
		bytes         string
	}{
		{"magic", "magic is QMAO", offsetMagic, "QMAO"},
		{"format", "manifest format 2", offsetFormat, "\x02"},
		{"flags", "reserved manifest flag is set", offsetFlags, "\x02"},
		{"id_blank", "a half of the head id is blank", offsetID + 2, "\xff\xff"},
		{"id_zero", "a half of the head id is zero", offsetID + 6, "\x00\x00"},
		{"size_small", "size ends in the seal", offsetSize, "\xc0\x10\x00\x00"},
		{"hardware", "hardware range is empty", offsetHardwareMin, "\x02\x00\x01\x00"},
		{"key_id", "unsigned, with a key id", offsetKeyID, "\x01"},
		{"zero_byte", "reserved byte is not zero", offsetZeroByte, "\x80"},
		{"zero_word", "reserved word is not zero", offsetZeroWord, "\x00\x00\x00\x01"},
	}
	for _, tt := range tests {
		m.add("manifest_"+tt.name, "5", tt.comment, quine.CodeManifest,
			m.withManifest(func(b []byte) { copy(b[tt.at:], tt.bytes) }), nil)
	}
}

func (m *maker) refused() {
	with := func(at int, bytes string) []byte {
		return m.withManifest(func(b []byte) { copy(b[at:], bytes) })
	}
	m.add("product", "5", "another product", quine.CodeProduct, with(offsetProduct, "\x00"), nil)
	m.add("hardware_low", "5", "the device's hardware is older", quine.CodeHardware, with(offsetHardwareMin, "\x02\x00\x02\x00"), nil)
	m.add("hardware_high", "5", "the device's hardware is newer", quine.CodeHardware, m.patch, func(d *device) { d.boot.Hardware = 2 })
	m.add("layout_address", "5", "another load address", quine.CodeLayout, with(offsetLoadAddress+3, "\x08"), nil)
	m.add("layout_abi", "5", "another boot ABI", quine.CodeLayout, with(offsetBootABI, "\x02"), nil)
	m.add("rollback", "5", "counter one below the lowest accepted", quine.CodeRollback, m.patch, func(d *device) { d.counter = 4 })
	m.add("rollback_largest", "5", "counters compare unsigned", quine.CodeRollback, m.patch, func(d *device) { d.counter = 1<<32 - 1 })
	m.add("size_region", "5", "image 32 bytes larger than the application region", quine.CodeSize, m.patch,
		func(d *device) { d.boot.ImageMax = m.next.Manifest.Size - 32 })
	m.add("size_store", "5", "image 32 bytes larger than the store", quine.CodeSize, m.patch,
		func(d *device) { d.boot.StoreMax = m.next.Manifest.Size - 32 })
	m.add("size_largest", "5", "largest size that a manifest can state", quine.CodeSize, with(offsetSize, "\xe0\xff\xff\xff"), nil)
}

func (m *maker) body() {
	h, err := ParseHeader(m.patch)
	if err != nil {
		m.t.Fatal(err)
	}
	n := len(m.patch)
	size := len(m.implied())
	m.add("truncated_body", "6", "half of the body", quine.CodeTruncated, m.patch[:h.Size+(n-h.Size)/2], nil)
	m.add("truncated_no_body", "6", "the header alone", quine.CodeTruncated, m.patch[:h.Size], nil)
	m.add("digest_truncated", "6", "the last byte is missing, the image is whole but another one", quine.CodeDigest, m.cutTail(), nil)
	m.add("trailing_byte", "6", "one byte more, as the decoder assumes it", quine.CodeTrailing, join(m.patch, []byte{0}), nil)
	m.add("trailing_many", "6", "another patch behind the patch", quine.CodeTrailing, join(m.patch, m.patch), nil)
	m.add("digest_content", "6", "the body makes an image with one other byte", quine.CodeDigest,
		m.withBody(m.encode(nil, scatter(1, m.implied(), 1))), nil)
	m.add("stream_kind", "7", "no operation that can be", quine.CodeStream, m.withBody(bytes.Repeat([]byte{0xFF}, 8)), nil)
	m.add("stream_copy_outside", "7", "copy of bytes behind the old image", quine.CodeStream,
		m.withBody(m.encode(noise(1, 100), join(m.implied()[:200], noise(1, 100), m.implied()[300:]))), nil)
	m.add("stream_copy_past_end", "7", "copy past the end of the new image", quine.CodeStream,
		m.withBody(join(m.encode(noise(1, 5000), join(m.base.Data[:4096], noise(1, 5000))), make([]byte, 4))), nil)
	m.add("stream_add_past_end", "7", "more bytes added than the new image has", quine.CodeStream,
		m.withBody(m.encode(nil, noise(2, size+1000))), nil)
}

// cutTail returns the patch, varied until its loss goes unnoticed by the stream,
// without its last byte.
func (m *maker) cutTail() []byte {
	for i := range 100 {
		next := build{app: scatter(uint64(i), code(1, 300), 5), counter: 3, product: 0x51554E45, storeMax: 5056}.image(m.t)
		p := m.create(m.base, next)
		v := vector{device: deviceOf(m.base), patch: p[:len(p)-1]}
		if code, _ := v.run(); code == quine.CodeDigest {
			return v.patch
		}
	}
	m.t.Fatal("no patch found")
	return nil
}

func (m *maker) raw() {
	old := code(9, 400)
	new := join(old[:50], scatter(1, old[200:], 6), noise(3, 20))
	patch, err := CreateRaw(old, new, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	add := func(name, section, comment string, code quine.Code, patch []byte) {
		m.t.Helper()
		m.done(&vector{name: "raw_" + name, section: section, comment: comment, raw: true,
			base: "raw.bin", old: old, patch: patch, code: code})
	}
	with := func(at int, n int, b ...byte) []byte { return join(patch[:at], b, patch[at+n:]) }
	add("ok", "4", "two binaries", 0, patch)
	empty, _ := CreateRaw(old, nil, nil)
	add("ok_empty", "4", "the new binary is empty, and so is the stream", 0, empty)
	m.done(&vector{name: "raw_ok_no_base", section: "4", comment: "the old binary is empty", raw: true,
		patch: must(CreateRaw(nil, new, nil))})
	add("format", "4", "image patch where a raw one belongs", quine.CodeFormat, m.patch)
	add("profile", "4", "stream profile 15", quine.CodeProfile, with(0, 1, 0xAF))
	add("header_varint_long", "4", "size in more bytes than it needs", quine.CodeHeader, with(2, 1, patch[2]|0x80, 0))
	add("header_varint_33_bits", "4", "size of more than 32 bits", quine.CodeHeader, with(1, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F))
	add("size", "4", "new binary of 2 GiB and more", quine.CodeSize, with(1, 2, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F))
	add("base", "4", "made for another old binary", quine.CodeBase, with(3, 1, ^patch[3]))
	add("digest", "4", "CRC of the new binary is wrong", quine.CodeDigest, with(5, 1, ^patch[5]))
	add("truncated_header", "4", "header without its last byte", quine.CodeTruncated, patch[:7])
	add("truncated_body", "6", "a third of the patch", quine.CodeTruncated, patch[:len(patch)/3])
	add("trailing", "6", "one byte more", quine.CodeTrailing, join(patch, []byte{0}))
	add("stream", "7", "no operation that can be", quine.CodeStream, join(patch[:8], bytes.Repeat([]byte{0xFF}, 8)))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
