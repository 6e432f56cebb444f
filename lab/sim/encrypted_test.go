// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"bytes"
	"crypto/aes"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/patch"
)

// encrypted is each for the encrypted geometries, the first one also in short mode.
func encrypted(t *testing.T, test func(t *testing.T, g Geometry)) {
	signed(t, func(t *testing.T, g Geometry) {
		if g.Build == Encrypted {
			test(t, g)
		}
	})
}

// renewed returns two recipes of images that have little in common, so that a patch has
// several pieces.
func renewed(g Geometry) (old, new recipe) {
	old, _ = small(g)
	return old, recipe{App: 1888, Seed: 2, Version: 2, Counter: 5}
}

// sealedSize is the size of a whole piece and its tag (spec/patch.md section 6).
const sealedSize = 256 + 8

// split returns the header of an encrypted patch, and its pieces with their tags.
func split(t *testing.T, p []byte) (h *patch.Header, header []byte, pieces [][]byte) {
	t.Helper()
	h, err := patch.ParseHeader(p)
	check(t, err)
	return h, p[:h.Size], slices.Collect(slices.Chunk(p[h.Size:], sealedSize))
}

// blocks calls see for each block of b, the last one cut off.
func blocks(first uint32, b []byte, see func(index uint32, text []byte)) {
	for i := 0; i < len(b); i += 16 {
		see(first+uint32(i/16), b[i:min(i+16, len(b))])
	}
}

// TestKeyStream sends an encrypted patch again and again, whole and cut off, and looks at
// every state of the store: a block of key stream never covers two different texts. The
// texts are the patch's body, the image, and the zeros that become the key of the MAC;
// what the store holds besides is blank.
func TestKeyStream(t *testing.T) {
	g := EncryptedTiny
	old, new := small(g)
	p := newPair(t, g, false, old, new)
	h, _, pieces := split(t, p.patch)
	block, err := aes.NewCipher(AESKey)
	check(t, err)
	used := map[[16]byte][16]byte{} // texts by block of key stream
	see := func(index uint32, text []byte) {
		counter := binary.BigEndian.AppendUint32(bytes.Clone(h.Nonce[:]), index)
		var stream, plain [16]byte
		block.Encrypt(stream[:], counter)
		n := subtle.XORBytes(plain[:], stream[:], text)
		if before, again := used[stream]; again && !bytes.Equal(before[:n], plain[:n]) {
			t.Fatalf("block %#x covers %x and %x", index, before, plain)
		}
		used[stream] = plain
	}
	for i, piece := range pieces {
		blocks(uint32(16*i), piece[:len(piece)-8], see)
	}
	for _, index := range []uint32{0xFFFFFFFE, 0xFFFFFFFF} {
		var key [16]byte
		block.Encrypt(key[:], binary.BigEndian.AppendUint32(bytes.Clone(h.Nonce[:]), index))
		see(index, key[:])
	}
	s, err := p.StoreInfo()
	check(t, err)
	for from := 40; ; from += 97 {
		n := min(from, len(p.patch))
		check(t, p.Begin())
		check(t, p.Write(0, n, Feed{Piece: 31}))
		if n == len(p.patch) {
			check(t, p.Finish())
		}
		store, err := p.Dump(Store, s.ImageBase, 32+len(p.new.Data))
		check(t, err)
		blocks(0x80000000, store[32:], func(index uint32, text []byte) {
			if !bytes.Equal(text, bytes.Repeat([]byte{0xFF}, 16)) {
				see(index, text)
			}
		})
		if n == len(p.patch) {
			break
		}
	}
	t.Logf("%d blocks", len(used))
}

// TestBadPieces sends patches that were altered behind their header, or in a part of
// it that no other check covers. Each is refused by its tags alone. Whose first piece is
// wrong is refused before any operation on the store, and no other gets what it holds
// there verified.
func TestBadPieces(t *testing.T) {
	encrypted(t, func(t *testing.T, g Geometry) {
		old, new := renewed(g)
		p := newPair(t, g, true, old, new)
		h, header, pieces := split(t, p.patch)
		if len(pieces) < 4 {
			t.Fatalf("patch has only %d pieces", len(pieces))
		}
		_, _, others := split(t, create(t, p.old, p.new))
		join := func(header []byte, pieces ...[]byte) []byte { return slices.Concat(header, slices.Concat(pieces...)) }
		flip := func(at int) []byte {
			bad := bytes.Clone(p.patch)
			bad[at] ^= 0x10
			return bad
		}
		last := len(pieces) - 1
		tests := []struct {
			name    string
			written bool // the store may be
			bad     []byte
		}{
			{"first bit", false, flip(h.Size)},
			{"first tag", false, flip(h.Size + 256)},
			{"nonce", false, reheader(t, p.patch, func(h []byte) { h[len(h)-3] ^= 1 })},
			{"no body", false, header},
			{"first piece of another patch", false, join(header, slices.Concat(others[:1], pieces[1:])...)},
			{"without first piece", false, join(header, pieces[1:]...)},
			{"swapped", false, join(header, slices.Concat(pieces[1:2], pieces[:1], pieces[2:])...)},
			{"cut to one piece", false, join(header, pieces[0])},
			{"second tag", true, flip(h.Size + 2*sealedSize - 1)},
			{"last bit", true, flip(len(p.patch) - 9)},
			{"last tag", true, flip(len(p.patch) - 8)},
			{"swapped later", true, join(header, slices.Concat(pieces[:1], pieces[2:3], pieces[1:2], pieces[3:])...)},
			{"repeated", true, join(header, slices.Concat(pieces[:2], pieces[1:])...)},
			{"last piece of another patch", true, join(header, slices.Concat(pieces[:last], others[last:])...)},
			{"cut to two pieces", true, join(header, pieces[:2]...)},
			{"last byte", true, p.patch[:len(p.patch)-1]},
			{"one byte more", true, append(bytes.Clone(p.patch), 0)},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				check(t, p.Restore(0))
				check(t, p.SetPatch(test.bad))
				check(t, p.Zero())
				if err := p.Receive(Feed{Piece: 100, Seed: 1}); err != quine.CodeTag {
					t.Fatalf("Receive = %v, want %v", err, quine.CodeTag)
				}
				if c, err := p.Counts(); err != nil || (c.Operations > 0) != test.written {
					t.Errorf("%d operations, %v", c.Operations, err)
				}
				p.refuses(t, test.bad, Feed{}, quine.CodeTag)
				p.refuses(t, test.bad, Feed{Piece: 1}, quine.CodeTag)
			})
		}
	})
}

