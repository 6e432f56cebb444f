// SPDX-License-Identifier: BSD-3-Clause

package ldscript

import "strings"

// cureLD is the cure for what ld refuses, too.
const cureLD = "let ld read the script, which refuses it in its own words: arm-none-eabi-ld -T"

// A scanner walks through the text of a script. What a name is depends on where it
// stands, so the parser asks for a name or for a symbol of an expression.
type scanner struct {
	script *Script
	text   string
	at     int
}

// fail ends the parse with an error about the place at offset.
func (s *scanner) fail(offset int, cure, format string, args ...any) {
	panic(s.script.Errorf(offset, cure, format, args...))
}

// skip moves to the next byte that is neither white space nor part of a comment.
func (s *scanner) skip() {
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch {
		case strings.IndexByte(" \t\r\n\f\v", rest[0]) >= 0:
			s.at++
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				s.fail(s.at, "end it with */", "comment does not end")
			}
			s.at += n + 4
		case rest[0] == '#' && (s.at == 0 || s.text[s.at-1] == '\n'):
			s.fail(s.at, "run the preprocessor first, as your build does: arm-none-eabi-cpp -P "+s.script.Name+" > plain.ld",
				"line is one of the C preprocessor")
		default:
			return
		}
	}
}

// peek returns the next byte that counts, 0 at the end.
func (s *scanner) peek() byte {
	s.skip()
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

// accept moves behind text if that comes next, and reports whether it did.
func (s *scanner) accept(text string) bool {
	s.skip()
	if !strings.HasPrefix(s.text[s.at:], text) {
		return false
	}
	s.at += len(text)
	return true
}

// expect moves behind text, which must come next.
func (s *scanner) expect(text, where string) {
	if !s.accept(text) {
		s.fail(s.at, cureLD, "expected %q %s", text, where)
	}
}

// Bytes that names are made of: those of symbols, and those of files, sections and
// patterns.
const (
	letters    = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.$0123456789"
	nameLetter = letters + "/\\~-+:[]*?!^"
	sections   = letters + "/\\~-+[]*?!^"
)

// take returns the run of bytes of set, or the text between quotes.
func (s *scanner) take(set string) (string, Span) {
	s.skip()
	start := s.at
	if s.at < len(s.text) && s.text[s.at] == '"' {
		n := strings.IndexByte(s.text[s.at+1:], '"')
		if n < 0 {
			s.fail(start, "end it with a quote", "text in quotes does not end")
		}
		s.at += n + 2
		return s.text[start+1 : s.at-1], Span{start, s.at}
	}
	for s.at < len(s.text) && strings.IndexByte(set, s.text[s.at]) >= 0 {
		s.at++
	}
	return s.text[start:s.at], Span{start, s.at}
}

// name returns a name, which must come next.
func (s *scanner) name(set, what string) (string, Span) {
	name, place := s.take(set)
	if name == "" {
		s.fail(place.Start, cureLD, "expected %s", what)
	}
	return name, place
}

// balance moves behind the bracket that closes the one that comes next.
func (s *scanner) balance() {
	start, depth := s.at, 0
	for {
		switch s.peek() {
		case '(', '{':
			depth++
		case ')', '}':
			if depth--; depth == 0 {
				s.at++
				return
			}
		case '"':
			s.take(letters)
			continue
		case 0:
			s.fail(start, "close it", "bracket is not closed")
		}
		s.at++
	}
}
