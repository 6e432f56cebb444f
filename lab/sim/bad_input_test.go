// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/patch"
)

// reheader returns a patch whose header was edited and has a right check again.
func reheader(t *testing.T, p []byte, edit func(header []byte)) []byte {
	t.Helper()
	h, err := patch.ParseHeader(p)
	check(t, err)
	p = bytes.Clone(p)
	edit(p[:h.Size])
	sum := crc32.ChecksumIEEE(p[:h.Size-2])
	binary.LittleEndian.PutUint16(p[h.Size-2:], uint16(sum))
	return p
}

// TestBadPatch sends patches that the device must refuse.
func TestBadPatch(t *testing.T) {
	each(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		p := newPair(t, g, true, old, new)
		le := binary.LittleEndian
		put32 := func(field int, v uint32) func([]byte) {
			return func(info []byte) { le.PutUint32(info[field:], v) }
		}
		full := func(r recipe) []byte { return create(t, nil, r.image(t, p.Device)) }
		other := recipe{Seed: 7, Version: 1, Counter: 5}.image(t, p.Device)
		sizes := func(info []byte) {
			put32(infoImageMax, 1<<20)(info)
			put32(infoStoreMax, 1<<20)(info)
		}
		flip := func(at int, mask byte) []byte {
			bad := bytes.Clone(p.patch)
			bad[at] ^= mask
			return bad
		}
		edit := func(at int, mask byte) []byte {
			return reheader(t, p.patch, func(h []byte) { h[at] ^= mask })
		}
		tests := []struct {
			name string
			code quine.Code
			bad  []byte
		}{
			{"empty", quine.CodeTruncated, nil},
			{"container format", quine.CodeFormat, flip(0, 0x10)},
			{"stream profile", quine.CodeProfile, flip(0, 0x0E)},
			{"reserved flag", quine.CodeReserved, edit(1, 0x80)},
			{"head id as a difference", quine.CodeReserved, edit(2, 0x04)},
			{"header check", quine.CodeHeader, flip(4, 1)},
			{"base", quine.CodeBase, create(t, other, p.new)},
			{"product", quine.CodeProduct, full(recipe{Info: put32(infoProduct, 1)})},
			{"hardware", quine.CodeHardware, full(recipe{Info: func(info []byte) { info[infoHardware]++ }})},
			{"load address", quine.CodeLayout, full(recipe{Info: put32(infoAddress, 0x10000)})},
			{"rollback", quine.CodeRollback, full(recipe{Counter: 4})},
			{"larger than the store", quine.CodeSize, full(recipe{App: 80 << 10, Seed: 1, Counter: 5, Info: sizes})},
			{"encrypted", quine.CodeEncryption, full(recipe{})},
			{"signed", quine.CodeUnsigned, full(recipe{})},
			{"longer than announced", quine.CodeTrailing, append(bytes.Clone(p.patch), 0)},
			{"much longer than announced", quine.CodeTrailing, append(bytes.Clone(p.patch), make([]byte, 1000)...)},
			{"digest", quine.CodeDigest, reheader(t, p.patch, func(h []byte) { h[len(h)-3] ^= 1 })},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				bad := test.bad
				switch test.code {
				case quine.CodeEncryption:
					bad = lengthened(t, bad, 0x02, 12)
				case quine.CodeUnsigned:
					bad = lengthened(t, bad, 0x01, 24+64)
				}
				p.refuses(t, bad, Feed{}, test.code)
				p.refuses(t, bad, Feed{Piece: 1}, test.code)
			})
		}
	})
}

// lengthened returns a patch with a flag set and n zero bytes more in its header,
// before the check.
func lengthened(t *testing.T, p []byte, flag byte, n int) []byte {
	t.Helper()
	h, err := patch.ParseHeader(p)
	check(t, err)
	long := append(bytes.Clone(p[:h.Size-2]), make([]byte, n)...)
	long = append(append(long, 0, 0), p[h.Size:]...)
	long[1] |= flag
	binary.LittleEndian.PutUint16(long[h.Size-2+n:], uint16(crc32.ChecksumIEEE(long[:h.Size-2+n])))
	return long
}

