// SPDX-License-Identifier: BSD-3-Clause

package ldscript

import (
	"cmp"
	"slices"
	"strings"
)

// An Edit replaces a piece of a script.
type Edit struct {
	At   Span
	Text string
}

// Apply returns the script's text with all edits, which must not overlap.
func (s *Script) Apply(list []Edit) string {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Edit) int { return cmp.Compare(a.At.Start, b.At.Start) })
	var b strings.Builder
	at := 0
	for _, e := range list {
		b.WriteString(s.Text[at:e.At.Start])
		b.WriteString(e.Text)
		at = e.At.End
	}
	b.WriteString(s.Text[at:])
	return b.String()
}

// Indent returns the white space at the start of the line that holds the byte at
// offset.
func (s *Script) Indent(offset int) string {
	line := s.Text[strings.LastIndexByte(s.Text[:offset], '\n')+1:]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// Lines returns p, and the lines it lies in if nothing else but a comment behind it
// does.
func (s *Script) Lines(p Span) Span {
	start := strings.LastIndexByte(s.Text[:p.Start], '\n') + 1
	end := len(s.Text)
	if n := strings.IndexByte(s.Text[p.End:], '\n'); n >= 0 {
		end = p.End + n + 1
	}
	tail := strings.TrimSpace(s.Text[p.End:end])
	comment := strings.HasPrefix(tail, "/*") && strings.Index(tail, "*/") == len(tail)-2
	if strings.TrimSpace(s.Text[start:p.Start]) == "" && (tail == "" || comment) {
		return Span{start, end}
	}
	return p
}
