// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quine-fw/quine"
)

// Every patch of a header with one bit flipped, of every length, with sampled
// bits of the body flipped, and with noise for a body: refused, and with the same number in Go and in C.
func TestMutations(t *testing.T) {
	m := newMaker(t)
	secret := encryptedPair(t, false)
	holder := deviceOf(secret[0])
	holder.key = noise(6, 32)
	patches := []struct {
		name  string
		dev   *device
		base  string
		patch []byte
	}{
		{"unsigned", deviceOf(m.base), "base.bin", m.patch},
		{"signed", deviceOf(m.signed), "signed.bin", m.create(m.signed, m.signedNext)},
		{"full", deviceOf(m.base), "base.bin", m.create(nil, m.next)},
		{"encrypted", holder, "encrypted.bin", must(Create(secret[0], secret[1], &Options{
			Key: holder.key, Rand: strings.NewReader("twelve bytes")}))},
	}
	var vectors []*vector
	for _, p := range patches {
		// The digest of a signed image is not checked by the C program.
		for _, mutant := range mutants(p.patch, !p.dev.signed()) {
			v := &vector{name: p.name + "_" + mutant.name, base: p.base, device: p.dev, patch: mutant.patch}
			v.code, v.result = v.run()
			if v.code == 0 || v.code == quine.CodeState {
				t.Errorf("%s is accepted, or has no number: %d", v.name, v.code)
			}
			vectors = append(vectors, v)
		}
	}
	t.Run("C", func(t *testing.T) {
		program, dir := buildC(t, "test_patch_vectors", 32), t.TempDir()
		writeVectors(t, dir, vectors)
		args := []string{"-quick"}
		for _, v := range vectors {
			args = append(args, filepath.Join(dir, v.name+".vec"))
		}
		runC(t, program, args...)
	})
}

func (d *device) signed() bool { return d.boot.Flags&1 != 0 }

type mutant struct {
	name  string
	patch []byte
}

// mutants returns variants of a patch, none of them equal to it.
func mutants(patch []byte, body bool) []mutant {
	h, err := ParseHeader(patch)
	if err != nil {
		panic(err)
	}
	var list []mutant
	flip := func(bit int) {
		b := bytes.Clone(patch)
		b[bit/8] ^= 1 << (bit % 8)
		list = append(list, mutant{fmt.Sprintf("flip_%d", bit), b})
	}
	for bit := range 8 * h.Size {
		flip(bit)
	}
	end := h.Size
	if body {
		end = len(patch)
		r := rand.New(rand.NewPCG(1, 2))
		for range 100 {
			flip(8*h.Size + r.IntN(8*(end-h.Size)))
		}
		for n := range 100 {
			body := noise(uint64(n), 4+n)
			list = append(list, mutant{fmt.Sprintf("noise_%d", n), join(patch[:h.Size], body)})
		}
	}
	for n := range end {
		list = append(list, mutant{fmt.Sprintf("cut_%d", n), patch[:n]})
	}
	for n := 1; n <= 6; n++ {
		list = append(list, mutant{fmt.Sprintf("longer_%d", n), join(patch, make([]byte, n))})
		list = append(list, mutant{fmt.Sprintf("longer_%d_noise", n), join(patch, noise(uint64(n), n))})
	}
	return list
}
