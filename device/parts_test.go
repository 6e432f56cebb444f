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
