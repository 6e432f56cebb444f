// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/quine-fw/quine/patch"
)

// newFull makes a patch without base of each new image of c, and compresses the
// image otherwise. An image that is in several pairs is taken once.
func newFull(ctx context.Context, c *corpus, p progress) (*Full, error) {
	defer p.done()
	f := &Full{}
	seen := map[string]bool{}
	for i, s := range c.pairs {
		if seen[string(s.new)] {
			continue
		}
		seen[string(s.new)] = true
		p.say(i, len(c.pairs), "%s, full", s.name)
		image, err := newFullImage(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		f.Images = append(f.Images, image)
	}
	mean := func(theirs func(FullImage) int) float64 {
		var ratios []float64
		for _, i := range f.Images {
			if n := theirs(i); n > 0 {
				ratios = append(ratios, float64(i.Patch)/float64(n))
			}
		}
		return geometricMean(ratios)
	}
	f.Heatshrink = mean(func(i FullImage) int { return i.Heatshrink })
	f.LZMA = mean(func(i FullImage) int { return i.LZMA })
	f.LZMAThumb = mean(func(i FullImage) int { return i.LZMAThumb })
	return f, nil
}

func newFullImage(ctx context.Context, s *source) (FullImage, error) {
	f := FullImage{Name: s.name, Size: len(s.new), Heatshrink: heatshrinkSize(s.new)}
	made, err := patch.CreateRaw(nil, s.new, options(effortDefault))
	if err != nil {
		return f, err
	}
	if _, err := checked(nil, s.new, made); err != nil {
		return f, err
	}
	f.Patch = len(made)
	if f.LZMA, err = xz(ctx, s.new, "--lzma1=preset=9e"); err != nil {
		return f, err
	}
	f.LZMAThumb, err = xz(ctx, s.new, "--armthumb", "--lzma2=preset=9e")
	return f, err
}

// xz returns the bytes of what xz makes of data without any container, 0 if xz is
// not installed.
func xz(ctx context.Context, data []byte, filters ...string) (int, error) {
	program, err := exec.LookPath("xz")
	if err != nil {
		return 0, nil
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"--format=raw", "--stdout"}, filters...)...)
	var errs strings.Builder
	cmd.Stdin, cmd.Stderr = bytes.NewReader(data), &errs
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("xz: %w: %s", err, strings.TrimSpace(errs.String()))
	}
	return len(out), nil
}
