// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/quine-fw/quine/device"
)

// How says how a power cut meets a flash operation.
type How uint8

// The ways. They are those of lab/sim.
const (
	None   How = iota // there is no cut
	Before            // the operation does not take place
	Prefix            // its first bytes do
	Bits              // some of its bits do
	Almost            // all but one of its bits do
	Done              // it reads as if it had, and will not for ever
	Weak              // its bytes read differently each time
	Slow              // its bytes read differently after each reset
	After             // it takes place, and then nothing else does
)

// Ways lists all ways in which a power cut meets an operation.
var Ways = []How{Before, Prefix, Bits, Almost, Done, Weak, Slow, After}

var howNames = []string{"none", "before", "prefix", "bits", "almost", "done", "weak", "slow", "after"}

// String returns the name of h.
func (h How) String() string { return howNames[h] }

// An Operation is the erase of a unit or the programming of one.
type Operation struct {
	Erase  bool   `json:"erase"`
	Offset uint32 `json:"offset"` // bytes from the start of its memory
	Size   uint32 `json:"size"`   // bytes
	Store  bool   `json:"store"`  // of a store that is a memory of its own
}

// String returns for example "erase 0x1000".
func (o Operation) String() string {
	what, where := "program", ""
	if o.Erase {
		what = "erase"
	}
	if o.Store {
		where = " of the store"
	}
	return fmt.Sprintf("%s 0x%05x%s", what, o.Offset, where)
}

// States of a program unit.
const (
	clean = iota // erased, to be programmed once
	used
	torn // whatever it reads, it must be erased before it is used
)

// A flash is a memory of NOR cells. An operation that power is cut in leaves units torn:
// solid, or weak, which means that they read differently each time or after each reset.
type flash struct {
	cells   []byte
	erase   []device.Run
	program uint32 // unit in bytes
	erased  byte
	zeros   [2]uint32 // range in which zeros may be programmed over used units
	store   bool

	state  []uint8 // for each program unit
	torn   int     // how many of these are torn
	tears  []tear  // those that are weak
	erases []int   // of each erase unit, by number

	changed func(offset, n uint32) // told of cells that are not what they were
}

// A tear is what a weak operation has left.
type tear struct {
	offset         uint32
	before, target []byte
	settled        []bool // bytes that were written since
	slow           bool
}

func newFlash(cells []byte, erase []device.Run, program uint32, erased byte) *flash {
	f := &flash{cells: cells, erase: erase, program: program, erased: erased}
	f.state = make([]uint8, len(cells)/int(program))
	f.changed = func(uint32, uint32) {}
	number, _, _ := f.unit(uint32(len(cells)) - 1)
	f.erases = make([]int, number+1)
	return f
}

// unit returns number, first byte and size of the erase unit of a byte.
func (f *flash) unit(offset uint32) (number int, first, size uint32) {
	for _, r := range f.erase {
		if r.Count == 0 || offset-r.First < r.Count*r.Unit {
			k := (offset - r.First) / r.Unit
			return number + int(k), r.First + k*r.Unit, r.Unit
		}
		number += int(r.Count)
	}
	last := f.erase[len(f.erase)-1]
	k := (offset - last.First) / last.Unit
	return number - int(last.Count) + int(k), last.First + k*last.Unit, last.Unit
}

// put writes cells as a programmer does.
func (f *flash) put(offset uint32, data []byte) {
	f.settle(offset, uint32(len(data)), used)
	copy(f.cells[offset:], data)
	f.changed(offset, uint32(len(data)))
}

// check says what is wrong with an operation by the rules of quine_port.h.
func (f *flash) check(op Operation, data []byte) error {
	if uint64(op.Offset)+uint64(op.Size) > uint64(len(f.cells)) {
		return fmt.Errorf("%v: beyond the end of flash", op)
	}
	if op.Erase {
		if _, first, _ := f.unit(op.Offset); first != op.Offset {
			return fmt.Errorf("%v: no erase unit starts there", op)
		}
		return nil
	}
	s := f.state[op.Offset/f.program]
	if s == clean {
		return nil
	}
	zero := !slices.ContainsFunc(data, func(b byte) bool { return b != 0 })
	if zero && op.Offset >= f.zeros[0] && op.Offset < f.zeros[1] {
		return nil
	}
	return fmt.Errorf("%v: the unit is %s, %w", op, [...]string{used: "used", torn: "torn"}[s], errNotErased)
}

var errNotErased = errors.New("not erased")

// target returns what an operation makes of the cells.
func (f *flash) target(op Operation, data []byte) []byte {
	if op.Erase {
		return bytes.Repeat([]byte{f.erased}, int(op.Size))
	}
	return data
}

// do does an operation in full.
func (f *flash) do(op Operation, data []byte) {
	state := uint8(used)
	if op.Erase {
		state = clean
		number, _, _ := f.unit(op.Offset)
		f.erases[number]++
	}
	f.settle(op.Offset, op.Size, state)
	copy(f.cells[op.Offset:], f.target(op, data))
	f.changed(op.Offset, op.Size)
}

