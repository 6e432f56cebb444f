// SPDX-License-Identifier: BSD-3-Clause

package ldscript

import (
	"maps"
	"slices"
	"strings"
)

// A parser reads a script. What it cannot read ends it by a panic of *Error.
type parser struct {
	scanner
	depth int // of brackets
}

// Parse reads a script; name is for messages, and symbols are those that the linker's
// command line defines. It returns an *Error if it cannot.
func Parse(name string, data []byte, symbols map[string]uint64) (s *Script, err error) {
	s = &Script{Name: name, Text: string(data), Aliases: map[string]string{}, Symbols: map[string]uint64{}}
	maps.Copy(s.Symbols, symbols)
	p := &parser{scanner: scanner{script: s, text: s.Text}}
	defer func() {
		if r := recover(); r != nil {
			e, ours := r.(*Error)
			if !ours {
				panic(r)
			}
			s, err = nil, e
		}
	}()
	for p.peek() != 0 {
		p.command()
	}
	return s, nil
}

// command reads a command outside of all braces.
func (p *parser) command() {
	if p.accept(";") {
		return
	}
	word, place := p.name(letters, "a command")
	switch {
	case word == "MEMORY":
		p.memory(place.Start)
	case word == "SECTIONS":
		p.sections()
	case word == "ENTRY":
		p.entry()
	case word == "REGION_ALIAS":
		p.alias()
	case word == "INCLUDE":
		p.include(place.Start)
	case p.peek() == '(' || p.peek() == '{':
		p.balance()
	case word == "VERSION" || word == "PHDRS":
		p.fail(place.Start, cureLD, "expected { behind %s", word)
	default:
		p.assignment(word, place)
	}
}

// entry reads the argument of ENTRY.
func (p *parser) entry() {
	p.expect("(", "behind ENTRY")
	name, place := p.name(letters, "a symbol")
	p.expect(")", "behind the symbol")
	p.script.Entry = &Call{Argument: name, Place: place}
}

// alias reads the arguments of REGION_ALIAS.
func (p *parser) alias() {
	p.expect("(", "behind REGION_ALIAS")
	alias, _ := p.name(letters, "a name")
	p.expect(",", "behind the name")
	region, at := p.name(letters, "a memory region")
	p.expect(")", "behind the memory region")
	if p.script.Region(region) == nil {
		p.fail(at.Start, "define it in MEMORY before this line", "there is no memory region %s", region)
	}
	p.script.Aliases[alias] = region
}

// include reads the argument of INCLUDE.
func (p *parser) include(start int) {
	file, place := p.name(nameLetter, "a file name")
	p.script.Includes = append(p.script.Includes, Include{File: file, Place: Span{start, place.End}})
}

// assignment reads what follows a symbol. Its value is kept if it is a constant.
func (p *parser) assignment(symbol string, place Span) {
	p.skip()
	n := strings.IndexByte(p.text[p.at:], '=')
	if n < 0 || n > 3 || strings.Trim(p.text[p.at:p.at+n], "+-*/<>&|") != "" {
		p.fail(place.Start, cureLD, "%s is neither a command nor assigned to", symbol)
	}
	p.at += n + 1
	if v, ok := p.try(); ok && n == 0 {
		p.script.Symbols[symbol] = v
	} else {
		delete(p.script.Symbols, symbol)
	}
	p.statementEnd()
}

// try returns the value of the expression that comes next if it is a constant that
// ends as one must.
func (p *parser) try() (v uint64, ok bool) {
	start := p.at
	defer func() {
		if r := recover(); r != nil {
			if _, ours := r.(*Error); !ours {
				panic(r)
			}
			p.at, p.depth, ok = start, 0, false
		}
	}()
	v = p.expr()
	return v, p.peek() == ';' || p.peek() == '}' || p.peek() == 0
}

// statementEnd moves behind the next semicolon outside of brackets, or before what
// closes the braces around.
func (p *parser) statementEnd() {
	for {
		switch p.peek() {
		case ';':
			p.at++
			return
		case '}', 0:
			return
		case '(', '{':
			p.balance()
		case '"':
			p.take(letters)
		default:
			p.at++
		}
	}
}

// memory reads the regions of MEMORY, which begins at start.
func (p *parser) memory(start int) {
	p.expect("{", "behind MEMORY")
	for !p.accept("}") {
		name, place := p.name(letters, "a memory region")
		if name == "INCLUDE" {
			p.include(place.Start)
			continue
		}
		r := Region{Name: name, Place: place}
		if p.peek() == '(' {
			p.balance()
		}
		p.expect(":", "behind the memory region "+name)
		p.key("ORIGIN", "org", "o")
		r.Origin = p.expr()
		p.expect(",", "behind the origin")
		p.key("LENGTH", "len", "l")
		p.skip()
		at := p.at
		r.Length = p.expr()
		r.LengthPlace = Span{at, at + len(strings.TrimRight(blankComments(p.text[at:p.at]), " \t\r\n"))}
		if r.Length > 1<<32 || r.Origin > 1<<32-1 {
			p.fail(place.Start, "state it within 32 bits", "memory region %s passes the address space", name)
		}
		p.script.Regions = append(p.script.Regions, r)
	}
	p.script.Memory = Span{start, p.at}
}

