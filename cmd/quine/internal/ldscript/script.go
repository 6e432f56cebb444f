// SPDX-License-Identifier: BSD-3-Clause

// Package ldscript reads linker scripts of GNU ld as far as one must to add Quine to
// them: the memory regions, the entry, and what the output sections gather. It is
// written after the manual of binutils, chapter 3, and keeps the place of everything it
// reads, so that edits leave the rest of a script as it is.
package ldscript

import (
	"bytes"
	"fmt"
	"strings"
)

// A Script is a parsed linker script.
type Script struct {
	Name string
	Text string

	Regions []Region
	Aliases map[string]string // names given to regions by REGION_ALIAS
	Symbols map[string]uint64 // those whose value is a constant
	Entry   *Call             // the last ENTRY, nil if there is none
	Memory  Span              // of the command MEMORY, empty if there is none

	// Body is the text between the braces of the first command SECTIONS. Those that
	// are put into another script by INSERT do not count.
	Body     Span
	Sections []Section
	Includes []Include
	Asserts  []Span // the commands ASSERT, with the semicolon
}

// A Span is a piece of the script's text, as offsets into it.
type Span struct{ Start, End int }

// A Region is one of the command MEMORY.
type Region struct {
	Name           string
	Origin, Length uint64 // bytes
	Place          Span   // of the name
	LengthPlace    Span   // of the length's expression
}

// End returns the first address behind the region.
func (r *Region) End() uint64 { return r.Origin + r.Length }

// A Call is a command with one argument.
type Call struct {
	Argument string
	Place    Span // of the argument
}

// A Section is an output section.
type Section struct {
	Name       string
	Region     string // > region, empty if none is named
	HasAddress bool   // an expression states its address
	Place      Span   // from the name to the end of all that follows the braces
	Statements []Statement
}

// A Statement is one thing in the braces of an output section: an assignment if Symbol
// is set, and else what it gathers or writes.
type Statement struct {
	Symbol string
	Place  Span // with the semicolon
}

// An Include is a command INCLUDE.
type Include struct {
	File  string
	Place Span
}

// An Error tells what of a script was not understood, where, and what to do about it.
type Error struct {
	File    string
	Line    int
	Message string
	Cure    string
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message) }

// Line returns the number of the line that holds the byte at offset, counted from 1.
func (s *Script) Line(offset int) int {
	return 1 + bytes.Count([]byte(s.Text[:min(offset, len(s.Text))]), []byte("\n"))
}

// Errorf returns an error about the place at offset.
func (s *Script) Errorf(offset int, cure, format string, args ...any) *Error {
	return &Error{File: s.Name, Line: s.Line(offset), Message: fmt.Sprintf(format, args...), Cure: cure}
}

// Region returns the region of that name, or of that alias, or nil.
func (s *Script) Region(name string) *Region {
	if to, ok := s.Aliases[name]; ok {
		name = to
	}
	for i := range s.Regions {
		if s.Regions[i].Name == name {
			return &s.Regions[i]
		}
	}
	return nil
}

// Source returns the text at a place.
func (s *Script) Source(p Span) string { return s.Text[p.Start:p.End] }

// Plain returns the text at a place without comments, on one line.
func (s *Script) Plain(p Span) string {
	return strings.Join(strings.Fields(blankComments(s.Source(p))), " ")
}