// settle takes the weakness from cells: what happened to them is certain again.
func (f *flash) settle(offset, n uint32, state uint8) {
	for i := offset / f.program; i < (offset+n+f.program-1)/f.program; i++ {
		f.torn += count(state) - count(f.state[i])
		f.state[i] = state
	}
	for i := range f.tears {
		t := &f.tears[i]
		from, end := max(offset, t.offset), min(offset+n, t.offset+uint32(len(t.before)))
		for at := from; at < end; at++ {
			t.settled[at-t.offset] = true
		}
	}
	f.tears = slices.DeleteFunc(f.tears, func(t tear) bool { return !slices.Contains(t.settled, false) })
}

func count(state uint8) int {
	if state == torn {
		return 1
	}
	return 0
}

// cut does to an operation what power that fails in it does.
func (f *flash) cut(op Operation, data []byte, how How, r *random) {
	switch how {
	case Before:
		return
	case After:
		f.do(op, data)
		return
	}
	before := bytes.Clone(f.cells[op.Offset:][:op.Size])
	target := f.target(op, data)
	f.settle(op.Offset, op.Size, torn)
	cells := f.cells[op.Offset:][:op.Size]
	copy(cells, target)
	switch how {
	case Prefix:
		if n := len(cells); n > 1 {
			n = 1 + r.below(n-1)
			copy(cells[n:], before[n:])
		}
	case Bits:
		for i := range cells {
			keep := byte(r.next())
			cells[i] = before[i]&keep | target[i]&^keep
		}
	case Almost:
		f.almost(cells, before, r)
	case Weak, Slow:
		f.tears = append(f.tears, tear{op.Offset, before, bytes.Clone(target), make([]bool, len(before)), how == Slow})
	}
	f.changed(op.Offset, op.Size)
}

// almost takes one bit back that has changed.
func (f *flash) almost(cells, before []byte, r *random) {
	start := r.below(8 * len(cells))
	for k := range 8 * len(cells) {
		bit := (start + k) % (8 * len(cells))
		if (cells[bit/8]^before[bit/8])>>(bit%8)&1 != 0 {
			cells[bit/8] ^= 1 << (bit % 8)
			return
		}
	}
}

// reset lets all weak cells change.
func (f *flash) reset(r *random) {
	for i := range f.tears {
		t := &f.tears[i]
		f.pick(t, t.offset, uint32(len(t.before)), r)
	}
}

// read lets weak cells change that are about to be read.
func (f *flash) read(offset, n uint32, r *random) {
	for i := range f.tears {
		t := &f.tears[i]
		from, end := max(offset, t.offset), min(offset+n, t.offset+uint32(len(t.before)))
		if from < end && !t.slow {
			f.pick(t, from, end-from, r)
		}
	}
}

// pick decides what cells of a tear read: as before, as done, a mixture, or junk. Most
// often they stay as they are.
func (f *flash) pick(t *tear, offset, n uint32, r *random) {
	mood := r.below(8)
	if mood > 4 {
		return
	}
	for at := offset; at < offset+n; at++ {
		i := at - t.offset
		if t.settled[i] {
			continue
		}
		b, x := t.before[i], byte(r.next())
		switch mood {
		case 1:
			b = t.target[i]
		case 2:
			if x&1 == 0 {
				b = t.target[i]
			}
		case 3:
			b = b&x | t.target[i]&^x
		case 4:
			b = x
		}
		f.cells[at] = b
	}
	f.changed(offset, n)
}

// tornIn returns how many units of n bytes at offset are torn.
func (f *flash) tornIn(offset, n uint32) (units int) {
	for _, s := range f.state[offset/f.program : (offset+n+f.program-1)/f.program] {
		units += count(s)
	}
	return units
}

// copyFrom makes f what other is.
func (f *flash) copyFrom(other *flash) {
	const block = 1024
	for at := 0; at < len(f.cells); at += block {
		end := min(at+block, len(f.cells))
		if !bytes.Equal(f.cells[at:end], other.cells[at:end]) {
			copy(f.cells[at:end], other.cells[at:end])
			f.changed(uint32(at), uint32(end-at))
		}
	}
	copy(f.state, other.state)
	copy(f.erases, other.erases)
	f.torn = other.torn
	f.tears = f.tears[:0]
	for _, t := range other.tears {
		t.settled = slices.Clone(t.settled)
		f.tears = append(f.tears, t)
	}
}

// A random is a sequence of random numbers that its seed decides (xorshift64*).
type random uint64

func newRandom(seed uint64) random {
	r := random(seed*0x9E3779B97F4A7C15 + 0x5DEECE66D)
	r.next()
	return r
}

func (r *random) next() uint32 {
	x := uint64(*r)
	x ^= x >> 12
	x ^= x << 25
	x ^= x >> 27
	*r = random(x)
	return uint32(x * 0x2545F4914F6CDD1D >> 32)
}

// below returns a number from 0 to n-1.
func (r *random) below(n int) int { return int(uint64(r.next()) * uint64(n) >> 32) }
