// SPDX-License-Identifier: BSD-3-Clause

package model

import "math/bits"

const (
	sectors  = 4 // sector 0 is the boot sector, 1 to 3 hold the application
	ownUnit  = sectors
	units    = 4 // program units of a sector
	manifest = 0 // unit of sector 1: size and security counter
	headID   = 1 // unit of sector 1: the head id
	sealUnit = 2 // unit of the seal in whatever sector holds it
)

// value is what one read of a unit may return.
type value uint8

const (
	blank    value = iota
	zero           // programmed to zeros
	junk           // neither the former content nor the intended one
	content0       // content0+i is what image i holds at this place
	id0      = content0 + value(numImages)
)

func content(i int) value { return content0 + value(i) }
func id(i int) value      { return id0 + value(i) }

// imageOf returns the image whose content v is, or -1.
func imageOf(v value) int {
	if v < content0 || v >= id0 {
		return -1
	}
	return int(v - content0)
}

func (v value) String() string {
	switch {
	case v == blank:
		return "blank"
	case v == zero:
		return "zeros"
	case v == junk:
		return "junk"
	case v < id0:
		return imageNames[v-content0] + "'s content"
	}
	return imageNames[v-id0] + "'s id"
}

// cell is a unit of flash: the set of values that a read may return. A cell
// with one value is solid, one with more is weak.
type cell uint16

// The highest id must fit a cell; Planted has no id of its own.
const _ cell = 1 << (id0 + imageAttacker)

func solid(v value) cell         { return 1 << v }
func (c cell) may(v value) bool  { return c&solid(v) != 0 }
func (c cell) weak() bool        { return c&(c-1) != 0 }
func (c cell) count() int        { return bits.OnesCount16(uint16(c)) }
func (c cell) must(v value) bool { return c == solid(v) }

// nth returns the k-th value of the set.
func (c cell) nth(k int) value {
	for ; k > 0; k-- {
		c &= c - 1
	}
	return value(bits.TrailingZeros16(uint16(c)))
}

// phase is the next thing the running device does.
type phase int8

const (
	phaseBoot     phase = iota // decide
	phaseFloorOld              // install: raise the floor to the installed image's counter
	phaseDestroy               // install: destroy the seal
	phaseSector                // install: replace one sector
	phaseDigest                // install: digest of the installed whole
	phaseFloorNew              // install: raise the floor to the new image's counter
	phaseSeal                  // install: sector 0, seal, consume
	phaseClient                // the application runs: begin or resume a download
	phaseDownload              // stage one sector
	phaseFinish                // read back, write the header
)

// session is what RAM holds; a cut or a reset loses it.
type session struct {
	phase     phase
	storeDead bool
	refused   bool // boot recorded that it refused the pending header
	sealed    bool // the seal was valid when this session began
	image     int8 // being installed, or -1
	extent    int8 // last sector that may be skipped
	sector    int8 // next sector to install
	entry     int8 // next entry of the floor, or -1 before a raise has looked for it
}

// state is everything that decides how the device goes on.
type state struct {
	flash    [sectors + 1][units]cell
	staged   [sectors]cell // one cell for each sector of the staged image
	header   cell          // content of the image it announces
	consumed cell          // mark beside the header, unused under ConsumeByErase
	base     value         // base id in the header
	floor    floor         // of the security counter
	newest   int8          // highest security counter ever sealed
	promise  promise       // what the floor has to keep
	cuts     int8          // cuts left
	dead     int8          // dead sessions left to the store
	download int8          // index of the image to download next
	progress int8          // checkpoint: next sector to stage, -1 before begin
	attempts int8          // verifications of the header, in RAM that survives a cut
	idle     int8          // sessions since anything was started
	denied   int8          // begins refused in a row
	session
}