// key reads one of names and an equals sign.
func (p *parser) key(names ...string) {
	name, place := p.name(letters, names[0])
	if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
		p.fail(place.Start, cureLD, "expected %s", names[0])
	}
	p.expect("=", "behind "+name)
}

// sections reads the body of SECTIONS.
func (p *parser) sections() {
	p.expect("{", "behind SECTIONS")
	start, before := p.at, len(p.script.Sections)
	for p.peek() != '}' {
		p.sectionsItem()
	}
	body := Span{start, p.at}
	p.at++
	p.skip()
	switch {
	case strings.HasPrefix(p.text[p.at:], "INSERT"):
		p.script.Sections = p.script.Sections[:before]
		p.statementEnd()
	case p.script.Body == Span{}:
		p.script.Body = body
	}
}

// sectionsItem reads an output section, an assignment or a command.
func (p *parser) sectionsItem() {
	if p.peek() == 0 {
		p.fail(p.at, "close it", "SECTIONS does not end")
	}
	if p.accept(";") {
		return
	}
	name, place := p.name(sections, "an output section")
	switch {
	case name == "INCLUDE":
		p.include(place.Start)
	case name == "ENTRY":
		p.entry()
	case slices.Contains([]string{"ASSERT", "PROVIDE", "PROVIDE_HIDDEN", "HIDDEN", "EXTERN", "OVERLAY", "REGION_ALIAS"}, name):
		for p.peek() != '(' && p.peek() != '{' && p.peek() != 0 {
			p.at++
		}
		p.balance()
		if end := p.at; name == "ASSERT" {
			if p.accept(";") {
				end = p.at
			}
			p.script.Asserts = append(p.script.Asserts, Span{place.Start, end})
			p.at = end
		}
	case p.isAssignment():
		p.assignment(name, place)
	default:
		p.section(name, place.Start)
	}
}

// isAssignment reports whether an assignment operator comes next.
func (p *parser) isAssignment() bool {
	p.skip()
	rest := p.text[p.at:]
	for _, op := range []string{"=", "+=", "-=", "*=", "/=", "<<=", ">>=", "&=", "|="} {
		if strings.HasPrefix(rest, op) && !strings.HasPrefix(rest, "==") {
			return true
		}
	}
	return false
}

// section reads an output section behind its name.
func (p *parser) section(name string, start int) {
	s := Section{Name: name}
	for !p.accept(":") {
		switch p.peek() {
		case '(':
			type_ := p.at
			p.balance()
			if word := strings.Trim(p.text[type_:p.at], "() \t"); !slices.Contains(types, word) {
				s.HasAddress = true
			}
		case 0, '{', '}', ';':
			p.fail(start, cureLD, "%s is no output section: no colon follows", name)
		default:
			s.HasAddress = true
			p.at++
		}
	}
	for p.peek() != '{' { // AT(), ALIGN(), ONLY_IF_RO ...
		switch p.peek() {
		case '(':
			p.balance()
		case 0, '}', ';':
			p.fail(start, cureLD, "output section %s has no braces", name)
		default:
			p.at++
		}
	}
	p.at++
	for !p.accept("}") {
		s.Statements = append(s.Statements, p.statement())
	}
	p.sectionTail(&s)
	s.Place = Span{start, p.at}
	p.script.Sections = append(p.script.Sections, s)
}

// types are those that an output section may have, in parentheses like an address.
var types = []string{"NOLOAD", "DSECT", "COPY", "INFO", "OVERLAY", "READONLY"}

// sectionTail reads what follows the braces of an output section.
func (p *parser) sectionTail(s *Section) {
	for {
		end := p.at
		switch {
		case p.accept(">"):
			s.Region, _ = p.name(letters, "a memory region")
		case p.accept("AT"):
			p.expect(">", "behind AT")
			p.name(letters, "a memory region")
		case p.accept(":"):
			p.name(letters, "a program header")
		case p.accept("="):
			p.expr()
		case p.accept(","):
		default:
			p.at = end
			return
		}
	}
}

// statement reads one statement in the braces of an output section.
func (p *parser) statement() Statement {
	if p.peek() == 0 {
		p.fail(p.at, "close it", "output section does not end")
	}
	start := p.at
	if p.accept(";") {
		return Statement{Place: Span{start, p.at}}
	}
	name, place := p.name(nameLetter, "a statement")
	if p.isAssignment() {
		p.assignment(name, place)
		return Statement{Symbol: name, Place: Span{start, p.at}}
	}
	if p.peek() == '(' {
		inner := p.at + 1
		p.balance()
		if strings.HasPrefix(name, "PROVIDE") {
			symbol, _, _ := strings.Cut(p.text[inner:p.at-1], "=")
			end := p.at
			if p.accept(";") {
				end = p.at
			}
			return Statement{Symbol: strings.TrimSpace(symbol), Place: Span{start, end}}
		}
	}
	return Statement{Place: Span{start, p.at}}
}
