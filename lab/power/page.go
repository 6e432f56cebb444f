// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
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
		Bands         []band
		Marks, Strip  []mark
		Phase         float64
		Width, Height int
		StripHeight   int
		Duration      string
	}{
		r, title, r.rows(), r.bands(), r.marks(), r.strip(), r.phase(), pictureWidth, pictureHeight, stripHeight, duration(r.total()),
	})
}

// rows are the lines of the text report.
func (r *Result) rows() [][2]string {
	return [][2]string{
		{"Old image", r.From.String()}, {"New image", r.To.String()}, {"Patch", fmt.Sprintf("%d bytes", r.PatchSize)},
		{"Operations", r.operations()}, {"Power cuts", r.cuts()}, {"Bricks", r.bricks()}, {"Then ran", r.ran()},
		{"Boots to recover", fmt.Sprintf("at most %d, for instance --replay %s", r.MostBoots, r.Slowest)}, {"Erase cycles", r.cycles()}, {"Install", r.install()}, {"Boot sector", r.window()},
		{"Part data", r.data()}, {"Not covered", strings.Join(r.NotCovered, "; ")}, {"Tool", "quine " + r.Tool},
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

// A band is a run of erase units in the picture. What lies between is left out.
type band struct {
	from, end uint32 // offsets
	Y, H      float64
	Label     string
}

// bands places the units that the update changes.
func (r *Result) bands() (list []band) {
	const gap = 14
	total := 0.0
	for _, u := range r.Units {
		if u.Store {
			continue
		}
		if n := len(list); n > 0 && list[n-1].end == u.Offset {
			list[n-1].end += u.Size
		} else {
			list = append(list, band{from: u.Offset, end: u.Offset + u.Size, Label: fmt.Sprintf("0x%05x", u.Offset)})
		}
		total += float64(u.Size)
	}
	scale := (pictureHeight - gap*float64(max(len(list)-1, 0))) / max(total, 1)
	y := 0.0
	for i := range list {
		b := &list[i]
		b.Y, b.H = y, float64(b.end-b.from)*scale
		y += b.H + gap
	}
	return list
}

// marks draws flash over time: each erase, and programs that follow one another closely as
// one.
func (r *Result) marks() (list []mark) {
	bands := r.bands()
	r.times(func(s *Step, x, w float64) {
		for _, b := range bands {
			if s.Store || s.Offset < b.from || s.Offset >= b.end {
				continue
			}
			scale := b.H / float64(b.end-b.from)
			m := mark{X: x, Y: b.Y + float64(s.Offset-b.from)*scale, W: max(w, 1), H: max(float64(s.Size)*scale, 1), Class: "program"}
			if s.Erase {
				m.Class, m.Hover = "erase", fmt.Sprintf("%v, %s", s.Operation, duration(s.Typical))
			} else if n := len(list); n > 0 && list[n-1].joins(m) {
				return
			}
			list = append(list, m)
		}
	})
	return list
}

// joins makes m cover another mark of a program, too, if that lies beside it.
func (m *mark) joins(o mark) bool {
	low, high := min(m.Y, o.Y), max(m.Y+m.H, o.Y+o.H)
	if m.Class != "program" || o.X-m.X > 2 || high-low > 12 {
		return false
	}
	m.Y, m.H, m.W = low, high-low, o.X+o.W-m.X
	return true
}

// phase returns where in the picture the download ends.
func (r *Result) phase() (x float64) {
	n := 0
	r.times(func(_ *Step, at, w float64) {
		if n++; n <= r.Download {
			x = at + w
		}
	})
	return x
}

// strip draws below that what cuts came to, the worst for each pixel. It stays blank where
// no operation was cut.
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
