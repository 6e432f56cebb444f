// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Limits of the distance between two images from which another compiler is likely.
const (
	styleMin  = 2000 // halfwords from which a style can be told
	styleFar  = 0.12 // distance that no pair of releases by the same compiler came near
	newShare  = 0.15 // and the least share of the image that the patch takes
	styleBins = 1 << 10
)

// compiler looks for signs that the images were made by different compilers, or with
// different options.
func (a *analysis) compiler() *Cause {
	c := &Cause{
		Name: "another compiler or other options",
		Cure: "build releases that devices step between with the same compiler and options: pin the toolchain (a container, " +
			"a version in the build file) and change it in a release of its own",
	}
	if a.OldELF != nil && a.NewELF != nil && a.OldELF.comment != "" && a.NewELF.comment != "" {
		if a.OldELF.comment == a.NewELF.comment {
			return nil // known to be the same; options may still differ
		}
		c.Evidence = []Evidence{{-1, 0, fmt.Sprintf("ELF files say %q, was %q", a.NewELF.comment, a.OldELF.comment)}}
		return c
	}
	share := float64(len(a.Patch)) / float64(max(len(a.New), 1))
	if share < newShare || len(a.Old) < 2*styleMin || len(a.New) < 2*styleMin {
		return nil
	}
	if d := styleDistance(a.Old, a.New); d > styleFar {
		c.Evidence = []Evidence{{-1, 0, fmt.Sprintf(
			"patch takes %.0f %% of the image, and %.0f %% of the instructions are of other kinds than before", 100*share, 100*d)}}
		return c
	}
	return nil
}

// styleDistance compares how often instructions of each kind occur in two images:
// the share of instructions that would have to be of another kind.
func styleDistance(old, new []byte) float64 {
	a, b := style(old), style(new)
	d := 0.0
	for i := range a {
		d += math.Abs(a[i] - b[i])
	}
	return d / 2
}

// style returns the share of each kind of halfword, by its upper bits. Blank ones do
// not count.
func style(image []byte) []float64 {
	shares := make([]float64, styleBins)
	total := 0.0
	for at := 0; at+2 <= len(image); at += 2 {
		h := binary.LittleEndian.Uint16(image[at:])
		if h != 0 && h != 0xFFFF {
			shares[h/(1<<16/styleBins)]++
			total++
		}
	}
	for i := range shares {
		shares[i] /= max(total, 1)
	}
	return shares
}
