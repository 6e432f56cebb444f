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
	Erased  string  `json:"erased"` // value of an erased byte: 0xFF or 0x00
	Seal    string  `json:"seal"`   // how it is destroyed: "zeros over" or "own erase unit"

	// Registers are words that a part without any protection, at a good supply, reads where
	// quine_flash_open looks; those not named read zero.
	Registers map[Word]Word `json:"registers"`

	// ECC tells of parts that raise NMI when a torn unit is read: the word that says so, and
	// the bit that is set in it then. Nil if reads raise nothing.
	ECC *ECC `json:"ecc"`

	// BootSectorLost says what a power cut leaves that falls into the rewriting of
	// the boot sector: "recovers through ROM loader" or "needs a debugger".
	BootSectorLost string `json:"boot_sector_lost"`
	BootSectorNote string `json:"boot_sector_note"`
	Source         string `json:"source"`
}

// ECC is a flag in a register.
type ECC struct {
	Register Word `json:"register"`
	Flag     Word `json:"flag"`
}

// A Word is a number of 32 bits that JSON has as a hexadecimal string.
type Word uint32

// UnmarshalText reads a number such as 0x40022020.
func (w *Word) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 0, 32)
	if err != nil {
		return fmt.Errorf("%q is no number such as 0x40022020", text)
	}
	*w = Word(n)
	return nil
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
	p, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("port/%s/part.json: %w", name, err)
	}
	return p, nil
}

// Parse reads the description of a part that is none of these, in the form of
// port/*/part.json, and checks what of it is needed to tell erase units.
func Parse(data []byte) (*Part, error) {
	var p Part
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, err
	}
	if len(p.Erase) == 0 || p.Program.Unit == 0 || !strings.HasPrefix(p.Core, "cortex-m") {
		return nil, fmt.Errorf("core, erase and program are needed, as in device/port/nrf51/part.json")
	}
	next := uint32(0)
	for i, r := range p.Erase {
		if r.First != next || r.Unit == 0 || r.Count == 0 && i+1 < len(p.Erase) || r.Count > 1<<31/r.Unit {
			return nil, fmt.Errorf("run %d of erase units does not begin where that before ends", i)
		}
		next += r.Count * r.Unit
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

// Operation returns how many milliseconds an operation takes, typically and at most: the
// erase of the unit at the offset, or the programming of size bytes.
func (p *Part) Operation(offset, size uint32, erase bool) (typ, max float64) {
	if erase {
		run := p.run(offset)
		return run.Typ, run.Max
	}
	units := float64((size + p.Program.Unit - 1) / p.Program.Unit)
	return units * p.Program.Typ / 1000, units * p.Program.Max / 1000
}

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
