// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"testing"

	"github.com/quine-fw/quine/image"
)

// Places in the images that the tests make.
const (
	testManifest = 4096 + 64
	testSeal     = testManifest + image.ManifestSize
	testInfo     = 0x100
	testMinSize  = testSeal + 32 - testSeal%32
)

// A build says what a test image holds.
type build struct {
	app         []byte // what follows the seal
	boot        byte   // fills the boot sector
	flags       image.BootFlags
	counter     uint32
	version     image.Version
	hardware    [2]uint16 // range that the image runs on; 1-1 if zero
	product     uint32
	loadAddress uint32
	imageMax    uint32 // 64 KiB if zero
	storeMax    uint32 // likewise
	storeOffset uint32
	signed      bool
}

// image returns the sealed image that b describes. Its signature, if any, is not a
// signature.
func (b build) image(t testing.TB) *image.Image {
	t.Helper()
	if b.imageMax == 0 {
		b.imageMax = 64 << 10
	}
	if b.storeMax == 0 {
		b.storeMax = 64 << 10
	}
	if b.hardware == [2]uint16{} {
		b.hardware = [2]uint16{1, 1}
	}
	if b.signed {
		b.flags |= image.BootSigned
	}
	size := (testSeal + 8 + len(b.app) + 31) / 32 * 32
	data := bytes.Repeat([]byte{0xFF}, size)
	fill(data[:image.BootSize], b.boot)
	b.putInfo(data[testInfo:])
	copy(data[image.BootSize:], "vector table")
	copy(data[testSeal+8:], b.app)

	m := image.Manifest{
		BootABI: 1, Size: uint32(size), LoadAddress: b.loadAddress, Product: b.product,
		HardwareMin: b.hardware[0], HardwareMax: b.hardware[1], Counter: b.counter, Version: b.version,
		BootCRC: crc32.ChecksumIEEE(data[:image.BootSize]),
	}
	if b.signed {
		m.Flags, m.KeyID = image.FlagSigned, 7
		for i := range m.Signature {
			m.Signature[i] = byte(i * 5)
		}
	} else {
		fill(m.Signature[:], 0xFF)
	}
	im := &image.Image{Data: data}
	im.Boot.ManifestOffset, im.Boot.SealOffset, im.Boot.SealSize = testManifest, testSeal, 8
	for ; !m.ID.Valid(); m.Salt++ {
		fill(m.ID[:], 0xFF)
		m.AppendBinary(data[testManifest:testManifest])
		d := im.Digest()
		if m.ID = image.ID(d[:8]); !b.signed {
			copy(m.ID[4:], d[:4])
			copy(data[testManifest+offsetID+4:], m.ID[4:])
			binary.LittleEndian.PutUint32(m.ID[:], crc32.ChecksumIEEE(data))
		}
		m.AppendBinary(data[testManifest:testManifest])
	}
	copy(data[testSeal:], m.ID[:])
	im, err := image.Parse(data)
	if err == nil {
		err = im.Verify()
	}
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// putInfo writes the boot info record.
func (b build) putInfo(to []byte) {
	le := binary.LittleEndian
	r := append(to[:0], "QUINEBT1"...)
	r = le.AppendUint16(r, 1)
	r = le.AppendUint16(r, uint16(b.flags))
	r = le.AppendUint32(r, b.loadAddress)
	r = le.AppendUint32(r, testManifest)
	r = le.AppendUint32(r, testSeal)
	r = le.AppendUint16(r, 8)
	r = le.AppendUint16(r, 1)
	r = le.AppendUint32(r, b.imageMax)
	r = le.AppendUint32(r, b.storeMax)
	r = le.AppendUint32(r, b.product)
	r = le.AppendUint16(r, 3)
	r = le.AppendUint16(r, 4)
	r = le.AppendUint32(r, b.storeOffset)
	le.AppendUint32(r, 0)
}

// noise returns n bytes that do not compress, the same for the same seed.
func noise(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// code returns n bytes that look like code: few words, often repeated.
func code(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, 0, n+4)
	for len(b) < n {
		b = binary.LittleEndian.AppendUint16(b, uint16(0xB500+r.IntN(40)*r.IntN(40)))
	}
	return b[:n]
}

// scatter returns a copy of b in which count bytes are other ones.
func scatter(seed uint64, b []byte, count int) []byte {
	r := rand.New(rand.NewPCG(seed, 2))
	b = bytes.Clone(b)
	for range count {
		b[r.IntN(len(b))] ^= byte(1 + r.IntN(255))
	}
	return b
}

// join returns the pieces one after the other.
func join(pieces ...[]byte) []byte { return bytes.Join(pieces, nil) }

// A pair is two binaries that tests make patches of.
type pair struct {
	name     string
	old, new []byte
}

// pairs returns binaries that differ in the ways that matter to the codec.
func pairs() []pair {
	a := code(1, 6000)
	return []pair{
		{"both empty", nil, nil},
		{"old empty", nil, a},
		{"new empty", a, nil},
		{"one byte of nothing", nil, []byte{7}},
		{"one byte to one byte", []byte{7}, []byte{8}},
		{"one byte to many", []byte{7}, a},
		{"many to one byte", a, []byte{7}},
		{"equal", a, a},
		{"first byte differs", a, join([]byte{^a[0]}, a[1:])},
		{"last byte differs", a, join(a[:len(a)-1], []byte{^a[len(a)-1]})},
		{"similar", a, scatter(3, a, 80)},
		{"shifted up", a, join(code(4, 37), a)},
		{"shifted down", a, a[37:]},
		{"growing in the middle", a, join(a[:2000], code(5, 500), a[2000:])},
		{"shrinking in the middle", a, join(a[:2000], a[2500:])},
		{"halves exchanged", a, join(a[3000:], a[:3000])},
		{"shuffled", a, join(a[4000:], a[:10], a[1000:2000], a[500:1500], a[:4000])},
		{"longer than old", a[:100], join(a[:100], a[:100], a[:100])},
		{"unrelated", noise(6, 3000), noise(7, 3000)},
		{"all equal", make([]byte, 5000), make([]byte, 7000)},
		{"all equal, of another value", make([]byte, 5000), bytes.Repeat([]byte{0xFF}, 5001)},
		{"periodic", bytes.Repeat([]byte("abc"), 1000), bytes.Repeat([]byte("abcd"), 1000)},
	}
}
