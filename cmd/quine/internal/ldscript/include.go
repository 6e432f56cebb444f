// SPDX-License-Identifier: BSD-3-Clause

package ldscript

import (
	"regexp"
	"strings"
)

// includeLine matches a command INCLUDE on a line of its own.
var includeLine = regexp.MustCompile(`(?m)^[ \t]*INCLUDE[ \t]+"?([^\s";]+)"?[ \t]*;?[ \t]*\r?$`)

// Expand replaces each line INCLUDE of text by the file that read returns, if it returns
// one, and so on in that. It returns the names of those files.
func Expand(text string, read func(name string) (data []byte, ok bool)) (string, []string) {
	const depthMax = 8
	var names []string
	for depth := 0; depth < depthMax; depth++ {
		before := len(names)
		code := blankComments(text)
		var b strings.Builder
		at := 0
		for _, m := range includeLine.FindAllStringSubmatchIndex(code, -1) {
			name := text[m[2]:m[3]]
			data, ok := read(name)
			if !ok {
				continue
			}
			names = append(names, name)
			b.WriteString(text[at:m[0]] + "/* " + name + " */\n" + strings.TrimRight(string(data), "\n"))
			at = m[1]
		}
		text = b.String() + text[at:]
		if len(names) == before {
			break
		}
	}
	return text, names
}

// blankComments returns text with spaces in place of comments.
func blankComments(text string) string {
	b := []byte(text)
	for at := 0; ; {
		start := strings.Index(text[at:], "/*")
		if start < 0 {
			return string(b)
		}
		start += at
		end := len(text)
		if n := strings.Index(text[start+2:], "*/"); n >= 0 {
			end = start + 2 + n + 2
		}
		for i := start; i < end; i++ {
			if b[i] != '\n' {
				b[i] = ' '
			}
		}
		at = end
	}
}
