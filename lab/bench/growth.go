// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"os"
	"path/filepath"
)

// growth encodes synthetic pairs of the sizes given in MiB.
func growth(ctx context.Context, e *encoder, c *corpus, sizes []int, p progress) ([]Growth, error) {
	defer p.done()
	old, new := filepath.Join(e.dir, "old"), filepath.Join(e.dir, "new")
	var list []Growth
	for i, mib := range sizes {
		size := mib << 20
		p.say(i, len(sizes), "growth, %d MiB", mib)
		a := synthetic(c, size, func(s *source) []byte { return s.old })
		b := synthetic(c, size, func(s *source) []byte { return s.new })
		if err := os.WriteFile(old, a, 0o666); err != nil {
			return nil, err
		}
		if err := os.WriteFile(new, b, 0o666); err != nil {
			return nil, err
		}
		made, used, err := e.encode(ctx, old, new, effortDefault)
		if err != nil {
			return nil, err
		}
		if _, err := checked(a, b, made); err != nil {
			return nil, err
		}
		g := Growth{Size: size, Patch: len(made), Resource: used}
		if i > 0 && size == 2*sizes[i-1]<<20 {
			last := list[i-1]
			g.TimeRatio = g.Seconds / last.Seconds
			g.CPURatio = g.CPUSeconds / last.CPUSeconds
			g.MemoryRatio = float64(g.Memory) / float64(last.Memory)
		}
		list = append(list, g)
	}
	return list, nil
}

// synthetic joins images of the corpus until they have size bytes. When all are
// used it starts over, and changes them so that nothing long repeats.
func synthetic(c *corpus, size int, image func(*source) []byte) []byte {
	out := make([]byte, 0, size)
	for pass := uint32(0); len(out) < size; pass++ {
		before := len(out)
		for _, s := range c.pairs {
			b := image(s)
			out = append(out, mutated(b[:min(len(b), size-len(out))], pass)...)
		}
		if len(out) == before {
			return make([]byte, size) // all images are empty
		}
	}
	return out
}

// mutated returns data with about one byte in 32 changed, pass 0 excepted. Which
// and how depends on the four bytes up to it and on pass, so that what is equal in
// two images is still equal.
func mutated(data []byte, pass uint32) []byte {
	if pass == 0 {
		return data
	}
	out := make([]byte, len(data))
	window := uint32(0)
	for i, b := range data {
		window = window<<8 | uint32(b)
		h := (window ^ pass*0x9E3779B9) * 0x85EBCA6B
		h = (h ^ h>>13) * 0xC2B2AE35
		if h>>27 == 0 {
			b ^= byte(h >> 16)
		}
		out[i] = b
	}
	return out
}