// TestTruncated sends each beginning of a patch. The device must refuse each with
// the number with which package patch does: TRUNCATED, but for the last bytes, where
// the range decoder may take what is missing for zeros and get all of a wrong image.
func TestTruncated(t *testing.T) {
	each(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		new.App = old.App + 32 // or most of the patch were new code
		p := newPair(t, g, true, old, new)
		for n := range len(p.patch) {
			want := applyCode(t, p.old, p.patch[:n])
			if want != quine.CodeTruncated && n < len(p.patch)-4 {
				t.Errorf("first %d of %d bytes: %v", n, len(p.patch), want)
			}
			p.refuses(t, p.patch[:n], Feed{Piece: 16}, want)
		}
		t.Logf("%d lengths", len(p.patch))
	})
}

// applyCode returns the number with which package patch refuses a patch.
func applyCode(t *testing.T, old *image.Image, bad []byte) quine.Code {
	t.Helper()
	_, err := patch.Apply(old, bad)
	var e *quine.Error
	if !errors.As(err, &e) {
		t.Fatalf("Apply = %v", err)
	}
	return e.Code
}

// TestFlipped sends patches with one flipped bit: every bit of the header, and
// some of the body. The device must refuse each with the number with which package
// patch does.
func TestFlipped(t *testing.T) {
	each(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		p := newPair(t, g, true, old, new)
		h, err := patch.ParseHeader(p.patch)
		check(t, err)
		stride := 41
		if g == NRF51 && !testing.Short() {
			stride = 13
		}
		codes := map[quine.Code]int{}
		for bit := range 8 * len(p.patch) {
			if bit/8 >= h.Size && bit%stride != 0 {
				continue
			}
			bad := bytes.Clone(p.patch)
			bad[bit/8] ^= 1 << (bit % 8)
			want := applyCode(t, p.old, bad)
			p.refuses(t, bad, Feed{Piece: 100, Seed: uint32(bit + 1)}, want)
			codes[want]++
		}
		t.Logf("header of %d bytes, body of %d: %v", h.Size, len(p.patch)-h.Size, codes)
	})
}

// TestGarbage starts with a staging store that holds anything.
func TestGarbage(t *testing.T) {
	each(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		p := newPair(t, g, true, old, new)
		random := make([]byte, g.StoreSize)
		fill(random, 99)
		zero := make([]byte, g.StoreSize)
		half := bytes.Repeat([]byte{0xFF}, g.StoreSize)
		copy(half[g.StoreSize/2:], random)
		headed := append(p.header(t, p.old, p.new), random[32:]...)
		bad := bytes.Clone(headed)
		bad[9] ^= 1
		tests := []struct {
			name   string
			store  []byte
			reason quine.Code // why boot refuses what is there, if it looks like an image
		}{
			{"random", random, 0},
			{"zero", zero, 0},
			{"half", half, 0},
			{"magic", append([]byte("QSTG\x01\x00\x00\x00"), random[8:]...), 0},
			{"header with a wrong check", bad, 0},
			{"header", headed, quine.CodeManifest},
			{"header of another image", append(p.header(t, p.new, p.new), random[32:]...), quine.CodeStale},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				check(t, p.Restore(0))
				check(t, p.Poke(Store, 0, test.store))
				check(t, p.PowerCycle())
				p.boots(t, 0)
				if s, err := p.Status(); err != nil || s.Pending || s.Reason != test.reason {
					t.Fatalf("status %+v, want reason %v, %v", s, test.reason, err)
				}
				check(t, p.Reset())
				p.boots(t, 0)
				if err := p.Install(); err != quine.CodeState {
					t.Fatalf("Install = %v", err)
				}
				p.updates(t)
			})
		}
	})
}

// header returns a staging header that names a staged image and the one that it
// was made for.
func (p *pair) header(t *testing.T, base, staged *image.Image) []byte {
	t.Helper()
	h := append([]byte("QSTG\x01\x00\x00\x00"), staged.Manifest.ID[:]...)
	h = append(append(h, base.Manifest.ID[:]...), 0, 0, 0, 0)
	return binary.LittleEndian.AppendUint32(h, crc32.ChecksumIEEE(h))
}

