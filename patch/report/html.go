// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

//go:embed page.html
var pageText string

// Size of the treemap, and what its parts need, in pixels.
const (
	mapWidth    = 1200
	mapHeight   = 620
	groupBorder = 2
	groupHead   = 18
	cellMin     = 20   // square pixels below which cells are joined
	cellsMax    = 1500 // cells in a group
	letterWidth = 6.6
	lineHeight  = 14
)

// WriteHTML writes r as one page that needs nothing else. The title says what it is
// about.
func (r *Report) WriteHTML(w io.Writer, title string) error {
	page, err := template.New("page").Funcs(template.FuncMap{
		"share": r.share,
		"class": class,
		"hex":   func(n int) string { return fmt.Sprintf("0x%05x", n) },
		"bytes": func(b float64) string { return fmt.Sprintf("%.1f", b) },
		"short": func(b float64) string { return fmt.Sprintf("%.0f", b) },
		"width": func(b float64) string { return fmt.Sprintf("%.3f%%", 100*b/float64(max(r.PatchSize, 1))) },
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return page.Execute(w, struct {
		*Report
		Title     string
		Percent   string
		Groups    []group
		Top       []Place
		Others    int
		BlockSize int
		Width     int
		Height    int
	}{
		r, title, fmt.Sprintf("%.2f", r.percent()), r.groups(),
		r.Places[:min(len(r.Places), tableMax)], max(0, len(r.Places)-tableMax),
		blockSize, mapWidth, mapHeight,
	})
}

// tableMax is how many places the table of a page has.
const tableMax = 100

// class returns the CSS class of a kind.
func class(kind string) string { return strings.ReplaceAll(kind, " ", "-") }

// A group is a section in the treemap.
type group struct {
	Name  string
	Bytes float64
	rect
	Label string
	Cells []cell
}

// A cell is a place in the treemap, or several small ones.
type cell struct {
	Kind   string // the most expensive one
	Hover  string
	Labels []label
	rect
}

// A label is a line of text.
type label struct {
	X, Y float64
	Text string
}

// groups lays out the treemap: sections, and in each its places.
func (r *Report) groups() []group {
	bySection := map[string][]Place{}
	for _, p := range r.Places {
		bySection[p.Section] = append(bySection[p.Section], p)
	}
	var groups []group
	for name, places := range bySection {
		g := group{Name: name}
		for _, p := range places {
			g.Bytes += p.Bytes
		}
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name))
	})
	var sizes []float64
	for _, g := range groups {
		sizes = append(sizes, g.Bytes)
	}
	for i, area := range squarify(sizes, rect{0, 0, mapWidth, mapHeight}) {
		g := &groups[i]
		g.rect = area
		inner := area
		if len(groups) > 1 {
			name := g.Name
			if name == "" {
				name = "(no section)"
			}
			g.Label = fitted(fmt.Sprintf("%s  %.0f", name, g.Bytes), area.W-8)
			inner = area.inset(groupBorder, groupHead)
			if area.H < 2*groupHead {
				g.Label, inner = "", area.inset(groupBorder, groupBorder)
			}
		}
		g.Cells = r.cells(bySection[g.Name], inner)
	}
	return groups
}

// cells lays out places, the most expensive first, in an area. Those too small to
// be seen share the last cell.
func (r *Report) cells(places []Place, area rect) []cell {
	total := 0.0
	for _, p := range places {
		total += p.Bytes
	}
	shown := 0
	for shown < min(len(places), cellsMax) && places[shown].Bytes*area.W*area.H >= cellMin*total {
		shown++
	}
	rest := joined(places[shown:])
	places = slices.Clip(places[:shown])
	if rest.Bytes > 0 {
		places = append(places, rest)
	}
	var sizes []float64
	for _, p := range places {
		sizes = append(sizes, p.Bytes)
	}
	var cells []cell
	for i, a := range squarify(sizes, area) {
		p := &places[i]
		c := cell{rect: a, Hover: r.hover(p), Kind: "others"}
		if i < shown {
			c.Kind = costly(p.Kinds)[0]
		}
		c.label(p.Name, fmt.Sprintf("%.0f B", p.Bytes))
		cells = append(cells, c)
	}
	return cells
}

// joined returns what places are together.
func joined(places []Place) Place {
	sum := Place{Name: fmt.Sprintf("%d others", len(places)), Offset: -1, Kinds: map[string]float64{}}
	for _, p := range places {
		sum.Bytes += p.Bytes
		sum.Size += p.Size
		for k, b := range p.Kinds {
			sum.Kinds[k] += b
		}
	}
	return sum
}

// label writes lines into c as far as there is room.
func (c *cell) label(lines ...string) {
	for i, line := range lines {
		y := c.Y + float64(i+1)*lineHeight
		text := fitted(line, c.W-6)
		if text == "" || y > c.Y+c.H-2 {
			return
		}
		c.Labels = append(c.Labels, label{c.X + 3, y, text})
	}
}

// fitted shortens text to a width; to nothing if hardly any would be left.
func fitted(text string, width float64) string {
	n := int(width / letterWidth)
	letters := []rune(text)
	switch {
	case len(letters) <= n:
		return text
	case n < 4:
		return ""
	}
	return string(letters[:n-1]) + "…"
}

// costly returns the names of kinds by falling cost.
func costly(kinds map[string]float64) []string {
	var names []string
	for k := range kinds {
		names = append(names, k)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(kinds[b], kinds[a]), cmp.Compare(a, b))
	})
	return names
}

// hover tells all about a place.
func (r *Report) hover(p *Place) string {
	var b strings.Builder
	b.WriteString(p.Name)
	if p.Section != "" {
		b.WriteString("  (" + p.Section + ")")
	}
	fmt.Fprintf(&b, "\n%.1f bytes of the patch, %s", p.Bytes, r.share(p.Bytes))
	fmt.Fprintf(&b, "\n%d bytes of the image", p.Size)
	if p.Offset >= 0 {
		fmt.Fprintf(&b, " at 0x%05x", p.Offset)
	}
	for _, k := range costly(p.Kinds) {
		fmt.Fprintf(&b, "\n  %.1f %s", p.Kinds[k], k)
	}
	return b.String()
}