// A tamperer alters patches on their way, each time in another way.
type tamperer struct {
	*rand.Rand
	patches [2][]byte // between the same images
}

// next returns an altered patch, and how it was altered.
func (r *tamperer) next(t *testing.T) (bad []byte, how string) {
	which := r.IntN(2)
	good := r.patches[which]
	_, header, pieces := split(t, good)
	_, _, others := split(t, r.patches[1-which])
	i, j := r.IntN(len(pieces)), r.IntN(len(pieces))
	switch r.IntN(6) {
	case 0:
		at := len(header) + r.IntN(len(good)-len(header))
		bad = bytes.Clone(good)
		bad[at] ^= 1 << r.IntN(8)
		return bad, fmt.Sprint("flip at ", at)
	case 1:
		if i == j {
			j = (i + 1) % len(pieces)
		}
		pieces[i], pieces[j] = pieces[j], pieces[i]
		how = fmt.Sprint("swap ", i, j)
	case 2:
		pieces = slices.Insert(pieces, i, pieces[j])
		how = fmt.Sprint("insert ", j, " at ", i)
	case 3:
		pieces[i] = others[i]
		how = fmt.Sprint("splice ", i)
	case 4:
		pieces = pieces[:i]
		how = fmt.Sprint("cut at ", i)
	default:
		noise := make([]byte, 600)
		for i := range noise {
			noise[i] = byte(r.Uint32())
		}
		pieces = append(pieces[:i], noise)
		how = fmt.Sprint("noise at ", i)
	}
	return append(bytes.Clone(header), slices.Concat(pieces...)...), how
}

// TestKeyStreamAttacked is someone who alters patches on the link, hundreds of times,
// cuts the power of the device as he likes, and reads the store after each try. He sees
// under each nonce and at each place nothing but what the patch of that nonce, as it was
// made, puts there, or a part of that: no key stream covers two texts.
func TestKeyStreamAttacked(t *testing.T) {
	encrypted(t, func(t *testing.T, g Geometry) {
		old, new := renewed(g)
		p := newPair(t, g, false, old, new)
		r := &tamperer{rand.New(rand.NewPCG(1, 2)), [2][]byte{p.patch, create(t, p.old, p.new)}}
		contents := [2][]byte{p.staged(t, r.patches[0]), p.staged(t, r.patches[1])}
		s, err := p.StoreInfo()
		check(t, err)
		look := func(after string) {
			t.Helper()
			store, err := p.Dump(Store, s.ImageBase, len(contents[0]))
			check(t, err)
			const unit = 8
			for at := 0; at < len(store); at += unit {
				if !partOf(store[at:][:unit], contents[0][at:], g.erased()) && !partOf(store[at:][:unit], contents[1][at:], g.erased()) {
					t.Fatalf("%s: the store holds %x at %d, which is of neither patch", after, store[at:][:unit], at)
				}
			}
		}
		ways := []How{Before, Prefix, Bits, Almost, Done, After}
		refused, cuts := 0, 0
		for try := range 300 {
			bad, how := r.next(t)
			if try%5 == 0 { // a good one, which the cut stops
				bad, how = r.patches[r.IntN(2)], "nothing"
				bad = bad[:1+r.IntN(len(bad)-1)]
			}
			check(t, p.SetPatch(bad))
			cut := Cut{}
			if r.IntN(2) == 0 {
				cut = Cut{1 + r.IntN(60), ways[r.IntN(len(ways))], r.Uint32()}
			}
			check(t, p.Plan(cut))
			err := p.Receive(Feed{Piece: 1 + r.IntN(400), Seed: r.Uint32()})
			look(how + ", " + cut.String())
			switch err {
			case nil:
				t.Fatalf("%s: the patch is taken", how)
			case ErrPowerCut:
				cuts++
			default:
				refused++
			}
			check(t, p.PowerCycle())
			p.boots(t, 0)
		}
		t.Logf("%d patches refused, %d stopped by a cut", refused, cuts)
		p.updates(t)
	})
}

// partOf reports whether flash that holds b may have been made by programming content, or by
// erasing it, as far as it came.
func partOf(b, content []byte, erased byte) bool {
	for i := range b {
		if (b[i]^content[i])&^(content[i]^erased) != 0 {
			return false
		}
	}
	return true
}
