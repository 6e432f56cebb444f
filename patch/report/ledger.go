// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"cmp"
	"slices"
	"sort"

	"github.com/quine-fw/quine/patch"
)

// A ledger holds what each byte of the new image costs.
type ledger struct {
	totals [patch.PartKinds]float64 // in bits

	// sums[k][i] is the cost in bits, of kind k, of all bytes before i.
	sums [patch.PartHeader][]float64
}

// newLedger charges parts to the bytes of an image of size bytes.
func newLedger(parts []patch.Part, size int) *ledger {
	l := &ledger{}
	for k := range l.sums {
		l.sums[k] = make([]float64, size+1)
	}
	for _, p := range parts {
		l.totals[p.Kind] += p.Bits
		if p.Kind == patch.PartHeader || size == 0 {
			continue
		}
		// An operation is charged where it begins, all else evenly.
		at := min(max(p.At, 0), size-1)
		n := min(max(p.Size, 1), size-at)
		if p.Kind == patch.PartOperation {
			n = 1
		}
		for i := range n {
			l.sums[p.Kind][at+i+1] += p.Bits / float64(n)
		}
	}
	for _, s := range l.sums {
		for i := range size {
			s[i+1] += s[i]
		}
	}
	return l
}

// kind returns the bits of a kind that the bytes from lo up to hi cost.
func (l *ledger) kind(k patch.PartKind, lo, hi int) float64 {
	s := l.sums[k]
	lo = min(max(lo, 0), len(s)-1)
	hi = min(max(hi, lo), len(s)-1)
	return s[hi] - s[lo]
}

// bytes returns what the bytes of the image from lo up to hi take of the patch.
func (l *ledger) bytes(lo, hi int) float64 {
	bits := 0.0
	for k := range patch.PartHeader {
		bits += l.kind(k, lo, hi)
	}
	return bits / 8
}

// A copied is a stretch of the new image that the patch copies from the old one.
type copied struct{ at, size, from int }

// gapMax is how many bytes that differ a copy may have in the middle.
const gapMax = 64

// copiesOf returns the copies among parts, in the order of the new image. Copies that
// go on where the one before would have gone on are one.
func copiesOf(parts []patch.Part) []copied {
	var list []copied
	for _, p := range parts {
		if p.Kind == patch.PartOperation && p.From >= 0 && p.Size > 0 {
			list = append(list, copied{p.At, p.Size, p.From})
		}
	}
	slices.SortFunc(list, func(a, b copied) int { return cmp.Compare(a.at, b.at) })
	joined := list[:0]
	for _, c := range list {
		if n := len(joined); n > 0 {
			p := &joined[n-1]
			if c.from-c.at == p.from-p.at && c.at-(p.at+p.size) <= gapMax {
				p.size = c.at + c.size - p.at
				continue
			}
		}
		joined = append(joined, c)
	}
	return joined
}

// origin returns the place of the old image that corresponds to place at of the new
// one: where it was copied from, or what the copy before it would go on with. It is
// false if there is none.
func (a *analysis) origin(at int) (int, bool) {
	i := sort.Search(len(a.copies), func(i int) bool { return a.copies[i].at > at })
	if i == 0 {
		return at, at < len(a.Old)
	}
	c := a.copies[i-1]
	from := c.from + at - c.at
	return from, from < len(a.Old)
}
