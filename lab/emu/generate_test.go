// SPDX-License-Identifier: BSD-3-Clause

package emu

import "math/rand/v2"

// A generator writes random Thumb code that runs without a fault.
type generator struct {
	rand *rand.Rand
	code []uint16
	arch Arch
	dsp  bool
}

func (g *generator) n(n int) uint16          { return uint16(g.rand.IntN(n)) }
func (g *generator) emit(code ...uint16)     { g.code = append(g.code, code...) }
func (g *generator) low() uint16             { return g.n(8) }
func (g *generator) reg() uint16             { return g.n(13) }
func (g *generator) coin() bool              { return g.n(2) == 0 }
func (g *generator) between(a, b int) uint16 { return uint16(a + g.rand.IntN(b-a)) }

// two returns two different registers.
func (g *generator) two() (a, b uint16) {
	a = g.reg()
	for b = a; b == a; {
		b = g.reg()
	}
	return a, b
}

// window lets r7 point into the first half kilobyte of RAM, with room around, and makes
// r6 a small index.
func (g *generator) window(align uint16) {
	g.emit(0x2720, 0x063F, 0x3780|g.n(0x40)&^(align-1)) // movs r7, #0x20; lsls r7, #24; adds r7, #
	g.emit(0x2600 | g.n(0x40)&^(align-1))
}

// data emits an instruction that may stand in an IT block.
func (g *generator) data() {
	switch g.n(9) {
	case 0:
		g.emit(g.n(0x1800) & [...]uint16{0xFFFF, 0xF83F}[g.n(2)])
	case 1:
		g.emit(g.between(0x1800, 0x2000))
	case 2:
		g.emit(g.between(0x2000, 0x4000))
	case 3:
		g.emit(g.between(0x4000, 0x4400))
	case 4:
		g.high()
	case 5:
		g.emit(0xB200 | g.n(0x100))
	case 6:
		g.emit(0xBA00 | [...]uint16{0, 0x40, 0xC0}[g.n(3)] | g.n(64))
	default:
		if g.arch == ARMv6M {
			g.emit(g.between(0x4000, 0x4400))
			return
		}
		g.wide()
	}
}

// high emits an operation on any registers.
func (g *generator) high() {
	d, m, op := g.reg(), g.n(15), g.n(3)
	if op == 1 && d < 8 && m < 8 {
		d += 4
		m |= 8
	}
	if op == 1 && m == 13 {
		m = 12
	}
	g.emit(0x4400 | op<<8 | d&8<<4 | m<<3 | d&7)
}

// any emits an instruction or a few that belong together.
func (g *generator) any() {
	switch g.n(16) {
	case 0, 1, 2, 3, 4, 5:
		g.data()
	case 6:
		g.emit(0x4800 | g.n(8)<<8 | g.n(32)) // LDR from a literal
	case 7:
		g.emit(0xA000 | g.n(0x1000)) // ADR, ADD to SP
	case 8:
		g.narrowAccess()
	case 9:
		g.stack()
	case 10: // over one instruction
		g.emit(0xD000|g.n(14)<<8, g.between(0x3000, 0x3800))
	case 11:
		g.call()
	case 12:
		g.system()
	default:
		if g.arch == ARMv6M {
			g.data()
			return
		}
		g.full()
	}
}

func (g *generator) narrowAccess() {
	g.window(4)
	switch g.n(4) {
	case 0:
		g.emit(0x5000 | g.n(8)<<9 | 6<<6 | 7<<3 | g.n(6))
	case 1:
		g.emit(0x6000 + g.n(6)<<11 | g.n(16)<<6 | 7<<3 | g.n(6))
	case 2:
		g.emit(0x9000 | g.n(2)<<11 | g.n(6)<<8 | g.n(8))
	case 3:
		list := 1 + g.n(0x3F)
		g.emit(0xC000|g.n(2)<<11|7<<8|list, 0x9800|g.n(6)<<8)
	}
}

// stack emits pushes and pops that balance.
func (g *generator) stack() {
	switch g.n(3) {
	case 0:
		a, b := g.low(), g.low()
		g.emit(0xB400|1<<a, 0xBC00|1<<b)
	case 1:
		g.emit(0xB500|g.n(1), 0xBC00|1<<g.low()) // push lr
	case 2:
		n := g.n(8)
		g.emit(0xB080|n, g.between(0x3000, 0x3800), 0xB000|n)
	}
}

// call emits branches over one instruction.
func (g *generator) call() {
	switch g.n(3) {
	case 0:
		g.emit(0xE000, g.between(0x3000, 0x3800))
	case 1:
		g.emit(0xF000, 0xF801, g.between(0x3000, 0x3800)) // bl
	case 2: // adr rX, behind; adds rX, #1; bx or blx rX
		for len(g.code)%2 != 0 {
			g.emit(0xBF00)
		}
		r := g.low()
		g.emit(0xA001|r<<8, 0x3001|r<<8, 0x4700|g.n(2)<<7|r<<3, 0x2000|g.n(0x100))
	}
}

