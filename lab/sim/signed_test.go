// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/quine-fw/quine"
)

// signed is each for the signed geometries, the first one also in short mode.
func signed(t *testing.T, test func(t *testing.T, g Geometry)) {
	for i, g := range SignedGeometries {
		if i > 0 && testing.Short() {
			break
		}
		t.Run(g.Name, func(t *testing.T) {
			t.Parallel()
			test(t, g)
		})
	}
}

// stranger signs as a key that no device has.
var stranger = testKey(77)

// TestSignatures sends signed images that are to be taken or refused. What is refused is
// refused before any operation on flash or store.
func TestSignatures(t *testing.T) {
	signed(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		p := newPair(t, g, g.Name == SignedNRF51.Name, old, new)
		forged := new
		forged.Signer = stranger
		older := new
		older.Counter = 4
		digest := p.new.Digest()
		flip := func(at int) func(h []byte) { // from the digest on
			return func(h []byte) { h[bytes.Index(h, digest[:])+at] ^= 1 }
		}
		tests := []struct {
			name string
			code quine.Code
			bad  []byte
		}{
			{"wrong key", quine.CodeSignature, create(t, p.old, forged.image(t, p.Device))},
			{"wrong key, full", quine.CodeSignature, create(t, nil, forged.image(t, p.Device))},
			{"signature changed", quine.CodeSignature, reheader(t, p.patch, flip(32+63))},
			{"digest changed", quine.CodeSignature, reheader(t, p.patch, flip(31))},
			{"rollback", quine.CodeRollback, create(t, nil, older.image(t, p.Device))},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				check(t, p.Restore(0))
				check(t, p.SetPatch(test.bad))
				check(t, p.Zero())
				if err := p.Receive(Feed{Piece: 33}); err != test.code {
					t.Fatalf("Receive = %v, want %v", err, test.code)
				}
				if c, err := p.Counts(); err != nil || c.Operations != 0 {
					t.Errorf("%d operations, %v", c.Operations, err)
				}
				p.refuses(t, test.bad, Feed{}, test.code)
			})
		}
	})
}

// staged makes a device with an image staged that its own client would not have staged.
func staged(t *testing.T, g Geometry, old, bad recipe) *pair {
	t.Helper()
	_, good := small(g)
	p := newPair(t, g, false, old, good)
	p.new = bad.image(t, p.Device)
	check(t, p.Remember(1, p.new.Data))
	s, err := p.StoreInfo()
	check(t, err)
	data := p.store(t, p.old, p.new)
	area, base := Store, 0
	check(t, p.Poke(area, base, data[:32]))
	check(t, p.Poke(area, base+s.ImageBase, data[s.ImageBase:]))
	return p
}

// TestStagedSignatures lets boot meet in the store what no client has verified.
func TestStagedSignatures(t *testing.T) {
	signed(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		forged, older, second := new, new, new
		forged.Signer, older.Counter = stranger, 4
		tests := []struct {
			name string
			bad  recipe
			code quine.Code
		}{
			{"wrong key", forged, quine.CodeSignature},
			{"rollback", older, quine.CodeRollback},
			{"good", second, 0},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				p := staged(t, g, old, test.bad)
				check(t, p.Reset())
				if test.code == 0 {
					p.boots(t, 1)
					return
				}
				for range 3 {
					p.boots(t, 0)
					if s, err := p.Status(); err != nil || s.Reason != test.code {
						t.Errorf("status %+v, %v", s, err)
					}
					check(t, p.PowerCycle())
				}
			})
		}
	})
}

// resets sends the patch, after which the device resets.
func (p *pair) resets(t *testing.T) {
	t.Helper()
	if err := p.Update(Feed{}); err != ErrReset {
		t.Fatalf("Update = %v", err)
	}
}

// tornEntry is what floor returns for an entry that is not whole.
const tornEntry = 0xFFFFFFFF

// floor returns the entries of the floor, up to the last that is not blank. Blank ones are 0.
func (p *pair) floor(t *testing.T, g Geometry) []uint32 {
	t.Helper()
	data, err := p.Dump(Flash, p.floorOffset(g), g.EraseUnit)
	check(t, err)
	unit := max(8, g.ProgramUnit)
	var list []uint32
	used := 0
	for ; len(data) > 0; data = data[unit:] {
		value, complement := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint32(data[4:])
		switch {
		case bytes.Equal(data[:8], bytes.Repeat([]byte{g.erased()}, 8)):
			list = append(list, 0)
			continue
		case value != ^complement:
			value = tornEntry
		}
		list = append(list, value)
		used = len(list)
	}
	return list[:used]
}

