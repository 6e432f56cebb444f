// SPDX-License-Identifier: BSD-3-Clause

package ldscript

import (
	"strconv"
	"strings"
)

// The binary operators of expressions, by rising precedence.
var operators = [][]string{
	{"||"}, {"&&"}, {"|"}, {"^"}, {"&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"},
}

// expr returns the value of the expression that comes next.
func (p *parser) expr() uint64 {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > 100 {
		p.fail(p.at, "write it with fewer brackets", "expression is too deep")
	}
	v := p.binary(0)
	if !p.accept("?") {
		return v
	}
	yes := p.expr()
	p.expect(":", "in a choice")
	no := p.expr()
	if v != 0 {
		return yes
	}
	return no
}

// binary returns the value of the operators from a level of precedence on.
func (p *parser) binary(level int) uint64 {
	if level == len(operators) {
		return p.unary()
	}
	v := p.binary(level + 1)
	for {
		op := p.operator(operators[level])
		if op == "" {
			return v
		}
		at := p.at
		w := p.binary(level + 1)
		if (op == "/" || op == "%") && w == 0 {
			p.fail(at, cureLD, "division by zero")
		}
		v = apply(op, v, w)
	}
}

// operator moves behind one of list and returns it, or "".
func (p *parser) operator(list []string) string {
	p.skip()
	rest := p.text[p.at:]
	for _, op := range list {
		longer := len(rest) > len(op) && len(op) == 1 && strings.IndexByte("|&<>", op[0]) >= 0 &&
			(rest[1] == op[0] || rest[1] == '=')
		if strings.HasPrefix(rest, op) && !longer {
			p.at += len(op)
			return op
		}
	}
	return ""
}

// apply returns v op w.
func apply(op string, v, w uint64) uint64 {
	truth := map[bool]uint64{true: 1}
	switch op {
	case "||":
		return truth[v != 0 || w != 0]
	case "&&":
		return truth[v != 0 && w != 0]
	case "|":
		return v | w
	case "^":
		return v ^ w
	case "&":
		return v & w
	case "==":
		return truth[v == w]
	case "!=":
		return truth[v != w]
	case "<=":
		return truth[v <= w]
	case ">=":
		return truth[v >= w]
	case "<":
		return truth[v < w]
	case ">":
		return truth[v > w]
	case "<<":
		return v << min(w, 64)
	case ">>":
		return v >> min(w, 64)
	case "+":
		return v + w
	case "-":
		return v - w
	case "*":
		return v * w
	case "/":
		return v / w
	}
	return v % w
}

// unary returns the value of a number, symbol, call or bracket, and what stands before
// it.
func (p *parser) unary() uint64 {
	switch {
	case p.accept("-"):
		return -p.unary()
	case p.accept("~"):
		return ^p.unary()
	case p.accept("!"):
		return map[bool]uint64{true: 1}[p.unary() == 0]
	case p.accept("("):
		v := p.expr()
		p.expect(")", "behind an expression")
		return v
	}
	name, place := p.name(letters, "a number or a symbol")
	if name[0] >= '0' && name[0] <= '9' {
		return p.number(name, place)
	}
	if p.peek() == '(' {
		return p.function(name, place)
	}
	v, ok := p.script.Symbols[name]
	if !ok {
		p.fail(place.Start, "give it as the linker gets it, with --defsym "+name+"=VALUE, or replace it by its value in the script that quine init reads",
			"%s is not known before this line", name)
	}
	return v
}

// number returns the value of a number, which may end in K or M.
func (p *parser) number(text string, place Span) uint64 {
	digits, unit := text, uint64(1)
	switch text[len(text)-1] {
	case 'K', 'k':
		digits, unit = text[:len(text)-1], 1<<10
	case 'M', 'm':
		digits, unit = text[:len(text)-1], 1<<20
	}
	v, err := strconv.ParseUint(digits, 0, 64)
	if err != nil || strings.Contains(digits, "_") {
		p.fail(place.Start, "write it as 123, 0x7B, 64K or 1M", "%q is no number", text)
	}
	return v * unit
}

// function returns the value of a call of one of ld's functions.
func (p *parser) function(name string, place Span) (v uint64) {
	p.expect("(", "behind a function")
	switch name {
	case "ORIGIN", "LENGTH":
		region, at := p.name(letters, "a memory region")
		r := p.script.Region(region)
		if r == nil {
			p.fail(at.Start, "define it in MEMORY before this line", "there is no memory region %s", region)
		}
		if v = r.Origin; name == "LENGTH" {
			v = r.Length
		}
	case "DEFINED":
		symbol, _ := p.name(letters, "a symbol")
		if _, ok := p.script.Symbols[symbol]; ok {
			v = 1
		}
	case "MIN", "MAX":
		v = p.expr()
		p.expect(",", "between arguments")
		if w := p.expr(); name == "MIN" {
			v = min(v, w)
		} else {
			v = max(v, w)
		}
	default:
		p.fail(place.Start, "replace it by its value in the script that quine init reads", "the value of %s() is not known without linking", name)
	}
	p.expect(")", "behind an argument")
	return v
}
