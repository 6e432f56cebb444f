// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
)

const (
	// blockSize is the size of the places of an image whose symbols are unknown.
	blockSize = 1 << 10

	// slackMax is the size up to which what follows a symbol is its padding.
	slackMax = 8
)

// placesOf covers an image of size bytes with places: the symbols of its ELF file, and blocks
// where there are none.
func placesOf(e *ELF, size int) []Place {
	var symbols []symbol
	if e != nil {
		symbols = e.within(size)
	}
	var list []Place
	at := 0
	for _, s := range symbols {
		if s.offset < at {
			continue // another name for the same
		}
		if n := len(list); n > 0 && s.offset-at <= slackMax {
			list[n-1].Size += s.offset - at
		} else {
			list = appendBlocks(list, e, at, s.offset)
		}
		end := min(s.offset+s.size, size)
		list = append(list, Place{Name: s.name, Section: s.section, Offset: s.offset, Size: end - s.offset})
		at = end
	}
	return appendBlocks(list, e, at, size)
}

// appendBlocks appends the blocks from lo up to hi. They end at the same places
// whatever is between symbols, and at the ends of sections.
func appendBlocks(list []Place, e *ELF, lo, hi int) []Place {
	for lo < hi {
		end := min((lo/blockSize+1)*blockSize, hi)
		section := ""
		if e != nil {
			section, end = e.section(lo, end)
		}
		list = append(list, Place{Name: fmt.Sprintf("0x%05x", lo), Section: section, Offset: lo, Size: end - lo, block: true})
		lo = end
	}
	return list
}

// placeAt returns the place that byte at of the new image lies in.
func (a *analysis) placeAt(at int) *Place {
	i := sort.Search(len(a.places), func(i int) bool { return a.places[i].Offset > at })
	if i == 0 {
		return nil
	}
	return &a.places[i-1]
}

// where describes byte at of the new image.
func (a *analysis) where(at int) string {
	p := a.placeAt(at)
	switch {
	case p == nil || p.block && p.Section == "":
		return fmt.Sprintf("0x%x", at)
	case p.block:
		return fmt.Sprintf("0x%x in %s", at, p.Section)
	}
	return fmt.Sprintf("0x%x in %s", at, p.Name)
}

// nameStrings says of blocks without symbols that they hold strings, as compilers
// leave them, if they do.
func nameStrings(list []Place, image []byte) {
	for i := range list {
		p := &list[i]
		text := 0
		for _, run := range textRuns(image[p.Offset : p.Offset+p.Size]) {
			text += run[1] - run[0]
		}
		if p.block && text > p.Size*3/4 {
			p.Name += " (strings)"
		}
	}
}

// sortSymbols sorts by place, and among symbols of the same place the one first
// that names it best: the largest, then the one with the shortest name.
func sortSymbols(list []symbol) {
	slices.SortFunc(list, func(a, b symbol) int {
		return cmp.Or(
			cmp.Compare(a.offset, b.offset),
			cmp.Compare(b.size, a.size),
			cmp.Compare(len(a.name), len(b.name)),
			cmp.Compare(a.name, b.name))
	})
}
