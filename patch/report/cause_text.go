// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strings"
)

// A textCause is a cause that shows in a string of the image that the old image does
// not have.
type textCause struct {
	name    string
	pattern *regexp.Regexp // its first group, if any, is what changed
	accept  func(string) bool
	cure    string
}

var textCauses = []textCause{
	{
		name: "build date or time",
		pattern: regexp.MustCompile(`\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 0-3]\d 20\d\d\b` +
			`|\b[0-2]\d:[0-5]\d:[0-5]\d\b` +
			`|\b20\d\d[-/.][01]\d[-/.][0-3]\d\b|\b[0-3]\d[-/.][01]\d[-/.]20\d\d\b` +
			`|\b20[1-4]\d[01]\d[0-3]\d\b`),
		cure: "do without __DATE__ and __TIME__ (-Wdate-time finds them), or set SOURCE_DATE_EPOCH to the time of the commit; " +
			"the version belongs in the manifest",
	},
	{
		name:    "path of the build directory",
		pattern: regexp.MustCompile(`/(?:home|Users|tmp|builds?|root|opt|mnt|var|work|workspace|github|__w|usr/src)/[\w./+@-]+|\b[A-Za-z]:[\\/][\w.\\/+@ -]+`),
		cure:    "compile with -ffile-prefix-map=$PWD=. so that __FILE__ and assert do not know where the sources lie",
	},
	{
		name:    "revision of the sources",
		pattern: regexp.MustCompile(`(?:\b|-g|_g|_)((?:[0-9a-f]{40}|[0-9a-f]{7,12})(?:-dirty)?)(?:\b|_)`),
		accept:  isRevision,
		cure: "keep the revision out of the code: a release is told by the version and the build id in its manifest; " +
			"if a string is needed, give it a fixed place and a fixed length",
	},
}

// isRevision tells a hash from a word and from a decimal number.
func isRevision(s string) bool {
	s = strings.TrimSuffix(s, "-dirty")
	digits := 0
	for _, c := range s {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return digits > 0 && digits < len(s)
}

// minText is the length from which printable bytes count as text.
const minText = 6

// textCauses looks for text that changed and need not.
func (a *analysis) textCauses() []Cause {
	var list []Cause
	for _, t := range textCauses {
		c := Cause{Name: t.name, Cure: t.cure}
		known := map[string]bool{}
		t.find(a.Old, func(_ int, text string) { known[text] = true })
		t.find(a.New, func(at int, text string) {
			if !known[text] {
				known[text] = true
				e := a.textEvidence(at, text, t.pattern)
				c.Bytes += e.Bytes
				c.Evidence = append(c.Evidence, e)
			}
		})
		if len(c.Evidence) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// find calls visit for what matches t in an image.
func (t *textCause) find(image []byte, visit func(at int, text string)) {
	for _, run := range textRuns(image) {
		text := image[run[0]:run[1]]
		for _, m := range t.pattern.FindAllSubmatchIndex(text, -1) {
			if len(m) > 2 && m[2] >= 0 {
				m = m[2:]
			}
			if s := string(text[m[0]:m[1]]); t.accept == nil || t.accept(s) {
				visit(run[0]+m[0], s)
			}
		}
	}
}

// textEvidence tells about a text at an offset, and what stood in its place if that
// matched the same pattern.
func (a *analysis) textEvidence(at int, found string, pattern *regexp.Regexp) Evidence {
	// What follows the text begins with an operation of its own.
	e := Evidence{Offset: at, Bytes: a.bytes(at-1, at+len(found)+1)}
	was := ""
	if from, ok := a.origin(at); ok {
		was = nearest(a.Old, from, len(found), pattern)
	}
	skip := 0
	for skip < min(len(was), len(found)) && was[skip] == found[skip] {
		skip++
	}
	e.Text = fmt.Sprintf("\"%s\" at %s", shortened(found, skip), a.where(at))
	if was != "" {
		e.Text += fmt.Sprintf(", was \"%s\"", shortened(was, skip))
	}
	return e
}

// nearest returns the match of pattern in data that starts nearest to a place; of
// matches with different lengths, one of those nearest to size.
func nearest(data []byte, at, size int, pattern *regexp.Regexp) string {
	const around = 24
	lo, hi := max(at-around, 0), min(at+size+around, len(data))
	if lo >= hi {
		return ""
	}
	best, found := math.MaxInt, ""
	for _, m := range pattern.FindAllSubmatchIndex(data[lo:hi], -1) {
		if len(m) > 2 && m[2] >= 0 {
			m = m[2:]
		}
		away := lo + m[0] - at
		length := m[1] - m[0] - size
		if score := max(away, -away) + 4*max(length, -length); score < best {
			best, found = score, string(data[lo+m[0]:lo+m[1]])
		}
	}
	return found
}

// shortened cuts a long text so that what follows the first skip bytes is seen.
func shortened(s string, skip int) string {
	const most, before = 60, 20
	if len(s) <= most {
		return s
	}
	if start := min(skip-before, len(s)-most); start > 0 {
		s = "..." + s[start:]
	}
	if len(s) > most {
		s = s[:most] + "..."
	}
	return s
}

// textRuns returns start and end of each run of printable bytes.
func textRuns(data []byte) [][2]int {
	var runs [][2]int
	start := 0
	for i := range len(data) + 1 {
		if i < len(data) && (data[i] >= ' ' && data[i] <= '~' || data[i] == '\t' || data[i] == '\n' || data[i] == '\r') {
			continue
		}
		if i-start >= minText {
			runs = append(runs, [2]int{start, i})
		}
		start = i + 1
	}
	return runs
}

// buildID looks for the note with which linkers name a program by its content.
func (a *analysis) buildID() *Cause {
	note := []byte("\x03\x00\x00\x00GNU\x00")
	at := bytes.Index(a.New, note)
	before := bytes.Index(a.Old, note)
	if at < 8 || before < 8 {
		return nil
	}
	size := int(a.New[at-4])
	lo := at + len(note)
	if size < 4 || size > 64 || lo+size > len(a.New) || bytes.Contains(a.Old, a.New[lo:lo+size]) {
		return nil
	}
	cost := a.bytes(lo-1, lo+size+1)
	return &Cause{
		Name: "build id", Bytes: cost,
		Evidence: []Evidence{{lo, cost, fmt.Sprintf("note of %d bytes at %s", size, a.where(lo))}},
		Cure:     "link with -Wl,--build-id=none, or keep the note out of flash; quine seal keeps the first 8 bytes of the id in the manifest",
	}
}