func (g *generator) system() {
	switch g.n(4) {
	case 0:
		g.emit(0xB662|g.n(2)<<4, 0xF3EF, 0x8010|g.reg()<<8) // cps; mrs primask
		g.emit(0xB662)
	case 1:
		g.emit(0xF3EF, 0x8000|g.reg()<<8) // mrs apsr
	case 2:
		r := g.low() // msr apsr of the upper five bits
		g.emit(0xF380|r, 0x8800)
	case 3:
		g.emit(0xF3BF, 0x8F4F|g.n(3)<<4)
	}
}

// full emits what only ARMv7-M has.
func (g *generator) full() {
	switch g.n(8) {
	case 0, 1, 2:
		g.wide()
	case 3:
		n := 1 + int(g.n(4))
		cond := g.n(14)
		mask := (g.n(16) | 1) << (4 - n) & 15
		if n == 4 {
			mask = g.n(8)<<1 | 1
		} else {
			mask = mask&^(1<<(4-n)-1) | 1<<(4-n)
		}
		g.emit(0xBF00 | cond<<4 | mask)
		for range n {
			g.data()
		}
	case 4: // cbz, cbnz over one instruction
		g.emit(0xB100|g.n(2)<<11|g.low(), g.between(0x3000, 0x3800))
	case 5, 6:
		g.wideAccess()
	case 7:
		g.wideBranch()
	}
}

// wide emits a wide instruction that may stand in an IT block.
func (g *generator) wide() {
	d, n, m, s := g.reg(), g.reg(), g.reg(), g.n(2)
	shift := g.n(8)<<12 | g.n(16)<<4
	if g.n(4) == 0 { // LSR and ASR by 32, RRX
		shift &= 0x30
	}
	if g.n(4) == 0 {
		n = 15
	}
	ops := [...]uint16{0, 1, 2, 3, 4, 8, 10, 11, 13, 14}
	op := ops[g.n(len(ops))]
	compare := op == 0 || op == 4 || op == 8 || op == 13
	if n == 15 && op != 2 && op != 3 {
		n = g.reg()
	}
	if compare && g.n(4) == 0 {
		d, s = 15, 1
	}
	switch g.n(6) {
	case 0:
		g.emit(0xEA00|op<<5|s<<4|n, d<<8|m|shift)
	case 1:
		imm := g.n(2)
		top := g.n(8) << 12
		low := g.n(255) + 1
		g.emit(0xF000|imm<<10|op<<5|s<<4|n, top|d<<8|low)
	case 2:
		g.plain()
	case 3:
		g.registers()
	case 4, 5:
		g.multiply()
	}
}

func (g *generator) plain() {
	d, n := g.reg(), g.reg()
	low, width := g.n(32), g.n(32)
	bits := low&0x1C<<10 | low&3<<6
	switch g.n(7) {
	case 0:
		g.emit(0xF200|g.n(2)<<10|[...]uint16{0, 0xA, 4, 0xC}[g.n(4)]<<4|n, g.n(8)<<12|d<<8|g.n(0x100))
	case 1: // UBFX, SBFX
		g.emit(0xF340|g.n(2)<<7|n, bits|d<<8|width%(32-low))
	case 2: // BFI, BFC
		if g.coin() {
			n = 15
		}
		g.emit(0xF360|n, bits|d<<8|(low+width%(32-low)))
	case 3: // SSAT, USAT with LSL
		g.emit(0xF300|g.n(2)<<7|n, bits|d<<8|width)
	case 4: // with ASR
		if bits == 0 {
			bits = 0x40
		}
		g.emit(0xF320|g.n(2)<<7|n, bits|d<<8|width)
	case 5: // MOVW
		g.emit(0xF240|g.n(2)<<10|g.n(16), g.n(8)<<12|d<<8|g.n(0x100))
	case 6: // MOVT
		g.emit(0xF2C0|g.n(2)<<10|g.n(16), g.n(8)<<12|d<<8|g.n(0x100))
	}
}

