// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/quine-fw/quine"
)

func sum(data []byte) uint32 { return crc32.ChecksumIEEE(data) }

// restage puts the new image, changed, into the store, with the digest that it has
// then as far as it lies there. Behind it all is blank. It returns the image sealed.
func (p *pair) restage(t *testing.T, edit func(manifest []byte)) []byte {
	t.Helper()
	store, err := p.StoreInfo()
	check(t, err)
	m, seal := int(p.new.Boot.ManifestOffset), int(p.new.Boot.SealOffset)
	le := binary.LittleEndian
	data := append(bytes.Clone(p.new.Blank()), bytes.Repeat([]byte{0xFF}, store.ImageMax-len(p.new.Data))...)
	edit(data[m : m+128])
	size := len(data)
	if n := int(le.Uint32(data[m+16:])); n < size {
		size = n
	}
	for len(data[:size]) < m+12 {
		size = m + 128 // whatever the digest is
	}
	digest := bytes.Clone(data[:size])
	copy(digest[m+8:], []byte{0xFF, 0xFF, 0xFF, 0xFF})
	le.PutUint32(data[m+8:], sum(digest))
	check(t, p.Poke(Store, store.ImageBase, data))
	data = bytes.Clone(data[:size])
	if seal+8 <= size {
		copy(data[seal:], data[m+8:m+16])
	}
	return data
}

// TestManifestFields stages images whose digest is right and whose manifest is for
// another device, or for none.
func TestManifestFields(t *testing.T) {
	more(t, func(t *testing.T, g Geometry) {
		p := stagedPair(t, g, sanitized(g))
		le := binary.LittleEndian
		put16 := func(at int, v uint16) func([]byte) {
			return func(m []byte) { le.PutUint16(m[at:], v) }
		}
		put32 := func(at int, v uint32) func([]byte) {
			return func(m []byte) { le.PutUint32(m[at:], v) }
		}
		tests := map[string]func([]byte){
			"signed":           put16(0x04, 0x0101),
			"format 0":         put16(0x04, 0),
			"format 2":         put16(0x04, 2),
			"boot ABI 0":       put16(0x06, 0),
			"boot ABI 65535":   put16(0x06, 65535),
			"magic 0":          put32(0, 0),
			"magic blank":      put32(0, 1<<32-1),
			"id blank":         put32(0x0C, 1<<32-1),
			"id zero":          put32(0x0C, 0),
			"id 1 zero half":   put16(0x0C, 0),
			"id 1 blank half":  put16(0x0E, 0xFFFF),
			"address 0":        put32(0x14, 0),
			"address + 1":      put32(0x14, 0x08000001),
			"address blank":    put32(0x14, 1<<32-1),
			"product 0":        put32(0x18, 0),
			"product blank":    put32(0x18, 1<<32-1),
			"hardware 4-65535": put32(0x1C, 0xFFFF0004),
			"hardware 0-2":     put32(0x1C, 2<<16),
			"hardware 4-2":     put32(0x1C, 2<<16|4),
			"hardware 65535-0": put32(0x1C, 0x0000FFFF),
			"all of it blank":  func(m []byte) { copy(m, bytes.Repeat([]byte{0xFF}, 128)) },
			"all of it zero":   func(m []byte) { clear(m) },
		}
		for name, edit := range tests {
			t.Run(name, func(t *testing.T) {
				check(t, p.Rewind(1, Cut{}))
				p.restage(t, edit)
				check(t, p.Reset())
				p.refused(t, quine.CodeManifest)
			})
		}
		for _, hardware := range []uint32{3<<16 | 2, 4<<16 | 3, 0xFFFF0003} { // this device's is 3
			check(t, p.Rewind(1, Cut{}))
			check(t, p.Remember(2, p.restage(t, put32(0x1C, hardware))))
			check(t, p.Reset())
			p.boots(t, 2)
		}
		check(t, p.Remember(2, nil))
	})
}

// TestManifestSizes stages images of every kind of size, with the digest that they
// have then.
func TestManifestSizes(t *testing.T) {
	more(t, func(t *testing.T, g Geometry) {
		p := stagedPair(t, g, sanitized(g))
		store, err := p.StoreInfo()
		check(t, err)
		m, seal := int(p.new.Boot.ManifestOffset), int(p.new.Boot.SealOffset)
		least := (max(m+128, seal+8) + 31) / 32 * 32
		most := min(g.ImageMax, store.ImageMax)
		sizes := []int{0, 1, 31, 32, 4064, 4096, seal - 32, seal, seal + 4, seal + 8, seal + 32, m - 32, m, m + 4,
			m + 32, m + 64, m + 96, m + 127, m + 128, m + 129, least - 32, least - 1, least, least + 1,
			least + 16, least + 32, most - 32, most - 1, most, most + 1, most + 32, g.ImageMax, g.ImageMax + 32,
			store.ImageMax, store.ImageMax + 32, 1<<31 - 32, 1 << 31, 1<<31 + 32, 1<<32 - 1<<12, 1<<32 - 64, 1<<32 - 32,
			1<<32 - 1, 1<<32 - m}
		slices.Sort(sizes)
		for _, size := range slices.Compact(sizes) {
			t.Run(fmt.Sprint(size), func(t *testing.T) {
				check(t, p.Rewind(1, Cut{}))
				im := p.restage(t, func(m []byte) { binary.LittleEndian.PutUint32(m[16:], uint32(size)) })
				check(t, p.Reset())
				if size < least || size > most || size%32 != 0 {
					p.refused(t, quine.CodeManifest)
					return
				}
				check(t, p.Remember(2, im))
				p.boots(t, 2)
			})
		}
	})
}

