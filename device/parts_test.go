// SPDX-License-Identifier: BSD-3-Clause

package device

import (
	"strings"
	"testing"
	"time"
)

// Every part's data is complete and makes sense.
func TestParts(t *testing.T) {
	if len(Parts()) == 0 {
		t.Fatal("no part has data")
	}
	for _, name := range Parts() {
		p, err := Lookup(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if p.Name != name || p.Core == "" || p.Source == "" || p.Program.Unit == 0 || len(p.Erase) == 0 {
			t.Errorf("%s: a field is missing: %+v", name, p)
			continue
		}
		next := uint32(0)
		for i, r := range p.Erase {
			if r.First != next || r.Unit == 0 || r.Count == 0 && i+1 < len(p.Erase) || r.Max < r.Typ {
				t.Errorf("%s: run %d does not follow the one before: %+v", name, i, r)
			}
			next += r.Count * r.Unit
		}
		switch p.BootSectorLost {
		case "recovers through ROM loader", "needs a debugger":
		default:
			t.Errorf("%s: boot_sector_lost is %q", name, p.BootSectorLost)
		}
		if typ, max := p.Window(4096); typ <= 0 || max < typ || max > time.Minute {
			t.Errorf("%s: window of %v to %v", name, typ, max)
		}
	}
}

// TestParse meets descriptions with one mistake each, and says which.
func TestParse(t *testing.T) {
	const good = `{
  "part": "board", "core": "cortex-m4", "flash_base": "0x08000000",
  "erase": [{"first": 0, "count": 4, "unit_bytes": 16384, "typ_ms": 250, "max_ms": 500}, {"first": 65536, "unit_bytes": 65536, "typ_ms": 550, "max_ms": 1100}],
  "program": {"unit_bytes": 4, "typ_us": 16, "max_us": 100},
  "erased": "0xFF", "seal": "zeros over", "boot_sector_lost": "needs a debugger"
}`
	if _, err := Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ old, new, want string }{
		{good, ``, `line 1: the description of a part is not complete`},
		{good, `[]`, `line 1: there is array, not the description of a part`},
		{`cortex-m4", `, `cortex-m4",, `, `line 2: invalid character`},
		{`"program": {"unit_bytes"`, `"program": {"unit_byte"`, `unknown field "unit_byte"`},
		{`"part": "board", `, ``, `part is missing`},
		{`0x08000000`, `flash`, `flash_base is "flash", not an address`},
		{`cortex-m4`, `cortex-m9`, `core is "cortex-m9", not one of cortex-m0, `},
		{`"unit_bytes": 16384`, `"unit_bytes": -16384`, `line 3: erase.unit_bytes is number -16384, not a whole number from 0 to 4294967295`},
		{`"unit_bytes": 16384`, `"unit_bytes": 99999999999`, `erase.unit_bytes is number 99999999999, not a whole number`},
		{`"unit_bytes": 16384`, `"unit_bytes": 16382`, `erase[0].unit_bytes is 16382, not a multiple of program.unit_bytes`},
		{`"unit_bytes": 16384`, `"unit_bytes": 0`, `erase[0].unit_bytes is 0, `},
		{`"unit_bytes": 65536`, `"unit_bytes": 2147483648`, `erase[1].unit_bytes is 2147483648, `},
		{`"first": 65536`, `"first": 65532`, `erase[1].first is 65532, but the runs before it end at 65536`},
		{`"count": 4, `, ``, `erase[0].count is missing`},
		{`"count": 4`, `"count": 400000`, `the run ends behind 2 GiB`},
		{`"typ_ms": 250`, `"typ_ms": -250`, `erase[0].typ_ms is -250`},
		{`"max_ms": 500`, `"max_ms": 50`, `erase[0].max_ms is 50`},
		{`, "max_us": 100`, ``, `program.max_us is 0`},
		{`"program": {"unit_bytes": 4`, `"program": {"unit_bytes": 3`, `program.unit_bytes is 3, not a power of two`},
		{`"erased": "0xFF"`, `"erased": "blank"`, `erased is "blank", not one of 0xFF, 0x00`},
		{`zeros over`, `none`, `seal is "none", not one of zeros over, own erase unit`},
		{`needs a debugger`, `dead`, `boot_sector_lost is "dead"`},
		{`"erased"`, `"bank_bytes": 100000, "erased"`, `bank_bytes is 100000, which is not where an erase unit`},
		{`"erased"`, `"ecc": {"register": "x"}, "erased"`, `"x" is no number such as 0x40022020`},
		{`"erased"`, `"ecc": {"register": "0x40"}, "erased"`, `ecc needs register and flag`},
	}
	for _, test := range tests {
		_, err := Parse([]byte(strings.Replace(good, test.old, test.new, 1)))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: Parse = %v, want %s", test.new, err, test.want)
		}
	}
	if _, err := Parse([]byte(good + "\nmore")); err == nil || !strings.Contains(err.Error(), "line 7: there is something behind") {
		t.Errorf("trailing text: %v", err)
	}
}

func TestWindow(t *testing.T) {
	p := &Part{
		Erase:   []Run{{First: 0, Count: 2, Unit: 1024, Typ: 20, Max: 40}, {First: 2048, Unit: 2048, Typ: 30, Max: 50}},
		Program: Program{Unit: 4, Typ: 40, Max: 60},
	}
	typ, max := p.Window(4096)
	if wantTyp, wantMax := 70*time.Millisecond+40960*time.Microsecond, 130*time.Millisecond+61440*time.Microsecond; typ != wantTyp.Round(time.Millisecond) || max != wantMax.Round(time.Millisecond) {
		t.Errorf("window %v to %v, want %v to %v", typ, max, wantTyp, wantMax)
	}
}

func TestLookupNamesAll(t *testing.T) {
	_, err := Lookup("z80")
	if err == nil || !strings.Contains(err.Error(), Parts()[0]) {
		t.Errorf("error does not name the parts there are: %v", err)
	}
}
