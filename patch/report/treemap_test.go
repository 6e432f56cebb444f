// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSquarify checks that areas are proportional, that they fill the rectangle, and
// that none overlaps another.
func TestSquarify(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	frame := rect{10, 20, 300, 170}
	for n := 1; n < 60; n++ {
		var values []float64
		total := 0.0
		for range n {
			v := math.Exp(6 * rng.Float64())
			values = append(values, v)
			total += v
		}
		slices.SortFunc(values, func(a, b float64) int { return int(math.Copysign(1, b-a)) })
		areas := squarify(values, frame)
		if len(areas) != n {
			t.Fatalf("%d areas for %d values", len(areas), n)
		}
		for i, a := range areas {
			want := values[i] / total * frame.W * frame.H
			if math.Abs(a.W*a.H-want) > 1e-6*want {
				t.Fatalf("%d of %d has the area %f, not %f", i, n, a.W*a.H, want)
			}
			if a.X < frame.X-1e-6 || a.Y < frame.Y-1e-6 || a.X+a.W > frame.X+frame.W+1e-6 || a.Y+a.H > frame.Y+frame.H+1e-6 {
				t.Fatalf("%d of %d leaves the frame: %+v", i, n, a)
			}
			for j, b := range areas[:i] {
				if overlap(a.X, a.W, b.X, b.W)*overlap(a.Y, a.H, b.Y, b.H) > 1e-6 {
					t.Fatalf("%d and %d of %d overlap: %+v %+v", i, j, n, a, b)
				}
			}
		}
	}
	if len(squarify(nil, frame)) != 0 {
		t.Error("something of nothing")
	}
}

// overlap returns the length that two intervals share.
func overlap(a, la, b, lb float64) float64 {
	return max(0, min(a+la, b+lb)-max(a, b))
}

// TestSquarifySquares checks that areas are nearly square.
func TestSquarifySquares(t *testing.T) {
	// The example of the paper.
	for _, a := range squarify([]float64{6, 6, 4, 3, 2, 2, 1}, rect{0, 0, 6, 4}) {
		if r := max(a.W/a.H, a.H/a.W); r > 25.0/9+1e-9 {
			t.Errorf("%+v has sides of %.2f:1", a, r)
		}
	}
}
