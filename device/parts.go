// SPDX-License-Identifier: BSD-3-Clause

package device

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"reflect"
	"slices"
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
// port/*/part.json. What it does not know is an error, lest a misspelt field go unnoticed.
func Parse(data []byte) (*Part, error) {
	var p Part
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(&p)
	if rest := bytes.TrimSpace(data[d.InputOffset():]); err == nil && len(rest) > 0 {
		return nil, fmt.Errorf("line %d: there is something behind the description", lineOf(data, int64(bytes.LastIndex(data, rest))))
	}
	if err != nil {
		return nil, plainJSON(data, err)
	}
	return &p, p.check()
}

// plainJSON says in words what is wrong with a description that cannot be read.
func plainJSON(data []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: %w", lineOf(data, syntax.Offset), err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("line %d: the description of a part is not complete", lineOf(data, int64(len(data))))
	case errors.As(err, &kind) && kind.Field != "":
		want := map[reflect.Kind]string{reflect.Uint32: "a whole number from 0 to 4294967295", reflect.Float64: "a number",
			reflect.String: "a string"}[kind.Type.Kind()]
		return fmt.Errorf("line %d: %s is %s, not %s", lineOf(data, kind.Offset), kind.Field, kind.Value, cmp.Or(want, "what is expected here"))
	case errors.As(err, &kind):
		return fmt.Errorf("line %d: there is %s, not the description of a part", lineOf(data, kind.Offset), kind.Value)
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

// lineOf returns the line that a byte of data is in.
func lineOf(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(offset, int64(len(data)))], []byte("\n"))
}

// cores are those that a part may have.
var cores = []string{"cortex-m0", "cortex-m0plus", "cortex-m1", "cortex-m3", "cortex-m4", "cortex-m7",
	"cortex-m23", "cortex-m33", "cortex-m35p", "cortex-m55", "cortex-m85"}

// check says what of a description is missing or cannot be.
func (p *Part) check() error {
	oneOf := func(field, value string, values ...string) error {
		if slices.Contains(values, value) {
			return nil
		}
		return fmt.Errorf("%s is %q, not one of %s", field, value, strings.Join(values, ", "))
	}
	if p.Name == "" {
		return errors.New("part is missing: reports name the part by it")
	}
	if _, err := strconv.ParseUint(p.Base, 0, 32); err != nil {
		return fmt.Errorf("flash_base is %q, not an address such as 0x08000000", p.Base)
	}
	if p.ECC != nil && (p.ECC.Register == 0 || p.ECC.Flag == 0) {
		return errors.New("ecc needs register and flag")
	}
	return cmp.Or(
		oneOf("core", p.Core, cores...),
		oneOf("erased", p.Erased, "0xFF", "0x00"),
		oneOf("seal", p.Seal, "zeros over", "own erase unit"),
		oneOf("boot_sector_lost", p.BootSectorLost, "needs a debugger", "recovers through ROM loader"),
		p.checkFlash())
}

// checkFlash checks the units of flash and their times.
func (p *Part) checkFlash() error {
	times := func(field, unit string, typ, max float64) error {
		if typ <= 0 || max < typ {
			return fmt.Errorf("%styp_%s is %v and %smax_%s is %v: both are needed, the first the smaller one", field, unit, typ, field, unit, max)
		}
		return nil
	}
	if u := p.Program.Unit; u == 0 || u&(u-1) != 0 || u > 256 {
		return fmt.Errorf("program.unit_bytes is %d, not a power of two up to 256", u)
	}
	if err := times("program.", "us", p.Program.Typ, p.Program.Max); err != nil {
		return err
	}
	if len(p.Erase) == 0 {
		return errors.New("erase is missing: the runs of erase units")
	}
	end := uint64(0)
	for i, r := range p.Erase {
		field := fmt.Sprintf("erase[%d].", i)
		switch {
		case uint64(r.First) != end:
			return fmt.Errorf("%sfirst is %d, but the runs before it end at %d", field, r.First, end)
		case r.Unit < p.Program.Unit || r.Unit%p.Program.Unit != 0 || r.Unit > 1<<24:
			return fmt.Errorf("%sunit_bytes is %d, not a multiple of program.unit_bytes up to 16 MiB", field, r.Unit)
		case r.Count == 0 && i+1 < len(p.Erase):
			return fmt.Errorf("%scount is missing: only the last run may go on to the end of flash", field)
		}
		if err := times(field, "ms", r.Typ, r.Max); err != nil {
			return err
		}
		if end += uint64(r.Count) * uint64(r.Unit); end > 1<<31 {
			return fmt.Errorf("%scount is %d: the run ends behind 2 GiB", field, r.Count)
		}
	}
	switch last := p.Erase[len(p.Erase)-1]; {
	case p.Bank == 0:
	case last.Count == 0 && (p.Bank <= last.First || (p.Bank-last.First)%last.Unit != 0), last.Count > 0 && uint64(p.Bank) != end:
		return fmt.Errorf("bank_bytes is %d, which is not where an erase unit of the last run ends", p.Bank)
	}
	return nil
}

// Size returns how many bytes of flash the part has, 0 if that is open.
func (p *Part) Size() uint32 {
	last := p.Erase[len(p.Erase)-1]
	if p.Bank > 0 || last.Count == 0 {
		return 0
	}
	return last.First + last.Count*last.Unit
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
