// SPDX-License-Identifier: BSD-3-Clause

package main

import "math"

// A tally is how many zeros and ones were seen, weighted.
type tally [2]float64

func (t *tally) add(n [2]int, weight float64) {
	t[0] += weight * float64(n[0])
	t[1] += weight * float64(n[1])
}

// evidence is how much was seen.
func (t tally) evidence() float64 { return t[0] + t[1] }

// level returns the level nearest to a tally, where as much doubt speaks for a zero
// and for a one.
func (t tally) level(doubt float64) int {
	x := stretchUnit * math.Log((t[0]+doubt)/(t[1]+doubt))
	best := 0
	levels := levelTable()
	for i, l := range levels {
		if math.Abs(x-float64(l)) < math.Abs(x-float64(levels[best])) {
			best = i
		}
	}
	return best
}

// pack turns levels into a table.
func pack(tallies []tally, level func(tally) int) string {
	b := make([]byte, (len(tallies)+1)/2)
	for i, t := range tallies {
		b[i/2] |= byte(level(t) << (i & 1 * 4))
	}
	return string(b)
}
