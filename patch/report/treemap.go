// SPDX-License-Identifier: BSD-3-Clause

package report

// A rect is a rectangle.
type rect struct{ X, Y, W, H float64 }

// inset returns r without a border; top is that above it.
func (r rect) inset(border, top float64) rect {
	return rect{r.X + border, r.Y + top, max(0, r.W-2*border), max(0, r.H-border-top)}
}

// squarify divides r into rectangles whose areas are proportional to values, which
// must be positive and in falling order. It follows Bruls, Huizing and van Wijk,
// "Squarified Treemaps" (2000): rows are laid along the shorter side, and a row takes
// one more value as long as that makes its worst rectangle no less square.
func squarify(values []float64, r rect) []rect {
	total := 0.0
	for _, v := range values {
		total += v
	}
	out := make([]rect, 0, len(values))
	if total <= 0 {
		return append(out, make([]rect, len(values))...)
	}
	scale := r.W * r.H / total
	for len(values) > 0 {
		side := min(r.W, r.H)
		n, sum := 1, values[0]*scale
		for n < len(values) {
			next := sum + values[n]*scale
			if worst(values[0]*scale, values[n]*scale, next, side) > worst(values[0]*scale, values[n-1]*scale, sum, side) {
				break
			}
			n, sum = n+1, next
		}
		out, r = layRow(out, values[:n], scale, sum, r)
		values = values[n:]
	}
	return out
}

// worst returns the highest ratio of sides in a row along side, of rectangles whose
// areas sum up to sum and go from low to high.
func worst(high, low, sum, side float64) float64 {
	s := side * side / (sum * sum)
	return max(high*s, 1/(low*s))
}

// layRow appends the rectangles of a row at the left or upper edge of r and returns
// what is left of r.
func layRow(out []rect, values []float64, scale, sum float64, r rect) ([]rect, rect) {
	if r.W >= r.H {
		depth, y := sum/r.H, r.Y
		for _, v := range values {
			h := v * scale / depth
			out = append(out, rect{r.X, y, depth, h})
			y += h
		}
		return out, rect{r.X + depth, r.Y, max(0, r.W-depth), r.H}
	}
	depth, x := sum/r.W, r.X
	for _, v := range values {
		w := v * scale / depth
		out = append(out, rect{x, r.Y, w, depth})
		x += w
	}
	return out, rect{r.X, r.Y + depth, r.W, max(0, r.H-depth)}
}
