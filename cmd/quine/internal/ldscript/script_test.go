// SPDX-License-Identifier: BSD-3-Clause

package ldscript

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRegions(t *testing.T) {
	s, err := Parse("t.ld", []byte(`
		OUTPUT_FORMAT("elf32-littlearm") GROUP(-lgcc -lc)
		base = 0x0800 << 16; /* of flash */
		size = DEFINED(other) ? 1 : (3 + 1) * 64K;
		MEMORY {
			rom (rx) : ORIGIN = base + 0x10, LENGTH = size - 0x10
			"RAM" (!rx) : org = 0x20000000, l = MIN(8K, 1M) /* or */ / 2 /* a half
				*/
			tail : o = ORIGIN(rom) + LENGTH(rom), len = ~0 & 255 | 1 ^ 1
		}
		REGION_ALIAS("FLASH", rom)
		ENTRY(start)
		SECTIONS { }`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		name           string
		origin, length uint64
	}{
		{"FLASH", 0x08000010, 0x3FFF0}, {"RAM", 0x20000000, 4096}, {"tail", 0x08040000, 255},
	} {
		if r := s.Region(want.name); r == nil || r.Origin != want.origin || r.Length != want.length {
			t.Errorf("%s: %+v, want %+v", want.name, r, want)
		}
	}
	if s.Entry == nil || s.Source(s.Entry.Place) != "start" {
		t.Errorf("entry %+v", s.Entry)
	}
	if got := s.Source(s.Regions[1].LengthPlace); got != "MIN(8K, 1M) /* or */ / 2" || s.Plain(s.Regions[1].LengthPlace) != "MIN(8K, 1M) / 2" {
		t.Errorf("length of RAM is stated as %q", got)
	}
}

func TestSections(t *testing.T) {
	s, err := Parse("t.ld", []byte(`MEMORY { F : ORIGIN = 0, LENGTH = 1K }
		SECTIONS
		{
			. = ORIGIN(F);
			PROVIDE(__stack = 0x2000);
			.text ALIGN(4) : AT(0x10) SUBALIGN(8) { begin = .; KEEP(*(SORT(.a) .b)) *lib.a:*(EXCLUDE_FILE(*x.o) .c) FILL(0xFF); LONG(1) PROVIDE(here = .); . += 4; } > F AT> F :text =0xFF
			.data (NOLOAD) : { *(.data) }
			.fixed 0x100 (NOLOAD) : {}
			/DISCARD/ : { *(*) }
			INCLUDE more.ld
			ASSERT(1 == 1, "no; {")
		}
		SECTIONS { .more : { *(.more) } > F } INSERT AFTER .bss;
		after = 1;`), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names, symbols []string
	for _, o := range s.Sections {
		names = append(names, o.Name)
		for _, st := range o.Statements {
			if st.Symbol != "" {
				symbols = append(symbols, st.Symbol+" in "+s.Source(st.Place))
			}
		}
	}
	if got := strings.Join(names, " "); got != ".text .data .fixed /DISCARD/" {
		t.Errorf("sections %s", got)
	}
	if got := strings.Join(symbols, ", "); got != "begin in begin = .;, here in PROVIDE(here = .);, . in . += 4;" {
		t.Errorf("symbols %s", got)
	}
	if s.Sections[0].Region != "F" || !s.Sections[0].HasAddress || s.Sections[1].HasAddress || !s.Sections[2].HasAddress {
		t.Errorf("regions or addresses: %+v", s.Sections)
	}
	if len(s.Includes) != 1 || s.Includes[0].File != "more.ld" || s.Symbols["after"] != 1 {
		t.Errorf("includes %v, symbols %v", s.Includes, s.Symbols)
	}
}

// Every script of the project can be read.
func TestProjectScripts(t *testing.T) {
	n := 0
	for _, pattern := range []string{"examples/*/*.ld", "examples/foreign/*/*/*.ld", "device/test/*/*.ld", "image/testdata/*.ld"} {
		names, err := filepath.Glob("../../../../" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			n++
			text := string(data)
			if !strings.Contains(text, "SECTIONS") || strings.Contains(text, "app_flash") {
				continue // a fragment, or one with values from the command line
			}
			if s, err := Parse(name, data, nil); err != nil || len(s.Regions) == 0 {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d scripts", n)
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		text, want string
		line       int
	}{
		{"\n/* open", "comment does not end", 2},
		{"MEMORY { F : ORIGIN = 1 LENGTH = 2 }", `expected "," behind the origin`, 1},
		{"MEMORY {\n F : START = 1, LENGTH = 2 }", "expected ORIGIN", 2},
		{"MEMORY {\n F : ORIGIN = 0, LENGTH = 64Q }", `"64Q" is no number`, 2},
		{"MEMORY {\n F : ORIGIN = 0, LENGTH = SIZEOF(.text) }", "the value of SIZEOF() is not known without linking", 2},
		{"MEMORY { F : ORIGIN = 0, LENGTH = 1 / 0 }", "division by zero", 1},
		{"MEMORY { F : ORIGIN = 0, LENGTH = 8000M }", "memory region F passes the address space", 1},
		{"REGION_ALIAS(A, B)", "there is no memory region B", 1},
		{"SECTIONS {\n .text { } }", ".text is no output section: no colon follows", 2},
		{"SECTIONS {\n .text : { *(.a)", "output section does not end", 2},
		{"SECTIONS { .text : { } ", "SECTIONS does not end", 1},
		{"nonsense more", "nonsense is neither a command nor assigned to", 1},
		{"x = " + strings.Repeat("(", 200) + ";\nMEMORY { F : ORIGIN = " + strings.Repeat("(", 200), "bracket is not closed", 1},
		{"MEMORY { F : ORIGIN = " + strings.Repeat("(", 200), "expression is too deep", 1},
	}
	for _, test := range tests {
		_, err := Parse("t.ld", []byte(test.text), nil)
		var e *Error
		if !errors.As(err, &e) || e.Message != test.want || e.Line != test.line || e.Cure == "" {
			t.Errorf("%.40q: %v, want line %d: %s", test.text, err, test.line, test.want)
		}
	}
}

func TestDefinedOutside(t *testing.T) {
	text := []byte("MEMORY { F : ORIGIN = base, LENGTH = 1K }")
	if s, err := Parse("t.ld", text, map[string]uint64{"base": 0x100}); err != nil || s.Regions[0].Origin != 0x100 {
		t.Errorf("%v, %+v", err, s)
	}
	if _, err := Parse("t.ld", text, nil); err == nil {
		t.Error("a symbol that nothing defines has a value")
	}
}

func TestExpand(t *testing.T) {
	files := map[string]string{"a.ld": "A\n  INCLUDE \"b.ld\"\n", "b.ld": "B\n", "loop.ld": "INCLUDE loop.ld"}
	read := func(name string) ([]byte, bool) { text, ok := files[name]; return []byte(text), ok }
	text, names := Expand("1\nINCLUDE a.ld\n/* INCLUDE b.ld\nINCLUDE b.ld */\nINCLUDE other.ld\n2\n", read)
	if want := "1\n/* a.ld */\nA\n/* b.ld */\nB\n/* INCLUDE b.ld\nINCLUDE b.ld */\nINCLUDE other.ld\n2\n"; text != want || strings.Join(names, " ") != "a.ld b.ld" {
		t.Errorf("%v: %s", names, text)
	}
	if _, names := Expand("INCLUDE loop.ld", read); len(names) > 10 {
		t.Error("no end")
	}
}

func TestEdit(t *testing.T) {
	s := &Script{Text: "a\n  b /* c */\nd e\n"}
	if got := s.Source(s.Lines(Span{4, 5})); got != "  b /* c */\n" {
		t.Errorf("lines of b: %q", got)
	}
	if got := s.Source(s.Lines(Span{14, 15})); got != "d" {
		t.Errorf("lines of d: %q", got)
	}
	got := s.Apply([]Edit{{Span{14, 15}, "D"}, {Span{0, 1}, "A"}, {Span{1, 1}, "+"}})
	if want := "A+\n  b /* c */\nD e\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if s.Indent(4) != "  " || s.Indent(0) != "" {
		t.Error("indent")
	}
}

// No input makes the parser fail otherwise than by an error, or run for ever.
func FuzzParse(f *testing.F) {
	f.Add("MEMORY { F (rx) : ORIGIN = 0, LENGTH = 4K } SECTIONS { .t : { *(.text) } > F } ENTRY(a)")
	f.Add(`x = 1 ? 2 : 3; REGION_ALIAS("A", F) /* c */ SECTIONS { . = ALIGN(4); PROVIDE(x = .); }`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("t.ld", []byte(text), nil)
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatal(err)
		}
		if err == nil && s.Apply(nil) != text {
			t.Fatal("text changed")
		}
	})
}