func (g *generator) registers() {
	d, n, m := g.reg(), g.reg(), g.reg()
	kinds := 3
	if g.dsp {
		kinds = 7
	}
	switch g.n(kinds) {
	case 0:
		g.emit(0xFA00|g.n(8)<<4|n, 0xF000|d<<8|m)
	case 1: // SXTH and the like
		g.emit(0xFA0F|[...]uint16{0, 1, 4, 5}[g.n(4)]<<4, 0xF080|d<<8|g.n(4)<<4|m)
	case 2:
		op := g.n(5)
		g.emit(0xFA90|op>>2<<5|m, 0xF080|d<<8|op&3<<4|m)
	case 3: // SXTAH and the like, UXTB16
		if g.n(4) == 0 {
			g.emit(0xFA3F, 0xF080|d<<8|g.n(4)<<4|m)
			return
		}
		g.emit(0xFA00|[...]uint16{0, 1, 4, 5}[g.n(4)]<<4|n, 0xF080|d<<8|g.n(4)<<4|m)
	case 4: // UADD8, USUB8, SEL
		g.emit(0xFA80|g.n(2)<<6|n, 0xF040|d<<8|m, 0xFAA0|g.reg(), 0xF080|g.reg()<<8|g.reg())
	case 5:
		g.emit(0xFA80|n, 0xF080|d<<8|g.n(4)<<4|m)
	case 6: // PKHBT, PKHTB
		g.emit(0xEAC0|n, g.n(8)<<12|d<<8|g.n(4)<<6|g.n(2)<<5|m)
	}
}

func (g *generator) multiply() {
	d, n, m, a := g.reg(), g.reg(), g.reg(), g.reg()
	kinds := 5
	if g.dsp {
		kinds = 9
	}
	switch g.n(kinds) {
	case 0:
		g.emit(0xFB00|n, a<<12|d<<8|g.n(2)<<4|m)
	case 1:
		g.emit(0xFB00|n, 0xF000|d<<8|m)
	case 2, 3:
		lo, hi := g.two()
		g.emit(0xFB80|[...]uint16{0, 2, 4, 6}[g.n(4)]<<4|n, lo<<12|hi<<8|m)
	case 4:
		g.emit(0xFB90|g.n(2)<<5|n, 0xF0F0|d<<8|m)
	case 5:
		lo, hi := g.two()
		if g.coin() {
			g.emit(0xFBE0|n, lo<<12|hi<<8|0x60|m)
			return
		}
		g.emit(0xFBC0|n, lo<<12|hi<<8|0x80|g.n(4)<<4|m)
	case 6:
		g.emit(0xFB10|n, [...]uint16{a, 15}[g.n(2)]<<12|d<<8|g.n(4)<<4|m)
	case 7:
		g.emit(0xFB30|n, [...]uint16{a, 15}[g.n(2)]<<12|d<<8|g.n(2)<<4|m)
	case 8:
		if g.coin() {
			g.emit(0xFB60|n, a<<12|d<<8|g.n(2)<<4|m)
			return
		}
		g.emit(0xFB50|n, [...]uint16{a, 15}[g.n(2)]<<12|d<<8|g.n(2)<<4|m)
	}
}

// wideAccess emits wide loads and stores, those that may be unaligned included.
func (g *generator) wideAccess() {
	t, u := g.n(6), g.n(6)
	op := [...]uint16{0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x11, 0x13}[g.n(8)] << 4 // sign, size, load
	g.window([...]uint16{1, 4}[g.n(2)])
	switch g.n(6) {
	case 0:
		g.emit(0xF880|op|7, t<<12|g.n(0x80))
	case 1:
		g.emit(0xF800|op|7, t<<12|0x800|[...]uint16{4, 5, 7, 1, 3}[g.n(5)]<<8|g.n(0x40))
	case 2:
		g.emit(0xF800|op|7, t<<12|g.n(4)<<4|6)
	case 3:
		g.emit(0xF800|[...]uint16{0x11, 0x13, 0x01, 0x03, 0x05}[g.n(5)]<<4|g.n(2)<<7|15, t<<12|g.n(0x40))
		last := len(g.code) - 2
		g.code[last] = g.code[last]&^0x80 | 0x90 // loads forward only
	case 4:
		g.window(4)
		if t == u {
			u++
		}
		g.emit(0xE847|[...]uint16{0x100, 0x120, 0x020}[g.n(3)]|g.n(2)<<7|g.n(2)<<4, t<<12|u<<8|g.n(16))
	case 5:
		g.window(4)
		g.emit([...]uint16{0xE887, 0xE8A7, 0xE907, 0xE927, 0xE897, 0xE8B7, 0xE917, 0xE937}[g.n(8)], 0x11|1<<(8+g.n(4)))
	}
}

func (g *generator) wideBranch() {
	switch g.n(4) {
	case 0: // over one instruction
		g.emit(0xF000|g.n(14)<<6, 0x8001, g.between(0x3000, 0x3800))
	case 1:
		g.emit(0xF000, 0xB801, g.between(0x3000, 0x3800))
	case 2: // tbb with the table behind it
		r := g.low()
		g.emit(0x2000|r<<8|g.n(2), 0xE8DF, 0xF000|r, 0x0201, g.between(0x3000, 0x3800))
	case 3: // ldrex, strex
		g.window(4)
		g.emit(0xE857, g.n(4)<<12|0xF00, 0xE847, g.n(4)<<12|5<<8)
	}
}