func (p *pair) floorOffset(g Geometry) int {
	if g.Internal {
		return g.ImageMax + g.StoreUnit + g.StoreSize
	}
	return g.ImageMax
}

// TestFloor raises the floor by an update. Then, in the middle of another install, it
// presents an image with a lower counter: nothing else than the floor knows of it then.
func TestFloor(t *testing.T) {
	signed(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		new.Counter = 7
		p := newPair(t, g, false, old, new)
		p.resets(t)
		p.boots(t, 1)
		list := p.floor(t, g)
		if want := []uint32{0, 0, 5, 5, 0, 7, 7}; !slices.Equal(list, want) { // 0 is blank
			t.Fatalf("floor has the entries %d, want %d", list, want)
		}
		older := old
		older.Version = 9
		o := older.image(t, p.Device)
		check(t, p.Remember(2, o.Data))
		s, err := p.StoreInfo()
		check(t, err)
		// The seal is gone, as in an install.
		check(t, p.Poke(Flash, int(p.new.Boot.SealOffset), make([]byte, 8)))
		check(t, p.Poke(Store, s.ImageBase, p.store(t, p.new, o)[s.ImageBase:]))
		check(t, p.PowerCycle())
		if b, err := p.Boot(20); err != nil || b.Event != Waiting {
			t.Fatalf("boot = %+v, %v", b, err)
		}
		check(t, p.Poke(Store, s.ImageBase, p.store(t, p.new, p.new)[s.ImageBase:]))
		check(t, p.PowerCycle())
		p.boots(t, 1)
		if again := p.floor(t, g); len(again) != len(list) {
			t.Errorf("floor has grown from %d to %d", list, again)
		}
	})
}

// TestFloorTorn meets entries that a cut has torn, and an area without room.
func TestFloorTorn(t *testing.T) {
	signed(t, func(t *testing.T, g Geometry) {
		old, new := small(g)
		new.Counter = 6
		p := newPair(t, g, false, old, new)
		unit := max(8, g.ProgramUnit)
		torn := bytes.Repeat([]byte{g.erased()}, unit)
		copy(torn, []byte{0xF0, 0, 0, 0, 0x0E, 0xFF, 0xFF, 0xFF})
		check(t, p.Poke(Flash, p.floorOffset(g), torn))
		p.resets(t)
		p.boots(t, 1)
		if list, want := p.floor(t, g), []uint32{tornEntry, 0, 5, 5, 0, 6, 6}; !slices.Equal(list, want) {
			t.Errorf("floor has the entries %d, want %d", list, want)
		}
		check(t, p.Restore(0))
		check(t, p.Poke(Flash, p.floorOffset(g), bytes.Repeat(torn, g.EraseUnit/unit)))
		p.resets(t)
		p.boots(t, 1)
	})
}

// TestFloorCut cuts an install at each operation, and then offers an image that must not be taken any more, once the
// seal is gone: one with a lower counter than the old image has, or the old image if the new one had its seal.
func TestFloorCut(t *testing.T) {
	geometries := []Geometry{SignedTiny, SignedNRF51, SignedECC}
	if testing.Short() {
		geometries = geometries[:1]
	}
	for _, g := range geometries {
		t.Run(g.Name, func(t *testing.T) {
			t.Parallel()
			old, new := small(g)
			new.Counter = 7
			older := new
			older.Counter, older.Version = 4, 0
			p := newPair(t, g, false, old, new)
			s, err := p.StoreInfo()
			check(t, err)
			seal := int(p.old.Boot.SealOffset)
			lower := p.store(t, p.new, older.image(t, p.Device))[s.ImageBase:]
			before := p.store(t, p.new, p.old)[s.ImageBase:]
			p.resets(t)
			check(t, p.Save(1))
			tried := map[string]int{}
			for at := 1; ; at++ {
				for _, how := range []How{Before, Weak} {
					check(t, p.Rewind(1, Cut{at, how, uint32(at)}))
					b, err := p.Boot(1)
					check(t, err)
					if b.Event != CutOff {
						t.Logf("%v", tried)
						if tried["old"] == 0 || tried["lower"] < 10 {
							t.Error("not every image was tried")
						}
						return
					}
					has, err := p.Dump(Flash, seal, 8)
					check(t, err)
					name, offer := "lower", lower
					switch {
					case bytes.Equal(has, p.old.Manifest.ID[:]):
						continue // the running image refuses it
					case bytes.Equal(has, p.new.Manifest.ID[:]):
						name, offer = "old", before
					}
					tried[name]++
					check(t, p.Poke(Flash, seal, make([]byte, 8)))
					check(t, p.Poke(Store, s.ImageBase, offer))
					if b, err := p.Boot(20); err != nil || b.Event != Waiting {
						t.Fatalf("cut %d-%v: the %s image is taken: %+v, %v", at, how, name, b, err)
					}
				}
			}
		})
	}
}