// TestAltered alters what is staged after finish: boot must refuse it, say why,
// and start what runs.
func TestAltered(t *testing.T) {
	each(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		p := newPair(t, g, true, old, new)
		store, err := p.StoreInfo()
		check(t, err)
		check(t, p.Receive(Feed{}))
		check(t, p.Save(1))
		m := int(p.new.Boot.ManifestOffset)
		tests := []struct {
			name   string
			at     int // in the staged image
			reason quine.Code
		}{
			{"boot sector", 17, quine.CodeDigest},
			{"magic", m, quine.CodeManifest},
			{"format", m + 0x04, quine.CodeManifest},
			{"half of the id", m + 0x08, quine.CodeDigest},
			{"other half of the id", m + 0x0C, quine.CodeDigest},
			{"size", m + 0x10, quine.CodeManifest},
			{"load address", m + 0x14, quine.CodeManifest},
			{"product", m + 0x18, quine.CodeManifest},
			{"hardware", m + 0x1C, quine.CodeManifest},
			{"counter", m + 0x20, quine.CodeDigest},
			{"version", m + 0x24, quine.CodeDigest},
			{"signature", m + 0x40, quine.CodeDigest},
			{"application", m + 700, quine.CodeDigest},
			{"last byte", len(p.new.Data) - 1, quine.CodeDigest},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				for _, lost := range []bool{false, true} {
					check(t, p.Restore(1))
					p.flip(t, store.ImageBase+test.at, 0x04)
					if lost {
						check(t, p.PowerCycle())
					} else if err := p.Install(); err != ErrReset {
						t.Fatalf("Install = %v", err)
					}
					p.boots(t, 0)
					if s, err := p.Status(); err != nil || s.Pending || s.Reason != test.reason {
						t.Fatalf("status %+v, want reason %v, %v", s, test.reason, err)
					}
					p.updates(t)
				}
			})
		}
		t.Run("header", func(t *testing.T) {
			for bit := range 8 * 32 {
				check(t, p.Restore(1))
				p.flip(t, bit/8, 1<<(bit%8))
				if err := p.Install(); err != quine.CodeState {
					t.Fatalf("bit %d: Install = %v", bit, err)
				}
				check(t, p.PowerCycle())
				p.boots(t, 0)
				p.updates(t)
			}
		})
	})
}

// flip flips bits of one byte of the store.
func (p *pair) flip(t *testing.T, at int, mask byte) {
	t.Helper()
	b, err := p.Dump(Store, at, 1)
	check(t, err)
	check(t, p.Poke(Store, at, []byte{b[0] ^ mask}))
}

// TestDecayed damages the seal of an application whose image is still in the store:
// boot repairs it. Without a staged image it waits.
func TestDecayed(t *testing.T) {
	old, new := small(NRF51)
	p := newPair(t, NRF51, true, old, new)
	p.updates(t)
	seal := int(p.new.Boot.SealOffset)
	check(t, p.Save(1))
	for at := range 8 {
		check(t, p.Restore(1))
		check(t, p.Poke(Flash, seal+at, []byte{p.new.Data[seal+at] ^ 0x10}))
		check(t, p.PowerCycle())
		p.boots(t, 1)
	}
	check(t, p.Restore(0))
	check(t, p.Poke(Flash, seal, make([]byte, 8)))
	check(t, p.PowerCycle())
	for _, patience := range []int{1000, 70_000, 2_000_000} {
		check(t, p.Patience(patience))
		b, err := p.Boot(9)
		check(t, err)
		if b.Event != Waiting {
			t.Fatalf("%+v", b)
		}
	}
}

// TestPlanted plants a good seal in the staged image, of which the digest knows
// nothing. The install must not copy it.
func TestPlanted(t *testing.T) {
	each(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		p := newPair(t, g, true, old, new)
		store, err := p.StoreInfo()
		check(t, err)
		check(t, p.Receive(Feed{}))
		check(t, p.Poke(Store, store.ImageBase+int(p.new.Boot.SealOffset), p.new.Manifest.ID[:]))
		check(t, p.PowerCycle())
		p.boots(t, 1)
	})
}

