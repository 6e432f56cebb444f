// SPDX-License-Identifier: BSD-3-Clause

package docs

import (
	"regexp"
	"strconv"
	"strings"
)

// match compares what is wanted with what was printed. It returns the wanted lines
// with the numbers of today.
func match(want, got []string) ([]string, bool) {
	if len(want) == 0 {
		return nil, len(got) == 0
	}
	if strings.TrimSpace(want[0]) == "..." {
		for skip := 0; skip <= len(got); skip++ {
			if rest, ok := match(want[1:], got[skip:]); ok {
				return append([]string{want[0]}, rest...), true
			}
		}
		return nil, false
	}
	if len(got) == 0 || !matchLine(want[0], got[0]) {
		return nil, false
	}
	rest, ok := match(want[1:], got[1:])
	line := got[0]
	if strings.Contains(want[0], "...") {
		line = want[0]
	}
	return append([]string{line}, rest...), ok
}

// matchLine compares two lines, of which the first may hold "...".
func matchLine(want, got string) bool {
	want, got = squeeze(want), squeeze(got)
	pieces := strings.Split(want, "...")
	if len(pieces) == 1 {
		return same(want, got)
	}
	// The pieces around dots are short enough to compare them exactly.
	pattern := "^"
	for i, p := range pieces {
		if i > 0 {
			pattern += ".*"
		}
		pattern += variable.ReplaceAllStringFunc(regexp.QuoteMeta(p), func(number string) string {
			if len(number) == 1 {
				return number
			}
			return `[0-9A-Fa-fx.]+`
		})
	}
	return regexp.MustCompile(pattern + "$").MatchString(got)
}

// squeeze makes one space of many: columns are as wide as the numbers in them.
func squeeze(line string) string { return strings.Join(strings.Fields(line), " ") }

// variable matches what may change: addresses, ids and numbers.
var variable = regexp.MustCompile(`0x[0-9A-Fa-f]+|\b[0-9a-f]{16,}\b|[0-9]+(\.[0-9]+)?`)

// same reports whether two lines are equal but for what may change.
func same(want, got string) bool {
	a, b := variable.FindAllString(want, -1), variable.FindAllString(got, -1)
	if len(a) != len(b) || variable.ReplaceAllString(want, "#") != variable.ReplaceAllString(got, "#") {
		return false
	}
	for i := range a {
		if !near(a[i], b[i]) {
			return false
		}
	}
	return true
}

// near reports whether two numbers may stand for each other.
func near(a, b string) bool {
	const free = 16 // digits of an id; addresses begin with 0x
	if a == b || strings.HasPrefix(a, "0x") && strings.HasPrefix(b, "0x") || len(a) >= free && len(b) >= free {
		return true
	}
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && min(x, y) >= 10 && max(x, y) <= 1.5*min(x, y) ||
		strings.Contains(a, ".") && strings.Contains(b, ".") && max(x, y) <= 2*min(x, y)
}
