// SPDX-License-Identifier: BSD-3-Clause

package device

import (
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
)

// A Part describes the flash of a family of parts. Times are those of the data
// sheet that Source names.
type Part struct {
	Name    string `json:"part"`
	Members string `json:"parts"` // the parts that the port serves
	Core    string `json:"core"`
	Base    string `json:"flash_base"` // address of the first byte of flash, as 0x08000000

	// Erase are the runs of equal erase units from the flash base on. The last
	// one may be open: its Count is 0. If Bank is not 0, they begin anew after as many
	// bytes.
	Erase   []Run   `json:"erase"`
	Bank    uint32  `json:"bank_bytes"`
	Program Program `json:"program"`

	// BootSectorLost says what a power cut leaves that falls into the rewriting of
	// the boot sector: "recovers through ROM loader" or "needs a debugger".
	BootSectorLost string `json:"boot_sector_lost"`
	BootSectorNote string `json:"boot_sector_note"`
	Source         string `json:"source"`
}

// A Run is a number of equal erase units.
type Run struct {
	First uint32  `json:"first"` // bytes from the flash base
	Count uint32  `json:"count"`
	Unit  uint32  `json:"unit_bytes"`
	Typ   float64 `json:"typ_ms"`
	Max   float64 `json:"max_ms"`
}

// Program describes the program operation.
type Program struct {
	Unit uint32  `json:"unit_bytes"`
	Typ  float64 `json:"typ_us"`
	Max  float64 `json:"max_us"`
}

// Parts returns the names of all parts, sorted.
func Parts() []string { return folders("port", "part.json") }

// Lookup returns the part of that name.
func Lookup(name string) (*Part, error) {
	data, err := library.ReadFile(path.Join("port", name, "part.json"))
	if err != nil {
		return nil, fmt.Errorf("no part is called %s; there are %s", strconv.Quote(name), strings.Join(Parts(), ", "))
	}
	var p Part
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("port/%s/part.json: %w", name, err)
	}
	return &p, nil
}

// Window returns how long the first size bytes of flash are neither old nor new
// while they are rewritten: the erase of each of their units and the programming
// of all of it, typically and at most.
func (p *Part) Window(size uint32) (typ, max time.Duration) {
	var typMS, maxMS float64
	for at := uint32(0); at < size; {
		run := p.run(at)
		typMS += run.Typ
		maxMS += run.Max
		at += run.Unit
	}
	units := float64(size / p.Program.Unit)
	typMS += units * p.Program.Typ / 1000
	maxMS += units * p.Program.Max / 1000
	return milliseconds(typMS), milliseconds(maxMS)
}

// Unit returns the size in bytes of the erase unit that holds the byte at the offset.
func (p *Part) Unit(at uint32) uint32 { return p.run(at).Unit }

// run returns the run that holds the byte at the offset.
func (p *Part) run(at uint32) Run {
	if p.Bank > 0 {
		at %= p.Bank
	}
	for _, r := range p.Erase {
		if at >= r.First && (r.Count == 0 || at-r.First < r.Count*r.Unit) {
			return r
		}
	}
	return p.Erase[len(p.Erase)-1]
}

func milliseconds(ms float64) time.Duration {
	return time.Duration(ms * float64(time.Millisecond)).Round(time.Millisecond)
}
