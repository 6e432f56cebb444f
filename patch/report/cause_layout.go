// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Thresholds from which something is a cause. They were set so that the pairs of
// ordinary releases do not pass them for no reason.
const (
	tablePointers = 16   // pointers moved by the same distance
	minBytes      = 8    // least cost of a cause
	minShare      = 0.02 // least share of the patch
	orderShare    = 0.10 // share of copied bytes that come from elsewhere in the order
	alignedShifts = 8    // shifts by no more than an alignment
	paddingMax    = 8    // bytes of padding
	opaqueSize    = 512  // bytes in a row that nothing predicts
	opaqueBits    = 7.2  // and what each of them costs
)

// worth reports whether a cost is worth telling.
func (a *analysis) worth(bytes float64) bool {
	return bytes >= minBytes && bytes >= minShare*float64(len(a.Patch))
}

// A move is a distance by which pointers changed.
type move struct {
	by    int32
	count int
	first int // place of the first in the new image
	bytes float64
}

// movedTables looks for pointers that changed by the same distance.
func (a *analysis) movedTables() *Cause {
	moves := map[int32]*move{}
	total := 0.0
	for _, c := range a.copies {
		for at := (c.at + 3) &^ 3; at+4 <= c.at+c.size && at+4 <= len(a.New); at += 4 {
			from := c.from + at - c.at
			if from&3 != 0 || from < 0 || from+4 > len(a.Old) {
				continue
			}
			was, is := binary.LittleEndian.Uint32(a.Old[from:]), binary.LittleEndian.Uint32(a.New[at:])
			if was == is || !a.pointer(was, len(a.Old)) || !a.pointer(is, len(a.New)) {
				continue
			}
			by := int32(is - was)
			m := moves[by]
			if m == nil {
				m = &move{by: by, first: at}
				moves[by] = m
			}
			m.count++
			cost := a.bytes(at, at+4)
			m.bytes += cost
			total += cost
		}
	}
	c := &Cause{
		Name: "moved tables of pointers", Bytes: total,
		Cure: "put what grows behind what is pointed to, not before it: give tables and strings that others point to a section " +
			"of their own at the start of the image, and leave some room behind what changes often",
	}
	for _, m := range moves {
		if m.count >= tablePointers {
			text := fmt.Sprintf("%d pointers moved by %+d bytes, the first at %s", m.count, m.by, a.where(m.first))
			if at, ok := a.movedFrom(int(m.by)); ok {
				text += "; what moved so begins at " + a.where(at)
			}
			c.Evidence = append(c.Evidence, Evidence{m.first, m.bytes, text})
		}
	}
	slices.SortFunc(c.Evidence, func(a, b Evidence) int { return cmp.Compare(a.Offset, b.Offset) })
	if len(c.Evidence) == 0 || !a.worth(total) {
		return nil
	}
	return c
}

// movedFrom returns the first place of the new image that lies a distance further on
// than in the old one.
func (a *analysis) movedFrom(by int) (int, bool) {
	for _, c := range a.copies {
		if c.at-c.from == by {
			return c.at, true
		}
	}
	return 0, false
}

// pointer reports whether w points into an image of size bytes.
func (a *analysis) pointer(w uint32, size int) bool {
	return a.Address != 0 && w >= a.Address && w-a.Address < uint32(size)
}

// linkOrder looks for parts of the image that changed their order.
func (a *analysis) linkOrder() *Cause {
	const least = 48 // bytes: shorter copies are found anywhere
	var long []copied
	total := 0
	for _, c := range a.copies {
		if c.size >= least {
			long = append(long, c)
			total += c.size
		}
	}
	stay := inOrder(long)
	moved, cost := 0, 0.0
	c := &Cause{
		Name: "link order",
		Cure: "link objects in a fixed order: sort what a wildcard finds, sort sections by name (-Wl,--sort-section=name), " +
			"and with LTO use -flto-partition=one or -fno-toplevel-reorder",
	}
	for i, l := range long {
		if stay[i] {
			continue
		}
		moved += l.size
		bytes := a.bytes(l.at, l.at+1)
		cost += bytes
		c.Evidence = append(c.Evidence, Evidence{l.at, float64(l.size),
			fmt.Sprintf("%d bytes at %s come from 0x%x, out of order", l.size, a.where(l.at), l.from)})
	}
	if total < len(a.New)/4 || float64(moved) < orderShare*float64(total) || moved < 4*least {
		return nil
	}
	// The largest pieces are the best evidence; then say what each costs.
	slices.SortStableFunc(c.Evidence, func(a, b Evidence) int { return cmp.Compare(b.Bytes, a.Bytes) })
	if n := len(c.Evidence) - (evidenceMax - 1); n > 0 {
		c.Evidence = c.Evidence[:evidenceMax-1]
		c.More = n
	}
	for i := range c.Evidence {
		e := &c.Evidence[i]
		e.Bytes = a.bytes(e.Offset, e.Offset+1)
	}
	c.Evidence = append(c.Evidence, Evidence{-1, cost,
		fmt.Sprintf("%.0f %% of the copied bytes changed their order", 100*float64(moved)/float64(total))})
	c.Bytes = cost
	return c
}