// seals returns what may stand in place of a good seal.
func (p *pair) seals() map[string][]byte {
	id := p.old.Manifest.ID[:]
	seals := map[string][]byte{
		"zero":     make([]byte, 8),
		"blank":    bytes.Repeat([]byte{0xFF}, 8),
		"of new":   p.new.Manifest.ID[:],
		"exchange": append(bytes.Clone(id[4:]), id[:4]...),
	}
	for at := 0; at < 8; at += 2 {
		for _, v := range []byte{0, 0xFF} {
			torn := bytes.Clone(id)
			torn[at], torn[at+1] = v, v
			seals[fmt.Sprintf("half %d is %#x", at/2, v)] = torn
			torn = bytes.Clone(torn)
			copy(torn[at:], bytes.Repeat([]byte{v}, 8-at))
			seals[fmt.Sprintf("%d bytes, then %#x", at, v)] = torn
		}
	}
	return seals
}

// TestSeals starts with a seal that is not the running image's. Boot installs what is
// staged, if that is good, whatever the header says; otherwise it waits.
func TestSeals(t *testing.T) {
	more(t, func(t *testing.T, g Geometry) {
		p := stagedPair(t, g, sanitized(g))
		store, err := p.StoreInfo()
		check(t, err)
		seal := int(p.old.Boot.SealOffset)
		blank := bytes.Repeat([]byte{g.erased()}, g.StoreSize)
		header := p.header(t, p.new, p.old)
		for name, bad := range p.seals() {
			t.Run(name, func(t *testing.T) {
				for _, header := range [][]byte{nil, blank[:32], make([]byte, 32), header} {
					check(t, p.Rewind(1, Cut{}))
					check(t, p.Poke(Store, 0, append(header, blank[len(header):len(header)*2]...)))
					check(t, p.Poke(Flash, seal, bad))
					check(t, p.Reset())
					p.boots(t, 1)
				}
				for _, what := range []string{"nothing", "damaged", "old manifest"} {
					check(t, p.Rewind(1, Cut{}))
					check(t, p.Poke(Flash, seal, bad))
					switch what {
					case "nothing":
						check(t, p.Poke(Store, 0, blank))
					case "damaged":
						p.flip(t, store.ImageBase+len(p.new.Data)-7, 1)
					default:
						check(t, p.Poke(Store, store.ImageBase+int(p.new.Boot.ManifestOffset), p.old.Data[p.old.Boot.ManifestOffset:][:128]))
					}
					check(t, p.Reset())
					p.waits(t)
					check(t, p.Poke(Store, 0, p.store(t, p.old, p.new)))
					p.boots(t, 1)
				}
			})
		}
	})
}

// waits checks that boot waits, and that flash stays as it is.
func (p *pair) waits(t *testing.T) {
	t.Helper()
	if b, err := p.Boot(20); err != nil || b.Event != Waiting {
		t.Fatalf("%+v, %v", b, err)
	}
	if trace, err := p.Trace(); err != nil || len(trace) != 0 {
		t.Fatalf("boot wrote flash: %v, %v", trace, err)
	}
}

// TestTornSeal cuts power when the seal is written, and takes the staged image away:
// what starts then, if anything, is the new image.
func TestTornSeal(t *testing.T) {
	more(t, func(t *testing.T, g Geometry) {
		p := stagedPair(t, g, sanitized(g))
		check(t, p.Reset())
		p.boots(t, 1)
		trace, err := p.Trace()
		check(t, err)
		last, seal := 0, int(p.new.Boot.SealOffset)
		for i, op := range trace {
			if !op.Erase && op.Area == 'f' && op.Offset == seal {
				last = i + 1
			}
		}
		blank := bytes.Repeat([]byte{g.erased()}, g.StoreSize)
		for _, how := range Ways {
			for seed := range uint32(4) {
				check(t, p.Rewind(1, Cut{At: last, How: how, Seed: seed}))
				check(t, p.Reset())
				if b, err := p.Boot(20); err != nil || b.Event != CutOff {
					t.Fatalf("%+v, %v", b, err)
				}
				check(t, p.Poke(Store, 0, blank))
				b, err := p.Boot(20)
				check(t, err)
				now, err := p.Dump(Flash, 0, len(p.new.Data))
				check(t, err)
				copy(now[seal:seal+8], p.new.Data[seal:]) // a weak one may read otherwise again
				if p.new.Boot.SealSize > 8 {
					copy(now[seal+8:], p.new.Data[seal+8:seal+int(p.new.Boot.SealSize)])
				}
				if b.Event != Waiting && (b.Event != Started || !bytes.Equal(now, p.new.Data)) {
					t.Fatalf("seal cut %v, seed %d: %+v", how, seed, b)
				}
			}
		}
	})
}

// TestFixedRepair has nothing but an image with another boot sector to repair a device
// with that never changes its own.
func TestFixedRepair(t *testing.T) {
	g := NRF51
	g.Name, g.BootFixed = "fixed", true
	p := stagedPair(t, g, sanitized(g))
	_, other := small(g)
	other.Boot = 1
	check(t, p.Poke(Store, 0, p.store(t, p.old, other.image(t, p.Device))))
	check(t, p.Poke(Flash, int(p.old.Boot.SealOffset), make([]byte, 8)))
	check(t, p.Reset())
	p.waits(t)
	check(t, p.Poke(Store, 0, p.store(t, p.old, p.new)))
	p.boots(t, 1)
}
