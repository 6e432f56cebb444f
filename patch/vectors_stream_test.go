// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"encoding/binary"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/patch/internal/stream"
)

// A program is a small Thumb program with everything in it that a stream treats in a
// way of its own. Its zero value is the base of the vectors.
type program struct {
	nops      int    // halfwords put into its third function
	functions int    // more functions than twelve
	ram       uint32 // by how much its variables moved
	target    int    // its fifth function calls so much further on
	cond      uint16 // changes conditional branches of its sixth function
	number    uint32 // is added to numbers in literal pools
	constant  uint16 // is added to constants in code
	wide      bool   // tail calls are B.W instead of BL
}

const (
	programAddress = 0x08000000
	programRAM     = 0x20000010
)

// size is that of function i in bytes.
func (p *program) size(i int) int {
	if i == 2 {
		return 48 + 4*p.nops
	}
	return 48
}

// start is the offset of function i.
func (p *program) start(i int) int {
	at := 64
	for k := range i {
		at += p.size(k)
	}
	return at
}

// build returns the program's image.
func (p program) build() []byte {
	le := binary.LittleEndian
	n := 12 + p.functions
	b := le.AppendUint32(nil, 0x20001000)
	for i := range 15 {
		b = le.AppendUint32(b, programAddress+uint32(p.start(i%n))|1)
	}
	for i := range n {
		b = p.function(b, i, n)
	}
	for i := range 2 * n { // a table of functions
		b = le.AppendUint32(b, programAddress+uint32(p.start(i*5%n))|1)
	}
	return b
}

// function appends function i of n.
func (p *program) function(b []byte, i, n int) []byte {
	le := binary.LittleEndian
	half := func(h uint16) { b = le.AppendUint16(b, h) }
	end := p.start(i) + p.size(i)
	half(0xB510)                                                    // push {r4, lr}
	half(0x4800 | uint16((end-8-((len(b)+4)&^3))/4))                // ldr r0, variable
	half(0x4900 | uint16((end-4-((len(b)+4)&^3))/4))                // ldr r1, number
	half(0x2200 + uint16(i)*3 + p.constant)                         // movs r2, constant
	b = p.call(b, p.start((i*7+1+oneIf(i == 4)*p.target)%n), false) // bl
	half(0x2800)                                                    // cmp r0, #0
	half(0xD001 ^ uint16(oneIf(i == 5))*p.cond)                     // beq over the next two
	half(0x1840 + uint16(i))
	half(0x4608 + uint16(i)<<3)
	half(0x3200 + uint16(i)*3 + p.constant) // adds r2, constant
	if i == 2 {
		for range 2 * p.nops {
			half(0xBF00)
		}
	}
	for len(b) < end-14 {
		half(0x6800 + uint16(i*len(b))&0x3FF)
	}
	b = p.call(b, p.start((i+1)%n), p.wide)
	half(0xBD10) // pop {r4, pc}
	b = le.AppendUint32(b, programRAM+4*uint32(i)+p.ram)
	return le.AppendUint32(b, 0x12345678+77*uint32(i)+p.number)
}

// call appends a BL or B.W to an offset.
func (p *program) call(b []byte, to int, wide bool) []byte {
	off := uint32(to - len(b) - 4)
	b = binary.LittleEndian.AppendUint16(b, 0xF000|uint16(off>>31<<10)|uint16(off>>12&0x3FF))
	return binary.LittleEndian.AppendUint16(b, 0xF800-uint16(oneIf(wide))<<14|uint16(off>>1&0x7FF))
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// elements makes a vector for every element of a stream.
func (m *maker) elements() {
	old := program{}.build()
	moved := program{nops: 3}.build()
	add := func(name, section, comment string, code quine.Code, body func(patch []byte) []byte, new []byte) {
		m.t.Helper()
		patch := must(CreateRaw(old, new, nil))
		if body != nil {
			patch = body(patch)
		}
		m.done(&vector{name: "element_" + name, document: "stream.md", section: section, comment: comment, raw: true,
			base: "thumb.bin", old: old, patch: patch, code: code})
	}
	good := func(name, section, comment string, new []byte) {
		m.t.Helper()
		add(name, section, comment, 0, nil, new)
	}
	good("equal", "6", "one copy in clean blocks", old)
	good("moved", "5", "code moves: calls, pools and pointers follow the address map", moved)
	good("branch", "6", "a call goes elsewhere", program{target: 3}.build())
	good("branch_wide", "6", "calls become branches", program{wide: true}.build())
	good("short", "6", "a conditional branch goes elsewhere", program{cond: 6}.build())
	good("short_gone", "6", "a conditional branch becomes another instruction", program{cond: 0x6000}.build())
	good("ram", "6", "all variables move", program{ram: 12}.build())
	good("word", "6", "numbers in literal pools change", program{number: 0x01010101}.build())
	good("step", "6", "constants change by the same step", program{constant: 2}.build())
	good("pointers", "6", "the table of functions grows and changes its order", program{functions: 2}.build())
	good("odd", "6", "an odd place: bytes instead of units", join(old[:201], []byte{0x5A}, old[201:]))
	good("odd_changed", "6", "bytes of a copy at an odd place change", join(old[:201], []byte{0x5A}, scatter(3, old[201:], 20)))
	good("literal", "7", "a literal of an odd size", join(old[:301], noise(4, 77), old[301:]))
	good("order", "4", "functions change places: near and far diagonals, and those used before", join(old[:64], old[352:640], old[64:352], old[352:400], old[640:], old[64:160]))
	good("all", "3", "everything at once", program{nops: 5, functions: 3, ram: 40, target: 2, cond: 3, number: 9, constant: 1}.build())
	cut := func(n int) func([]byte) []byte { return func(p []byte) []byte { return p[:len(p)-n] } }
	add("truncated", "1", "without its last five bytes", quine.CodeTruncated, cut(5), moved)
	add("trailing", "1", "five bytes more", quine.CodeTrailing, func(p []byte) []byte { return join(p, bytes.Repeat([]byte{1}, 5)) }, moved)
	add("beyond_old", "4", "a copy leaves the old image", quine.CodeStream, func(p []byte) []byte {
		longer := join(old, noise(5, 900))
		h, _ := ParseHeader(p)
		return join(p[:h.Size], stream.Encode(longer, longer[:len(moved)], stream.Params{}, stream.Options{}), make([]byte, 4))
	}, moved)
}