// inOrder chooses of a list of copies those that keep their order and have most
// bytes together.
func inOrder(list []copied) []bool {
	best := make([]int, len(list)) // bytes of the chain that ends here
	last := make([]int, len(list))
	top := -1
	// The chains that no other with an earlier end exceeds, by that end.
	var ends []int
	for i, c := range list {
		best[i], last[i] = c.size, -1
		n, _ := slices.BinarySearchFunc(ends, c.from, func(j, from int) int {
			return cmp.Compare(list[j].from, from+1)
		})
		if n > 0 {
			last[i] = ends[n-1]
			best[i] += best[ends[n-1]]
		}
		end := n
		for end < len(ends) && best[ends[end]] <= best[i] {
			end++
		}
		ends = slices.Replace(ends, n, end, i)
		if top < 0 || best[i] > best[top] {
			top = i
		}
	}
	keep := make([]bool, len(list))
	for ; top >= 0; top = last[top] {
		keep[top] = true
	}
	return keep
}

// alignment looks for places where nothing but padding was added or left out.
func (a *analysis) alignment() *Cause {
	c := &Cause{
		Name: "padding that comes and goes",
		Cure: "align less, so that a change of two bytes does not move all that follows by four: -falign-functions=2 or -Os, " +
			"and do not sort by alignment; or align sections of changing code more, so that the room absorbs changes",
	}
	for i := 1; i < len(a.copies); i++ {
		p, q := a.copies[i-1], a.copies[i]
		end, from := p.at+p.size, p.from+p.size
		grown := (q.at - end) - (q.from - from)
		if grown == 0 || max(grown, -grown) > paddingMax || q.at < end || q.at-end > paddingMax {
			continue
		}
		// The old bytes between the copies are skipped, or copied twice.
		lo, hi := min(from, q.from), min(max(from, q.from), len(a.Old))
		if hi-lo > paddingMax || !padding(a.New[end:q.at]) || !padding(a.Old[lo:hi]) {
			continue
		}
		cost := a.bytes(end, q.at+1)
		c.Bytes += cost
		c.Evidence = append(c.Evidence, Evidence{q.at, cost, fmt.Sprintf("padding grew by %+d bytes before %s", grown, a.where(q.at))})
	}
	if len(c.Evidence) < alignedShifts || !a.worth(c.Bytes) {
		return nil
	}
	return c
}

// padding reports whether b is what fills a gap: zeros, ones, or no-operations.
func padding(b []byte) bool {
	for _, fill := range [][]byte{{0}, {0xFF}, {0x00, 0xBF}, {0xC0, 0x46}} {
		if len(bytes.ReplaceAll(b, fill, nil)) == 0 {
			return true
		}
	}
	return false
}

// opaque looks for new bytes that are compressed or encrypted.
func (a *analysis) opaque() *Cause {
	c := &Cause{
		Name: "compressed or encrypted data",
		Cure: "keep data as it is and let the patch compress it: what is compressed twice changes as a whole when one byte does",
	}
	flush := func(lo, hi int) {
		if hi-lo < opaqueSize || entropy(a.New[lo:hi]) < opaqueBits {
			return
		}
		cost := a.bytes(lo, hi)
		c.Bytes += cost
		c.Evidence = append(c.Evidence, Evidence{lo, cost, fmt.Sprintf("%d bytes at %s", hi-lo, a.where(lo))})
	}
	const step = 64
	start := -1
	for at := 0; at < len(a.New); at += step {
		end := min(at+step, len(a.New))
		if 8*a.bytes(at, end) >= opaqueBits*float64(end-at) {
			if start < 0 {
				start = at
			}
		} else if start >= 0 {
			flush(start, at)
			start = -1
		}
	}
	if start >= 0 {
		flush(start, len(a.New))
	}
	if !a.worth(c.Bytes) {
		return nil
	}
	return c
}

// entropy returns the bits of information in a byte of data.
func entropy(data []byte) float64 {
	var counts [256]float64
	for _, b := range data {
		counts[b]++
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			bits -= n / float64(len(data)) * math.Log2(n/float64(len(data)))
		}
	}
	return bits
}