// TestWorn updates a device with a worn byte of flash. One in the store is found by
// finish. One in the application keeps boot from sealing what reads wrong; it tries
// again, but waits twice as long each time, so that it does not wear out the rest.
func TestWorn(t *testing.T) {
	old, new := small(NRF51)
	p := newPair(t, NRF51, true, old, new)
	at := bytes.IndexByte(p.new.Data[5000:], 0x01) + 5000
	store, err := p.StoreInfo()
	check(t, err)
	check(t, p.Wear(Store, store.ImageBase+at))
	if err := p.Receive(Feed{}); err != quine.CodeDigest {
		t.Errorf("Receive = %v", err)
	}
	check(t, p.Reset())
	p.boots(t, 0)

	check(t, p.Restore(0))
	check(t, p.Wear(Store, 0)) // of the header, whose magic is odd
	if err := p.Receive(Feed{}); err != quine.CodeIO {
		t.Errorf("Receive = %v", err)
	}
	check(t, p.Reset())
	p.boots(t, 0)

	check(t, p.Restore(0))
	check(t, p.Receive(Feed{}))
	check(t, p.Zero())
	check(t, p.Wear(Flash, at))
	if err := p.Install(); err != ErrReset {
		t.Fatal(err)
	}
	check(t, p.Patience(3_000_000)) // the sixth wait is longer
	b, err := p.Boot(9)
	check(t, err)
	if b.Event != Waiting {
		t.Fatalf("%+v", b)
	}
	trace, err := p.Trace()
	check(t, err)
	erases := 0
	for _, op := range trace {
		if op.Erase && op.Offset == at/NRF51.EraseUnit*NRF51.EraseUnit {
			erases++
		}
	}
	if erases < 2 || erases > 7 {
		t.Errorf("boot erased the worn sector %d times", erases)
	}
}

// TestBootFixed sends an image with another boot sector to a device that never
// changes its own: boot refuses it before anything is destroyed.
func TestBootFixed(t *testing.T) {
	g := NRF51
	g.Name, g.BootFixed = "fixed", true
	old, new := small(g)
	p := newPair(t, g, true, old, new)
	other := new
	other.Boot = 1
	check(t, p.SetPatch(create(t, nil, other.image(t, p.Device)))) // quine diff refuses
	check(t, p.Receive(Feed{}))
	check(t, p.Zero())
	if err := p.Install(); err != ErrReset {
		t.Fatalf("Install = %v", err)
	}
	p.boots(t, 0)
	if s, err := p.Status(); err != nil || s.Pending || s.Reason != quine.CodeBoot {
		t.Fatalf("status %+v, want reason %v, %v", s, quine.CodeBoot, err)
	}
	if trace, err := p.Trace(); err != nil || len(trace) != 0 {
		t.Fatalf("boot wrote flash: %v, %v", trace, err)
	}
	p.updates(t)
}

// TestFixedWorn has a byte of a boot sector that never changes read otherwise once boot
// has found it equal, and begun to install: nothing writes it all the same.
func TestFixedWorn(t *testing.T) {
	g := NRF51
	g.Name, g.BootFixed = "fixed", true
	old, new := small(g)
	p := newPair(t, g, true, old, new)
	check(t, p.Receive(Feed{}))
	check(t, p.Zero())
	at := bytes.IndexFunc(p.new.Data[:image.BootSize], func(r rune) bool { return r < 0x80 && r&1 == 1 })
	check(t, p.Wear(Flash, at))
	if err := p.Install(); err != ErrReset {
		t.Fatal(err)
	}
	check(t, p.Plan(Cut{At: 20_000, How: Before})) // to come to an end
	b, err := p.Boot(9)
	check(t, err)
	if b.Event != Started {
		t.Errorf("%+v", b)
	}
	trace, err := p.Trace()
	check(t, err)
	for _, op := range trace {
		if op.Area == 'f' && op.Offset < image.BootSize {
			t.Fatalf("%+v", op)
		}
	}
}
