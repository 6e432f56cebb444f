// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var pageText string

// Size of the picture, in pixels.
const (
	pictureWidth  = 1160
	pictureHeight = 360
	stripHeight   = 26
)

// A mark is a rectangle of the picture.
type mark struct {
	X, Y, W, H float64
	Class      string
	Hover      string
}

// WriteHTML writes the result as one page that needs nothing else. The title says what it
// is about.
func (r *Result) WriteHTML(w io.Writer, title string) error {
	page, err := template.New("page").Parse(pageText)
	if err != nil {
		return err
	}
	return page.Execute(w, struct {
		*Result
		Title         string
		Rows          [][2]string
		Marks, Strip  []mark
		Width, Height int
		StripHeight   int
		Duration      string
	}{
		r, title, r.rows(), r.marks(), r.strip(), pictureWidth, pictureHeight, stripHeight, duration(r.total()),
	})
}

// rows are the lines of the text report.
func (r *Result) rows() [][2]string {
	return [][2]string{
		{"Operations", r.operations()}, {"Power cuts", r.cuts()},
		{"Then ran", fmt.Sprintf("the new image %d times, the old one first %d times, %s", r.New, r.Old, r.again())},
		{"Boots to recover", fmt.Sprintf("at most %d", r.MostBoots)}, {"Erase cycles", r.cycles()},
		{"Install", r.install()}, {"Boot sector", r.window()},
	}
}

// total returns how long all operations take.
func (r *Result) total() (ms float64) {
	for i := range r.Timeline {
		ms += r.Timeline[i].Typical
	}
	return ms
}

// times calls f for each operation with its place and width in the picture.
func (r *Result) times(f func(s *Step, x, w float64)) {
	scale := pictureWidth / max(r.total(), 1e-9)
	x := 0.0
	for i := range r.Timeline {
		s := &r.Timeline[i]
		w := s.Typical * scale
		f(s, x, w)
		x += w
	}
}

// marks draws flash over time: each erase, and programs that follow one another in a unit
// of the picture as one.
func (r *Result) marks() (list []mark) {
	end := uint32(1)
	for i := range r.Timeline {
		end = max(end, r.Timeline[i].Offset+r.Timeline[i].Size)
	}
	scale := pictureHeight / float64(end)
	r.times(func(s *Step, x, w float64) {
		if s.Store {
			return
		}
		m := mark{X: x, Y: float64(s.Offset) * scale, W: max(w, 1), H: max(float64(s.Size)*scale, 1), Class: "program"}
		if s.Erase {
			m.Class = "erase"
			m.Hover = fmt.Sprintf("%v, %s", s.Operation, duration(s.Typical))
		} else if n := len(list); n > 0 && list[n-1].Class == "program" && x-list[n-1].X < 2 {
			last := &list[n-1] // join
			low, high := min(last.Y, m.Y), max(last.Y+last.H, m.Y+m.H)
			if high-low < 12 {
				last.Y, last.H, last.W = low, high-low, x+m.W-last.X
				return
			}
		}
		list = append(list, m)
	})
	return list
}

// strip draws below that what cuts came to, the worst for each pixel.
func (r *Result) strip() (list []mark) {
	classes := [...]string{"none", "new", "old", "window", "brick"}
	var worst [pictureWidth]int
	r.times(func(s *Step, x, w float64) {
		k := 0
		for i, n := range [...]int{0, s.New, s.Old, s.Window, s.Bricks} {
			if n > 0 {
				k = i
			}
		}
		for p := int(x); p <= int(x+w) && p < pictureWidth; p++ {
			worst[p] = max(worst[p], k)
		}
	})
	for from := 0; from < pictureWidth; {
		end := from
		for end < pictureWidth && worst[end] == worst[from] {
			end++
		}
		list = append(list, mark{X: float64(from), W: float64(end - from), H: stripHeight, Class: classes[worst[from]]})
		from = end
	}
	return list
}