// TestFloorECC tears the first entry of a raise on a part that raises a fault when that is read. The entry behind it
// keeps an older image out once the seal is gone.
func TestFloorECC(t *testing.T) {
	g := SignedECC
	old, new := small(g)
	older := new
	older.Counter, older.Version = 4, 0
	p := newPair(t, g, false, old, new)
	s, err := p.StoreInfo()
	check(t, err)
	image := p.store(t, p.old, older.image(t, p.Device))[s.ImageBase:]
	p.resets(t)
	check(t, p.Save(1))
	for seed := range uint32(20) {
		check(t, p.Rewind(1, Cut{1, Weak, seed})) // the first operation of an install is this entry
		if b, err := p.Boot(1); err != nil || b.Event != CutOff {
			t.Fatalf("boot = %+v, %v", b, err)
		}
		check(t, p.Poke(Flash, p.floorOffset(g)+3*8, []byte{5, 0, 0, 0, 0xFA, 0xFF, 0xFF, 0xFF}))
		check(t, p.Poke(Flash, int(p.old.Boot.SealOffset), make([]byte, 8)))
		check(t, p.Poke(Store, s.ImageBase, image))
		if b, err := p.Boot(20); err != nil || b.Event != Waiting {
			t.Fatalf("seed %d: an older image is taken: %+v, %v", seed, b, err)
		}
	}
}

// TestSwappedSignedStore exchanges the store for another one from every read on: for an
// attacker's image, for an older genuine one, for the attacker's with the genuine
// manifest. None of them ever starts, whole or in parts.
func TestSwappedSignedStore(t *testing.T) {
	old, new := small(SignedTiny)
	forged, shorter, older := new, new, old
	forged.Signer, forged.Seed = stranger, 9
	shorter.Signer, shorter.App = stranger, 192
	older.Counter, older.Version, older.Changes = 4, 0, 2
	tests := []struct {
		name  string
		other recipe
	}{{"forged", forged}, {"shorter", shorter}, {"older", older}}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			step := 1 // each: the read of the signature is one among hundreds
			if testing.Short() {
				step = 40
			}
			t.Parallel()
			s := newStoreTest(t, SignedTiny, false, &test.other)
			s.most = 1
			s.all(t, step, Swapped)
		})
	}
}

// TestTailPlanted is the attack S1 on shorter rules: while a verified image is installed,
// the store serves another with the id of the running one planted wherever a tail might
// be looked for.
func TestTailPlanted(t *testing.T) {
	old, new := small(SignedTiny)
	p := newPair(t, SignedTiny, false, old, new)
	check(t, p.Receive(Feed{}))
	check(t, p.Save(1))
	forged := new
	forged.Signer, forged.Seed = stranger, 9
	im := forged.image(t, p.Device)
	for at := int(im.Boot.SealOffset) + 8; at+8 <= len(im.Data); at += 8 {
		copy(im.Data[at:], p.old.Manifest.ID[:])
	}
	copy(im.Data[im.Boot.ManifestOffset+8:], p.old.Manifest.ID[:])
	check(t, p.Remember(2, im.Data))
	check(t, p.SetOther(p.store(t, p.old, im)))
	verify := 1 + len(p.new.Data)/32
	for from := 1; from <= 3*verify; from += 5 {
		check(t, p.Restore(1))
		check(t, p.SetFault(Fault{from, 0, Swapped}))
		check(t, p.Reset())
		for range 3 {
			b, err := p.Boot(8)
			check(t, err)
			if b.Event == Started && b.Image != 0 && b.Image != 1 {
				t.Fatalf("swapped from read %d on: %+v", from, b)
			}
			check(t, p.PowerCycle())
		}
	}
}
